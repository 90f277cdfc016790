"""Wine: 178 Italian wines of three cultivators, 13 chemical measures, by softmax regression.

One linear layer with three outputs and cross-entropy: a convex problem.
"""

import benchsuite as bs
from benchsuite_tasks.tabular import _sklearn


def data():
    """Return the 13 measures as they are, and classes."""
    return _sklearn.classes("wine_data.csv")


def model(blocks, inputs):
    """Return logits ``[batch, 3]``."""
    return blocks.output(3)(inputs)


@bs.hookimpl
def register_tasks():
    """Register wine_softmax."""
    return [
        bs.Task(
            name="wine_softmax",
            tier="full",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="loss",
            targets=[0.3, 0.1, 0.05],
            batch_size=16,
            epochs=50,
            baseline={
                "optimizer": "adam[learning_rate=0.01]",
                "initializer": "xavier_normal",
                "preprocessing": "standardize",
            },
            compares=["optimizer", "schedule", "preprocessing"],
            cost=bs.Cost(compile=3.0, epoch=0.01),
            summary="178 wines, 13 chemical measures, softmax regression.",
            source="scikit-learn, sklearn/datasets/data/wine_data.csv",
            license="CC BY 4.0 (data), BSD-3-Clause (scikit-learn's copy)",
            citation="Aeberhard & Forina 1991, Wine, UCI Machine Learning Repository",
        )
    ]
