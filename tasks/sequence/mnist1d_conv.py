"""MNIST-1D in any number: 4,000 signals to learn from and 6,000 to measure on, three small convolutions, 192 steps.

The signals follow the published recipe (Greydanus & Kobak 2024, arXiv:2011.14439), drawn anew by NumPy's default_rng(0):
where mnist1d_cnn tests on the published 1,000, one of which is 0.001 of accuracy, here 4,000 test and 2,000 validate.
The network is that of mnist1d_cnn (convolutions of 5, 3 and 3 steps with stride 2, all places to a linear output) with 16
channels in place of 25; 2,474 parameters. 192 steps of 64, three passes, end where methods still differ: the fast ones have
learned much of it, the slow ones little.

The baseline's rate is the best of 0.005, 0.01, 0.02 and 0.03 by the mean validation accuracy of six seeds: 0.517, 0.622,
0.698 and 0.693; with cosine decay they reach less (0.577 at 0.02), as 192 steps are too few to slow down in. Measured with
it: test accuracy 0.697 ± 0.033 (mean and deviation of the six).

Variants draw other signals. The axis ``noise`` multiplies the published noise, of both kinds.
"""

import benchsuite as bs
from benchsuite_tasks.sequence._signals import FACTS, data_of, network, scaled

TRAIN, VALIDATION, TEST = 4_000, 2_000, 4_000


def instance(draw):
    """Return what an instance has in place of the task's own."""
    return {"data": data_of(draw, TRAIN + VALIDATION + TEST)}


@bs.hookimpl
def register_tasks():
    """Register mnist1d_conv."""
    return [
        bs.Task(
            name="mnist1d_conv",
            tier="quick",
            **instance(bs.Draw("mnist1d_conv")),
            split=bs.HoldOut(TRAIN, VALIDATION, TEST, stratify=True),
            model=network,
            loss="cross_entropy",
            metrics=["accuracy", "log_loss", "calibration_error"],
            primary="accuracy",
            targets=[0.33, 0.53, 0.67],
            batch_size=64,
            epochs=3,
            steps_per_epoch=64,
            **scaled(16, [250, 500, 1_000, 2_000, TRAIN]),
            variation=bs.Variation(split=False, classes=True),
            instance=instance,
            baseline={"optimizer": "adam[learning_rate=0.02]", "initializer": "he_normal"},
            compares=[
                *("optimizer", "schedule", "gradient_transform", "initializer"),
                *("normalization", "activation", "preprocessing", "loss"),
            ],
            # As mnist1d_cnn: a graph compiles in a third of the time, and a step takes no longer.
            xla=False,
            cost=bs.Cost(compile=0.8, epoch=0.065),
            summary="10,000 generated signals of ten shapes, three convolutions of 16 channels over 40 steps.",
            **FACTS,
        )
    ]
