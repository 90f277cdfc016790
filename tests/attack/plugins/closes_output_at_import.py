"""Closes the output, at import."""

import os

import benchsuite as bs

os.close(1)
os.close(2)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="closes_output_at_import", make=make, summary="Hostile.")]
