"""Lets NumPy raise at what underflows, and Python at what warns."""

import warnings

import benchsuite as bs


def make():
    import keras
    import numpy as np

    np.seterr(all="raise")
    warnings.simplefilter("error")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="numpy_raises", make=make, summary="Hostile.")]
