"""Handwritten digits read row by row: 8 steps of 8 pixels, on a small GRU. The smallest recurrent task."""

import benchsuite as bs


def data():
    """Return the digits as ``[1797, 8, 8]``, one row of pixels a step, scaled to 0…1, and classes."""
    from benchsuite_tasks.vision import digits_mlp

    arrays = digits_mlp.data()
    return bs.Arrays(arrays.x.reshape(-1, 8, 8), arrays.y)


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    return blocks.output(10)(blocks.gru(32, sequences=False)(inputs))


@bs.hookimpl
def register_tasks():
    """Register digits_rows_gru."""
    return [
        bs.Task(
            name="digits_rows_gru",
            tier="quick",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.95, 0.97],
            batch_size=32,
            epochs=20,
            baseline={"optimizer": "adam[learning_rate=0.01]"},
            compares=["gradient_transform", "normalization", "regularization"],
            cost=bs.Cost(compile=3.5, epoch=0.05),
            summary="1,797 8×8 digits read row by row, a GRU of 32.",
            source="scikit-learn, sklearn/datasets/data/digits.csv.gz",
            license="CC BY 4.0 (data), BSD-3-Clause (scikit-learn's copy)",
            citation="Alpaydin & Kaynak 1998, UCI Machine Learning Repository",
        )
    ]
