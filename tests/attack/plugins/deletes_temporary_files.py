"""Deletes whatever lies in the folder for temporary files."""

import pathlib
import shutil
import tempfile

import benchsuite as bs


def make():
    import keras

    for path in pathlib.Path(tempfile.gettempdir()).iterdir():
        shutil.rmtree(path, ignore_errors=True)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="deletes_temporary_files", make=make, summary="Hostile.")]
