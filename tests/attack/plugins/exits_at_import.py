"""Ends the process that imports it."""

import os

import benchsuite as bs

os._exit(0)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="exits_at_import", make=make, summary="Hostile.")]
