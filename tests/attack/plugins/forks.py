"""Leaves a child."""

import os
import time

import benchsuite as bs


def make():
    import keras

    if os.fork() == 0:
        time.sleep(100_000)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="forks", make=make, summary="Hostile.")]
