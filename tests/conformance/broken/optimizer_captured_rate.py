"""The rate that make is given is used in update_step: schedules and other rates change nothing."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Captured(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, learning_rate * gradient)  # make's rate, not the one that it is given

    return Captured(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="captured_rate",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
