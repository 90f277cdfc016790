"""Has a docstring of ten megabytes."""

import benchsuite as bs

__doc__ = "x" * 10**7


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="huge_docstring", make=make, summary="Hostile.")]
