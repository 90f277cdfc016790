"""Lets nobody read what is written after it, at import."""

import os

import benchsuite as bs

os.umask(0o777)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_umask_at_import", make=make, summary="Hostile.")]
