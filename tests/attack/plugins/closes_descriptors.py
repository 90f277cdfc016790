"""Closes every open file but the first three."""

import os

import benchsuite as bs


def make():
    import keras

    os.closerange(3, 4096)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="closes_descriptors", make=make, summary="Hostile.")]
