"""Dropout, inverted: in training y = x·m/(1 − p) with m ~ Bernoulli(1 − p) for each entry; at evaluation y = x.

Srivastava et al. 2014 (whose form scales by 1 − p at evaluation instead: equal in expectation). The mask comes from
the trial's noise stream; ``keras.layers.Dropout`` makes small compiled networks up to 18 times slower. p is rounded
to a multiple of 1/65536.
"""

import benchsuite as bs


def make(rate):
    """Return one dropout layer."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class Dropout(keras.layers.Layer):
        """Sets a random part of its inputs to zero while training."""

        def __init__(self, rate=rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate

        def call(self, inputs, training=False):
            """Apply a new mask in training, nothing otherwise."""
            if not training or self.rate == 0:
                return inputs
            kept = bs.noise.keep(tf.shape(inputs), self.rate)
            return tf.where(kept, inputs / (1 - self.rate), tf.zeros_like(inputs))

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "rate": self.rate}

    return Dropout()


@bs.hookimpl
def register_regularizations():
    """Register dropout."""
    return [
        bs.Regularization(
            name="dropout",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="A random part of each hidden layer left out at each step.",
            reference="Srivastava et al. 2014",
            formula="y = x·m/(1 − p), m ~ Bernoulli(1 − p)",
        )
    ]
