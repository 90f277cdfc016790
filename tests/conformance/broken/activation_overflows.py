"""Softplus as it stands in books: exp overflows."""

import benchsuite as bs


def make():
    import keras

    return lambda x: keras.ops.log(1 + keras.ops.exp(2.0 * x)) / 2.0


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="overflows", make=make, space={}, summary="A mistake.")]
