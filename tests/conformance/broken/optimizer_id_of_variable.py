"""The step depends on where in memory a variable lies."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Own(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            variable.assign_sub(learning_rate * gradient * (1.0 + id(variable) % 1009 / 1009))

    return Own(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="id_of_variable",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
