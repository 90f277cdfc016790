"""It divides by the largest number of the batch."""

import benchsuite as bs


def make():
    import keras

    return lambda x: keras.ops.relu(x) / (1 + keras.ops.max(keras.ops.abs(x)))


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="of_the_batch", make=make, space={}, summary="A mistake.")]
