"""Tells the processor to round upward."""

import ctypes

import benchsuite as bs


def make():
    import keras

    ctypes.CDLL("libm.so.6").fesetround(0x800)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="rounds_upward", make=make, summary="Hostile.")]
