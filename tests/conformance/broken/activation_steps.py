"""A step: what lies below never learns."""

import benchsuite as bs


def make():
    import keras

    return lambda x: keras.ops.cast(x > 0, "float32")


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="steps", make=make, space={}, summary="A mistake.")]
