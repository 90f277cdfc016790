"""Dropout as first written: in training y = x·m with m ~ Bernoulli(1 − p) for each entry; at evaluation y = (1 − p)·x.

Srivastava et al. 2014 and the course notes, which scale at evaluation; p here is the part that is left out, as in Keras and
PyTorch (the notes' p is what is kept). Equal in expectation to ``dropout``, which divides by 1 − p in training instead; not
the same training, since here the next layer sees inputs 1 − p times as large, and so do its gradients. The mask is the
one that ``dropout`` draws.
"""

import benchsuite as bs


def make(rate):
    """Return one dropout layer."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class DropoutTestScaled(keras.layers.Layer):
        """Sets a random part of its inputs to zero while training, and scales all of them at evaluation."""

        def __init__(self, rate=rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate

        def call(self, inputs, training=False):
            """Apply a new mask in training, the expectation of all masks otherwise."""
            if self.rate == 0:
                return inputs
            if not training:
                return inputs * (1 - self.rate)
            return tf.where(bs.noise.keep(tf.shape(inputs), self.rate), inputs, tf.zeros_like(inputs))

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "rate": self.rate}

    return DropoutTestScaled()


@bs.hookimpl
def register_regularizations():
    """Register dropout_test_scaled."""
    return [
        bs.Regularization(
            name="dropout_test_scaled",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="Dropout that scales at evaluation, not in training.",
            reference="Srivastava et al. 2014",
            formula="y = x·m, m ~ Bernoulli(1 − p); at evaluation y = (1 − p)·x",
        )
    ]
