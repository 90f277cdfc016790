"""Sets Keras' numbers to 64 bits."""

import benchsuite as bs


def make():
    import keras

    keras.config.set_floatx("float64")
    keras.config.set_epsilon(0.1)
    keras.config.set_image_data_format("channels_first")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_floatx", make=make, summary="Hostile.")]
