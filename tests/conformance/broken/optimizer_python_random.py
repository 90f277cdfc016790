"""random.random draws once, while the step is traced."""

import random

import benchsuite as bs


def make(learning_rate):
    import keras

    class Drawing(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, rate * gradient * (0.5 + random.random()))

    return Drawing(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="python_random",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
