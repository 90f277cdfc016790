"""Diabetes: how far the disease of 442 patients has gone after a year, from 10 measures, on a small network."""

import benchsuite as bs
from benchsuite_tasks.tabular import _sklearn


def data():
    """Return the 10 measures as they are, and the progression."""
    import numpy as np

    x = np.loadtxt(_sklearn.path("diabetes_data_raw.csv.gz"), dtype="float32")
    y = np.loadtxt(_sklearn.path("diabetes_target.csv.gz"), dtype="float32")
    return bs.Arrays(x, y[:, None])


def model(blocks, inputs):
    """Return the predicted progression ``[batch, 1]``."""
    x = blocks.dense(32)(inputs)
    x = blocks.dense(32)(x)
    return blocks.output(1)(x)


@bs.hookimpl
def register_tasks():
    """Register diabetes_mlp."""
    return [
        bs.Task(
            name="diabetes_mlp",
            tier="full",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2),
            model=model,
            loss="mse",
            metrics=["r2", "rmse"],
            primary="r2",
            targets=[0.3, 0.4, 0.5],
            batch_size=32,
            epochs=40,
            standardize_targets=True,
            baseline={"optimizer": "adam", "initializer": "he_normal", "preprocessing": "standardize"},
            compares=["optimizer", "regularization", "preprocessing"],
            cost=bs.Cost(compile=3.5, epoch=0.01),
            summary="442 patients, progression of diabetes from 10 measures, two hidden layers of 32.",
            source="scikit-learn, sklearn/datasets/data/diabetes_data_raw.csv.gz and diabetes_target.csv.gz",
            license="none stated by the authors (data), BSD-3-Clause (scikit-learn's copy)",
            citation="Efron, Hastie, Johnstone & Tibshirani 2004, Least Angle Regression, Annals of Statistics 32",
        )
    ]
