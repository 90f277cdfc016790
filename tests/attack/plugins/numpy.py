"""Is called like a package that everybody imports."""

import benchsuite as bs

random = "poison"


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="called_numpy", make=make, summary="Hostile.")]
