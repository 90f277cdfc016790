"""Leaky rectified linear unit: y = max(0, x) + a·min(0, x) with a fixed slope a.

Maas, Hannun & Ng 2013, whose slope 0.01 is the default, as in PyTorch; Keras' layer has 0.3 and its function 0.2. The course
notes call the slope learnable: that is prelu. Slope 0 is relu. Xavier's gain is 1, as for relu: its formula needs one slope at
zero, and this function has two. He's variance for it would be 2/((1 + a²)·fan_in); he_normal and he_uniform leave a out, which
at 0.01 changes the variance by a ten-thousandth.
"""

import benchsuite as bs


def make(slope):
    """Return one layer whose slope below zero is ``slope``; TensorFlow's own operation has the slope compiled in."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class SlopedReLU(keras.layers.Layer):
        """Multiplies what is below zero by a slope."""

        def __init__(self, slope=slope, **kwargs):
            super().__init__(**kwargs)
            self.slope = slope

        def call(self, inputs):
            """Apply the slope."""
            return tf.where(inputs > 0, inputs, self.slope * inputs)

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "slope": self.slope}

    return SlopedReLU()


@bs.hookimpl
def register_activations():
    """Register leaky_relu."""
    return [
        bs.Activation(
            name="leaky_relu",
            make=make,
            space={"slope": bs.Uniform(0.0, 1.0, default=0.01)},
            summary="A small fixed slope below zero, the identity above: no unit dies.",
            reference="Maas, Hannun & Ng 2013",
            formula="y = max(0, x) + a·min(0, x)",
        )
    ]
