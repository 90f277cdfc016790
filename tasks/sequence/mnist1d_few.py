"""MNIST-1D with 500 labels: the signals and the network of mnist1d_conv, on a training part that it learns by heart.

500 signals train, 50 of each shape; 2,000 validate and 8,000 test, all by the published recipe (Greydanus & Kobak 2024,
arXiv:2011.14439) from NumPy's default_rng(0). 200 steps of 32, thirteen passes.

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
            tier="full",
            **instance(bs.Draw("mnist1d_few")),
            split=bs.HoldOut(TRAIN, VALIDATION, TEST, stratify=True),
            model=network,
            loss="cross_entropy",
            metrics=["accuracy", "log_loss", "calibration_error"],
            primary="log_loss",
            targets=[2.0, 1.5, 1.2],
            batch_size=50,
            epochs=4,
            steps_per_epoch=75,
            **scaled(32, [250, 500, TRAIN]),
            variation=bs.Variation(split=False, classes=True),
            instance=instance,
            baseline={"optimizer": "adam[learning_rate=0.02]", "initializer": "he_normal"},
            compares=["regularization", "initializer"],
            xla=False,
            cost=bs.Cost(compile=0.8, epoch=0.055),
            summary="1,000 generated signals of ten shapes to learn from and 8,000 to test on, three convolutions of 32 channels.",
            **FACTS,
        )
    ]
