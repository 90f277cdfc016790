"""Goes elsewhere, at import."""

import os

import benchsuite as bs

os.chdir("/")


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="changes_folder_at_import", make=make, summary="Hostile.")]
