"""The rate is turned into a float in __init__."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Captured(keras.optimizers.Optimizer):
        def __init__(self, learning_rate, **kwargs):
            super().__init__(learning_rate, **kwargs)
            self.own_rate = float(learning_rate)

        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, self.own_rate * gradient)

    return Captured(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="captured_in_init",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
