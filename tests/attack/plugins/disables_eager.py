"""Switches TensorFlow to graphs of the old kind."""

import benchsuite as bs


def make():
    import keras
    import tensorflow as tf

    tf.compat.v1.disable_eager_execution()

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="disables_eager", make=make, summary="Hostile.")]
