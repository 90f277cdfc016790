"""The sign is wrong: it climbs."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Climbing(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_add(variable, rate * gradient)

    return Climbing(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="ascends",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.001)},
            summary="A mistake.",
        )
    ]
