"""Lq penalty on kernels: loss + λ/2·Σ|w|^q for any q, the general term of the course notes.

Frank & Friedman 1993 (bridge regression); q = ½ as in Xu et al. 2010. q = 2 is ``l2``; q = 1 is ``l1`` of half the strength.
Below q = 1 the slope at 0 is infinite: there |w|^q is replaced by (w² + δ²)^(q/2) − δ^q with δ = 1e-3, whose gradient is 0
at 0 and finite everywhere. λ = 1e-5 is our choice.
"""

import benchsuite as bs

DELTA = 1e-3


def _power(values, exponent):
    """Return positive values to a power; by the logarithm XLA computes it in a third of the time."""
    import tensorflow as tf

    return tf.exp(exponent * tf.math.log(values))


def make(strength, q):
    """Return the penalty of one kernel; ``None`` where it is 0."""
    import keras
    import tensorflow as tf

    class Lq(keras.regularizers.Regularizer):
        """See the module's docstring for the rule."""

        def __call__(self, weights):
            powers = tf.abs(weights) ** q if q >= 1 else _power(weights**2 + DELTA**2, q / 2) - DELTA**q
            return strength / 2 * tf.reduce_sum(powers)

    return Lq() if strength else None


@bs.hookimpl
def register_regularizations():
    """Register lq."""
    return [
        bs.Regularization(
            name="lq",
            make=make,
            space={
                "strength": bs.LogUniform(1e-8, 1.0, default=1e-5, zero=True),
                "q": bs.Uniform(0.1, 8.0, default=0.5),
            },
            summary="Every weight costs a power of its size.",
            reference="Frank & Friedman 1993; Xu et al. 2010",
            formula="loss + λ/2·Σ|w|^q",
        )
    ]
