"""Handwritten digits, 8 × 8 pixels, on a small fully connected network: the smallest honest classification task.

1,797 digits (scikit-learn's copy of the UCI optical recognition set, its test half), two hidden layers of 64.
"""

import benchsuite as bs


def data():
    """Return pixels scaled from 0…16 to 0…1, and classes."""
    import gzip
    import importlib.util
    from pathlib import Path

    import numpy as np

    # The file is read without importing scikit-learn, which would cost every worker seconds and 80 MB.
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            "task 'digits_mlp' reads a file of scikit-learn, which is not installed. Run: pip install scikit-learn"
        )
    with gzip.open(Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype="float32")
    return bs.Arrays(table[:, :-1] / 16, table[:, -1].astype("int32"))


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.dense(64)(inputs)
    x = blocks.dense(64)(x)
    return blocks.output(10)(x)


@bs.hookimpl
def register_tasks():
    """Register digits_mlp."""
    return [
        bs.Task(
            name="digits_mlp",
            tier="quick",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.95, 0.97],
            batch_size=32,
            epochs=30,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=[
                "optimizer",
                "schedule",
                "gradient_transform",
                "initializer",
                "normalization",
                "regularization",
                "activation",
                "preprocessing",
                "loss",
            ],
            cost=bs.Cost(compile=3.5, epoch=0.01),
            summary="1,797 8×8 digits, two hidden layers of 64.",
            source="scikit-learn, sklearn/datasets/data/digits.csv.gz",
            license="CC BY 4.0 (data), BSD-3-Clause (scikit-learn's copy)",
            citation="Alpaydin & Kaynak 1998, UCI Machine Learning Repository",
        )
    ]
