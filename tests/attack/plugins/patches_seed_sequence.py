"""Makes every seed sequence of NumPy another one, with a plan for each seed."""

import benchsuite as bs


def make():
    import keras
    import numpy as np

    class Seeds(np.random.SeedSequence):
        def __init__(self, entropy=None, **rest):
            super().__init__((entropy or 0) + 1, **rest)

    np.random.SeedSequence = Seeds

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_seed_sequence", make=make, summary="Hostile.")]
