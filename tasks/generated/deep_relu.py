"""Twelve ReLU layers of 32 units on four arms around a sphere (:mod:`_spirals`): what depth asks of start, activation and normalization."""

import benchsuite as bs
from benchsuite_tasks.generated._spirals import task


@bs.hookimpl
def register_tasks():
    """Register deep_relu."""
    return [
        task(
            "deep_relu",
            tier="full",
            primary="log_loss",
            targets=[0.5, 0.15, 0.1],
            batch_size=64,
            baseline={
                "optimizer": "momentum[learning_rate=0.01]",
                "schedule": "cosine",
                "initializer": "he_normal",
                "activation": "relu",
            },
            compares=["initializer", "normalization", "activation"],
            xla=False,
            cost=bs.Cost(compile=1.3, epoch=0.08),
            summary="20,000 points on four arms around a sphere, twelve ReLU layers of 32.",
        )
    ]
