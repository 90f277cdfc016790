"""Empties the environment in its update."""

import os

import benchsuite as bs


def make():
    import keras

    class Hostile(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            os.environ.clear()
            super().update_step(gradient, variable, learning_rate)

    return Hostile(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_variables_in_update", make=make, summary="Hostile.")]
