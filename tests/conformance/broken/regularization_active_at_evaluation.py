"""It drops features at evaluation as well."""

import benchsuite as bs


def make():
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("mistakes")
    class Always(keras.layers.Layer):
        def call(self, x):
            return tf.where(tf.random.stateless_uniform(tf.shape(x), [1, 2]) < 0.8, x, 0.0) * tf.reduce_mean(x)

        def compute_output_shape(self, shape):
            return shape

    return Always()


@bs.hookimpl
def register_regularizations():
    return [bs.Regularization(name="active_at_evaluation", make=make, space={}, summary="A mistake.")]
