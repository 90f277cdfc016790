"""Wants 50 GB."""

import benchsuite as bs


def make(learning_rate):
    import numpy as np

    return np.ones(50 * 2**30, "uint8")


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="eats_memory",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
