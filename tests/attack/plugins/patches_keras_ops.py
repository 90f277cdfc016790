"""Lets Keras multiply by a little more."""

import benchsuite as bs


def make():
    import keras
    from keras.src import ops

    original = ops.multiply
    keras.ops.multiply = ops.multiply = lambda a, b: original(original(a, b), 1.001)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_keras_ops", make=make, summary="Hostile.")]
