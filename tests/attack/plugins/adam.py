"""Is called like a bundled one."""

import benchsuite as bs


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="called_adam", make=make, summary="Hostile.")]
