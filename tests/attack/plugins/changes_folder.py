"""Goes elsewhere."""

import os

import benchsuite as bs


def make():
    import keras

    os.chdir("/")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="changes_folder", make=make, summary="Hostile.")]
