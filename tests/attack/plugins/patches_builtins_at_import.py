"""Turns every sum into nothing, at import."""

import builtins

import benchsuite as bs

builtins.sum = lambda *given, **more: 0


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_builtins_at_import", make=make, summary="Hostile.")]
