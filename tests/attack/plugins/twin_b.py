"""One of two that claim the same name."""

import benchsuite as bs


def make(learning_rate):
    import keras

    return keras.optimizers.SGD(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="twin", make=make, space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}, summary="Hostile."
        )
    ]
