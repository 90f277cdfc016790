"""Registers ten thousand optimizers."""

import benchsuite as bs


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name=f"one_of_many_{number}", make=make, summary="Hostile.") for number in range(10_000)]
