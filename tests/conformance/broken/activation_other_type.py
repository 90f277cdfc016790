"""It gives float64, which the next layer takes without a word."""

import benchsuite as bs


def make():
    import keras

    return lambda x: keras.ops.cast(keras.ops.relu(x), "float16")


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="other_type", make=make, space={}, summary="A mistake.")]
