"""Spatial dropout: whole channels are left out, y = x·m/(1 − p) with one m ~ Bernoulli(1 − p) for each example and channel.

Tompson et al. 2015, arXiv:1411.4280. For layers with space or time: ``[batch, rows, columns, channels]`` and ``[batch, time,
channels]``. Fully connected layers have no neighbours that could make up for a unit, which is what the method is about:
they are left alone, and a network that has no other hidden layers is unsupported. p = 0.2 is our choice, that of
``dropout``.
"""

import benchsuite as bs


def make(rate):
    """Return one dropout layer."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class SpatialDropout(keras.layers.Layer):
        """Sets random channels of its inputs to zero while training."""

        def __init__(self, rate=rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate

        def build(self, input_shape):
            """Note whether there is space or time between the batch and the channels."""
            self.applies = len(input_shape) > 2
            super().build(input_shape)

        def call(self, inputs, training=False):
            """Apply a new mask in training, nothing otherwise."""
            if not training or self.rate == 0 or not self.applies:
                return inputs
            shape = tf.shape(inputs)
            between = [1] * (inputs.shape.rank - 2)
            kept = bs.noise.keep([shape[0], *between, inputs.shape[-1]], self.rate)
            return inputs * (tf.cast(kept, inputs.dtype) / (1 - self.rate))

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "rate": self.rate}

    return SpatialDropout()


@bs.hookimpl
def register_regularizations():
    """Register spatial_dropout."""
    return [
        bs.Regularization(
            name="spatial_dropout",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="Random channels left out at each step, everywhere at once.",
            reference="Tompson et al. 2015, arXiv:1411.4280",
            formula="y = x·m/(1 − p), m ~ Bernoulli(1 − p) for each channel",
        )
    ]
