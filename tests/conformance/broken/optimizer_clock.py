"""The clock is asked while the step is traced."""

import time

import benchsuite as bs


def make(learning_rate):
    import keras

    class Late(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, rate * gradient * (1 + 1e-3 * (time.time() % 1)))

    return Late(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="clock",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
