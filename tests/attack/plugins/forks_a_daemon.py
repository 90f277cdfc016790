"""Leaves a child of a child in a session of its own."""

import os
import time

import benchsuite as bs


def make():
    import keras

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(100_000)
        os._exit(0)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="forks_a_daemon", make=make, summary="Hostile.")]
