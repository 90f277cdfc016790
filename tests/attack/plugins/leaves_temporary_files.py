"""Leaves files where temporary ones lie."""

import os
import tempfile

import benchsuite as bs


def make():
    import keras

    os.write(tempfile.mkstemp(prefix="hostile-")[0], b"left")
    tempfile.mkdtemp(prefix="hostile-")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="leaves_temporary_files", make=make, summary="Hostile.")]
