"""MNIST-1D with 1,000 labels: the recipe of mnist1d_conv, on a training part that the network learns by heart.

1,000 signals train, 100 of each shape; 2,000 validate and 8,000 test, all by the published recipe (Greydanus & Kobak 2024,
arXiv:2011.14439) from NumPy's default_rng(0). Three convolutions as there, of 32 channels; 8,010 parameters. 300 steps of 50,
fifteen passes: the baseline ends at a log loss of 0.19 on the training part and of 1.29 on the test part, so that
regularizations have something to do. The primary measure is the log loss, in which they differ most. Mean and deviation on
the test part, five seeds each: none 1.29 ± 0.18, early stopping 1.11 ± 0.05, noise of 0.5 in the units 1.03 ± 0.07, dropout
0.90 ± 0.05, label smoothing 0.86 ± 0.10, an L2 penalty of 0.003 0.78 ± 0.03.

The baseline's rate is the best of 0.005, 0.01 and 0.02 by the mean validation log loss of five seeds: 1.44, 1.45 and 1.27. With
0.03 it is 1.11 ± 0.20, since the network no longer learns its signals (0.37 on the training part).

Variants draw other signals. The axis ``noise`` multiplies the published noise, of both kinds.
"""

import benchsuite as bs
from benchsuite_tasks.sequence._signals import FACTS, data_of, network, scaled

TRAIN, VALIDATION, TEST = 1_000, 2_000, 8_000


def instance(draw):
    """Return what an instance has in place of the task's own."""
    return {"data": data_of(draw, TRAIN + VALIDATION + TEST)}


@bs.hookimpl
def register_tasks():
    """Register mnist1d_few."""
    return [
        bs.Task(
            name="mnist1d_few",
            tier="quick",
            **instance(bs.Draw("mnist1d_few")),
            split=bs.HoldOut(TRAIN, VALIDATION, TEST, stratify=True),
            model=network,
            loss="cross_entropy",
            metrics=["accuracy", "log_loss", "calibration_error"],
            primary="log_loss",
            targets=[1.12, 0.98, 0.83],
            batch_size=50,
            epochs=4,
            steps_per_epoch=75,
            **scaled(32, [250, 500, TRAIN]),
            variation=bs.Variation(split=False, classes=True),
            instance=instance,
            baseline={"optimizer": "adam[learning_rate=0.02]", "initializer": "he_normal"},
            compares=["regularization"],
            xla=False,
            cost=bs.Cost(compile=0.8, epoch=0.055),
            summary="1,000 generated signals of ten shapes to learn from, 8,000 to test on, three convolutions.",
            **FACTS,
        )
    ]
