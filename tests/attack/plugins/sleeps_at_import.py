"""Sleeps in every process that imports it."""

import time

import benchsuite as bs

time.sleep(100_000)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sleeps_at_import", make=make, summary="Hostile.")]
