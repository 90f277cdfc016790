"""Gaussian noise on activations: in training y = x + N(0, σ²) for each entry; at evaluation y = x.

Poole et al. 2014, arXiv:1406.1831 (noise in hidden layers); Sietsma & Dow 1991 (on inputs: here ``augment_noise``). Keras'
``GaussianNoise``, with its numbers from the trial's noise stream. σ = 0.1 is our choice; it is measured in activations,
so that a network may outgrow it.
"""

import benchsuite as bs


def make(deviation):
    """Return one noise layer."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class GaussianNoise(keras.layers.Layer):
        """Adds noise to its inputs while training."""

        def __init__(self, deviation=deviation, **kwargs):
            super().__init__(**kwargs)
            self.deviation = deviation

        def call(self, inputs, training=False):
            """Add new noise in training, nothing otherwise."""
            if not training or self.deviation == 0:
                return inputs
            return inputs + tf.cast(bs.noise.normal(tf.shape(inputs), 0.0, self.deviation), inputs.dtype)

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "deviation": self.deviation}

    return GaussianNoise()


@bs.hookimpl
def register_regularizations():
    """Register gaussian_noise."""
    return [
        bs.Regularization(
            name="gaussian_noise",
            make=make,
            space={"deviation": bs.Uniform(0.0, 3.0, default=0.1)},
            summary="Noise on every hidden activation.",
            reference="Poole et al. 2014, arXiv:1406.1831",
            formula="y = x + N(0, σ²)",
        )
    ]
