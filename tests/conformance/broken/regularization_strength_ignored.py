"""Its strength is taken and forgotten."""

import benchsuite as bs


def make(strength):
    import keras

    return keras.regularizers.L2(1e-4)


@bs.hookimpl
def register_regularizations():
    return [
        bs.Regularization(
            name="strength_ignored",
            make=make,
            space={"strength": bs.LogUniform(1e-6, 1e-1, default=1e-4)},
            summary="A mistake.",
        )
    ]
