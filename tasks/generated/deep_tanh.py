"""Twelve tanh layers of 32 units on four arms around a sphere (:mod:`_spirals`): whether training begins is up to the first weights."""

import benchsuite as bs
from benchsuite_tasks.generated._spirals import task


@bs.hookimpl
def register_tasks():
    """Register deep_tanh."""
    return [
        task(
            "deep_tanh",
            tier="full",
            primary="log_loss",
            targets=[0.7, 0.3, 0.16],
            batch_size=32,
            baseline={
                "optimizer": "momentum[learning_rate=0.04]",
                "schedule": "cosine",
                "initializer": "xavier_uniform",
                "activation": "tanh",
            },
            compares=["initializer", "schedule"],
            cost=bs.Cost(compile=3.0, epoch=0.05),
            summary="20,000 points on four arms around a sphere, twelve tanh layers of 32.",
        )
    ]
