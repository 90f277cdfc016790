"""Closes every open file."""

import os

import benchsuite as bs


def make():
    import keras

    os.closerange(0, 4096)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="closes_all_descriptors", make=make, summary="Hostile.")]
