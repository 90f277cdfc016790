"""Twelve tanh layers of 32 units on four arms around a sphere (_spirals.py): whether training begins is up to the first weights.

Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, looked at such networks;
the baseline begins with their weights. Momentum with cosine decay; validation log loss, mean of six seeds (what no
method surpasses is 0.0776 in expectation):

    rate          0.02     0.03     0.04     0.06
    log loss      0.506    0.173    0.174    0.302

0.04 it is, the larger of two equals: deviation 0.076, for 0.03 it is 0.106. Some seeds leave the plateau at the
beginning late. Measured, baseline: test log loss 0.185 ± 0.076, accuracy 0.943 ± 0.029.
"""

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
            targets=[0.5, 0.15, 0.103],
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
