"""Makes every generator of NumPy the same one, at import."""

import numpy as np

import benchsuite as bs

original = np.random.default_rng
np.random.default_rng = lambda *given: original(7)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_default_rng", make=make, summary="Hostile.")]
