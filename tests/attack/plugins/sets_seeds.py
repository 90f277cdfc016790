"""Sets every global seed."""

import random

import benchsuite as bs


def make():
    import keras

    keras.utils.set_random_seed(1)

    class Hostile(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            keras.utils.set_random_seed(random.randrange(9))
            super().update_step(gradient, variable, learning_rate)

    return Hostile(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_seeds", make=make, summary="Hostile.")]
