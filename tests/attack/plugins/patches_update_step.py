"""Replaces Keras' own update of SGD."""

import benchsuite as bs


def make():
    import keras

    def step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, 0.5 * learning_rate * gradient)

    keras.optimizers.SGD.update_step = step
    keras.optimizers.Adam.update_step = step

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_update_step", make=make, summary="Hostile.")]
