"""The class is cached with the hyperparameter of its first make."""

import benchsuite as bs

FIRST = []


def make(learning_rate, momentum):
    import keras

    FIRST.append(momentum)
    return keras.optimizers.SGD(learning_rate, momentum=FIRST[0])


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="first_make_wins",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
                "momentum": bs.Uniform(0.0, 0.99, default=0.9),
            },
            summary="A mistake.",
        )
    ]
