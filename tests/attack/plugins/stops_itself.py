"""Stops its own process."""

import os
import signal

import benchsuite as bs


def make():
    import keras

    os.kill(os.getpid(), signal.SIGSTOP)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="stops_itself", make=make, summary="Hostile.")]
