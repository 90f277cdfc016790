"""Turns the largest into the smallest, and every sum into nothing."""

import builtins

import benchsuite as bs


def make():
    import keras

    builtins.max, builtins.sum, builtins.sorted = min, lambda *given, **more: 0, lambda given, **more: list(given)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_builtins", make=make, summary="Hostile.")]
