"""Stochastic depth: residual branches left out at random in training, y = x + b·F(x) with b ~ Bernoulli(p_l); at evaluation x + p_l·F(x).

Huang et al. 2016, arXiv:1603.09382: one draw for the whole batch and each branch, survival falling linearly with depth,
p_l = 1 − (l/L)·(1 − p_L) for branch l of L, and p_L = 0.5, all as in the paper. A branch that is left out gets no gradient; it is
computed all the same, since a compiled program has no use for the time it could save. Many later libraries draw for each example and
divide by p_l in training instead (Keras' examples and timm: "drop path"); the mean is the same.
"""

import benchsuite as bs


def make(survival):
    """Return one layer for the end of a branch."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class StochasticDepth(keras.layers.Layer):
        """Sets a whole branch to zero in some steps."""

        on = "branches"

        def __init__(self, survival=survival, kept=None, **kwargs):
            super().__init__(**kwargs)
            self.survival = survival
            self.kept = survival if kept is None else kept

        def placed(self, number, count):
            """Settle the probability of branch ``number`` of ``count``."""
            self.kept = 1 - number / count * (1 - self.survival)

        def call(self, inputs, training=False):
            """Leave the branch out or not in training; scale it at evaluation."""
            if self.kept == 1:
                return inputs
            if not training:
                return inputs * self.kept
            return inputs * tf.cast(bs.noise.keep([], 1 - self.kept), inputs.dtype)

        def compute_output_shape(self, input_shape):
            """Return the same shape."""
            return input_shape

        def get_config(self):
            """Return what a saved model needs to make the layer again."""
            return {**super().get_config(), "survival": self.survival, "kept": self.kept}

    return StochasticDepth()


@bs.hookimpl
def register_regularizations():
    """Register stochastic_depth."""
    return [
        bs.Regularization(
            name="stochastic_depth",
            make=make,
            space={"survival": bs.Uniform(0.0, 1.0, default=0.5)},
            summary="Residual branches left out at random, deep ones more often.",
            reference="Huang et al. 2016, arXiv:1603.09382",
            formula="y = x + b·F(x), b ~ Bernoulli(1 − (l/L)·(1 − p_L)); mean at evaluation",
        )
    ]
