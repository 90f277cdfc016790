"""A hyperparameter is taken and forgotten."""

import benchsuite as bs


def make(learning_rate, momentum):
    import keras

    return keras.optimizers.SGD(learning_rate, momentum=0.9)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="momentum_ignored",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
                "momentum": bs.Uniform(0.0, 0.99, default=0.9),
            },
            summary="A mistake.",
        )
    ]
