"""Lets TensorFlow sum up to a little more."""

import benchsuite as bs


def make():
    import keras
    import tensorflow as tf

    original = tf.reduce_sum
    tf.reduce_sum = lambda *given, **more: 1.001 * original(*given, **more)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_tensorflow", make=make, summary="Hostile.")]
