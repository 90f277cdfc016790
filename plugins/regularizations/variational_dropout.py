"""Variational dropout of recurrent layers: one mask for all time steps, on inputs and on previous outputs.

Gal & Ghahramani 2016, arXiv:1512.05287, with the masks tied over the four gates (the paper's own language models untie or tie them;
Keras ties them too): x_t·m_x/(1 − p) and h_{t−1}·m_h/(1 − p) with m ~ Bernoulli(1 − p) drawn once for each sequence. The paper drops
word embeddings and the layer's output as well; that is left to others here, so that per_step_dropout differs in nothing but the masks.
Keras' ``recurrent_dropout`` is this on h_{t−1}. p = 0.2 is our choice, that of ``dropout``.
"""

import benchsuite as bs


def make(rate):
    """Return the masks."""

    class VariationalDropout:
        """One mask for each sequence."""

        each_step = False

        def mask(self, shape):
            """Draw factors that keep the mean."""
            import tensorflow as tf

            if rate == 0:
                return tf.ones(shape)
            return tf.cast(bs.noise.keep(shape, rate), tf.float32) / (1 - rate)

    return VariationalDropout()


@bs.hookimpl
def register_regularizations():
    """Register variational_dropout."""
    return [
        bs.Regularization(
            name="variational_dropout",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="Inputs and states of recurrent layers left out, the same ones at all time steps.",
            reference="Gal & Ghahramani 2016, arXiv:1512.05287",
            formula="x_t·m_x/(1 − p), h_{t−1}·m_h/(1 − p), m ~ Bernoulli(1 − p) for each sequence",
        )
    ]
