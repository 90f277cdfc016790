"""Leaves the program that imports it."""

import sys

import benchsuite as bs

sys.exit(0)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="exits_politely_at_import", make=make, summary="Hostile.")]
