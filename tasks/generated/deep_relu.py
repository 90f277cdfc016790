"""Twelve ReLU layers of 32 units on four arms around a sphere (_spirals.py): what depth asks of start and activation.

He, Zhang, Ren & Sun 2015, arXiv:1502.01852, derived for such networks the weights that the baseline begins with. Momentum
with cosine decay; validation log loss, mean and deviation of six seeds (what no method surpasses is 0.0776 in expectation):

    rate          0.005           0.01            0.015           0.02
    log loss  0.102 ± 0.017   0.090 ± 0.007   0.089 ± 0.010   0.093 ± 0.014

0.01 it is: as good as 0.015, and its seeds agree better. Measured, baseline: test log loss 0.102 ± 0.007, accuracy
0.962 ± 0.001.
"""

import benchsuite as bs
from benchsuite_tasks.generated._spirals import task


@bs.hookimpl
def register_tasks():
    """Register deep_relu."""
    return [
        task(
            "deep_relu",
            tier="quick",
            primary="log_loss",
            targets=[0.105, 0.092, 0.082],
            batch_size=64,
            baseline={
                "optimizer": "momentum[learning_rate=0.01]",
                "schedule": "cosine",
                "initializer": "he_normal",
                "activation": "relu",
            },
            compares=["initializer", "activation"],
            cost=bs.Cost(compile=2.5, epoch=0.035),
            summary="20,000 points on four arms around a sphere, twelve ReLU layers of 32.",
        )
    ]
