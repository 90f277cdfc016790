"""Stops its parent."""

import os
import signal

import benchsuite as bs


def make():
    import keras

    os.kill(os.getppid(), signal.SIGSTOP)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="stops_parent", make=make, summary="Hostile.")]
