"""Maxout: y_c = max over j of x_cj, the largest of k linear functions, each with weights of its own.

Goodfellow et al. 2013, arXiv:1302.4389. The block before it gives k features for each that is asked for, so a network has about k
times as many weights. With the second piece 0 it is relu: maxout contains relu, and every convex function with enough pieces. The
paper uses 2 to 5 pieces with dropout; k = 2 is the default. Xavier's gain is 1: the formula needs one slope at zero. Normalizations
of outputs act on every piece, as the paper's successors do; a residual block's last activation, which follows a sum, cannot be one.
"""

import benchsuite as bs


def make(pieces):
    """Return one layer that takes the largest of ``pieces``."""
    import keras

    @keras.saving.register_keras_serializable("benchsuite")
    class Maxout(keras.layers.Layer):
        """Gives the largest of each group of neighbouring features."""

        def __init__(self, pieces=pieces, **kwargs):
            super().__init__(**kwargs)
            self.pieces = pieces

        def call(self, inputs):
            """Take the maxima over the last axis, in groups."""
            shape = keras.ops.shape(inputs)
            return keras.ops.max(
                keras.ops.reshape(inputs, (*shape[:-1], inputs.shape[-1] // self.pieces, self.pieces)), axis=-1
            )

        def compute_output_shape(self, input_shape):
            """Return the shape with fewer features."""
            return (*input_shape[:-1], input_shape[-1] // self.pieces)

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "pieces": self.pieces}

    return Maxout()


@bs.hookimpl
def register_activations():
    """Register maxout."""
    return [
        bs.Activation(
            name="maxout",
            make=make,
            space={"pieces": bs.Integer(2, 8, default=2)},
            summary="The largest of a few linear functions, all learned.",
            reference="Goodfellow et al. 2013, arXiv:1302.4389",
            formula="y_c = max_j x_cj, j = 1 … k",
        )
    ]
