"""It drops features and does not make up for it."""

import benchsuite as bs


def make(rate):
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable("mistakes")
    class Drops(keras.layers.Layer):
        def call(self, x, training=False):
            return x * ops.cast(bs.noise.uniform(ops.shape(x)) >= rate, x.dtype) if training else x

        def compute_output_shape(self, shape):
            return shape

    return Drops()


@bs.hookimpl
def register_regularizations():
    space = {"rate": bs.Uniform(0.0, 0.9, default=0.3)}
    return [bs.Regularization(name="never_rescales", make=make, space=space, summary="A mistake.")]
