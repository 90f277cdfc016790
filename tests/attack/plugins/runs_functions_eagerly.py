"""Switches compiled functions off."""

import benchsuite as bs


def make():
    import keras
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="runs_functions_eagerly", make=make, summary="Hostile.")]
