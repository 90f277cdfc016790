"""Leaves a child in a session of its own of whoever imports it."""

import os
import time

import benchsuite as bs

if os.fork() == 0:
    os.setsid()
    time.sleep(100_000)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="forks_at_import", make=make, summary="Hostile.")]
