"""Leaves another program."""

import subprocess

import benchsuite as bs


def make():
    import keras

    subprocess.Popen(["sleep", "100000"], start_new_session=True)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="starts_a_program", make=make, summary="Hostile.")]
