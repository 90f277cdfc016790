"""The handwritten digits of scikit-learn, 8 × 8 pixels: what their tasks share."""

import benchsuite as bs
from benchsuite_tasks._packaged import packaged

FACTS = {
    "source": "scikit-learn, sklearn/datasets/data/digits.csv.gz",
    "license": "CC BY 4.0 (data), BSD-3-Clause (scikit-learn's copy)",
    "citation": "Alpaydin & Kaynak 1998, UCI Machine Learning Repository",
}


def digits():
    """Return pixels scaled from 0…16 to 0…1 as ``[1797, 64]``, and classes."""
    import gzip

    import numpy as np

    with gzip.open(packaged("sklearn", "datasets", "data", "digits.csv.gz", install="scikit-learn"), "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype="float32")
    return bs.Arrays(table[:, :-1] / 16, table[:, -1].astype("int32"))
