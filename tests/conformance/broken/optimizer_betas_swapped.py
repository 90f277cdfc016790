"""Two hyperparameters are handed on in the wrong order."""

import benchsuite as bs


def make(learning_rate, beta_1, beta_2):
    import keras

    return keras.optimizers.Adam(learning_rate, beta_2, beta_1)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="betas_swapped",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
                "beta_1": bs.Uniform(0.0, 0.99, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.9, 0.9999, default=0.999),
            },
            summary="A mistake.",
        )
    ]
