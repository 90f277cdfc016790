"""Per-step dropout of recurrent layers: a new mask at each time step, on inputs and on previous outputs.

x_t·m_x/(1 − p) and h_{t−1}·m_h/(1 − p) with m ~ Bernoulli(1 − p) drawn for each sequence and time step: the naive form that Gal &
Ghahramani 2016, arXiv:1512.05287, section 1, argue against, since its noise adds up over time in the state. It stands beside
variational_dropout, from which it differs in nothing but the masks.
"""

import benchsuite as bs


def make(rate):
    """Return the masks."""

    class PerStepDropout:
        """A mask for each time step of each sequence."""

        each_step = True

        def mask(self, shape):
            """Draw factors that keep the mean."""
            import tensorflow as tf

            if rate == 0:
                return tf.ones(shape)
            return tf.cast(bs.noise.keep(shape, rate), tf.float32) / (1 - rate)

    return PerStepDropout()


@bs.hookimpl
def register_regularizations():
    """Register per_step_dropout."""
    return [
        bs.Regularization(
            name="per_step_dropout",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="Inputs and states of recurrent layers left out, others at each time step.",
            reference="described as the naive form by Gal & Ghahramani 2016, arXiv:1512.05287",
            formula="x_t·m_x/(1 − p), h_{t−1}·m_h/(1 − p), m ~ Bernoulli(1 − p) for each sequence and time step",
        )
    ]
