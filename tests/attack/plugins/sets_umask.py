"""Lets nobody read what is written after it."""

import os

import benchsuite as bs


def make():
    import keras

    os.umask(0o777)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_umask", make=make, summary="Hostile.")]
