"""The rate is ignored: a number stands in its place."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Ignoring(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, 0.01 * gradient)

    return Ignoring(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="rate_ignored",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
