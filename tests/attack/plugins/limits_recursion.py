"""Leaves hardly any depth to recurse."""

import inspect
import sys

import benchsuite as bs


def make():
    import keras

    sys.setrecursionlimit(len(inspect.stack()) + 90)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="limits_recursion", make=make, summary="Hostile.")]
