"""The new value is computed and never assigned."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Idle(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            variable - rate * gradient

    return Idle(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="changes_nothing",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
