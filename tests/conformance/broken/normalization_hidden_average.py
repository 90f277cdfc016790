"""Its moving average is a tf.Variable, and moves at evaluation too."""

import benchsuite as bs


def make():
    import keras

    @keras.saving.register_keras_serializable("mistakes")
    class Moving(keras.layers.Layer):
        def build(self, shape):
            self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False)

        def call(self, x, training=False):
            self.mean.assign(0.9 * self.mean + 0.1 * keras.ops.mean(x, axis=0))
            return x - self.mean

        def compute_output_shape(self, shape):
            return shape

    return Moving()


@bs.hookimpl
def register_normalizations():
    return [bs.Normalization(name="hidden_average", make=make, space={}, summary="A mistake.", applies_to=("dense",))]
