"""Kills its parent."""

import os
import signal
import time

import benchsuite as bs


def make():
    import keras

    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="kills_parent", make=make, summary="Hostile.")]
