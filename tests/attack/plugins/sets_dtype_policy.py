"""Sets Keras' policy to 16 bits."""

import benchsuite as bs


def make():
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_dtype_policy", make=make, summary="Hostile.")]
