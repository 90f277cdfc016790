"""A gradient of 0 is divided by its norm."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Own(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            variable.assign_sub(learning_rate * gradient / keras.ops.norm(gradient))

    return Own(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="without_epsilon",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
