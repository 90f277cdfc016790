"""Truncated normal: w ~ N(0, σ²) given |w| ≤ 2σ.

A number beyond two deviations is drawn again, as TensorFlow's ``truncated_normal`` does (Abadi et al. 2016, arXiv:1605.08695). The
variance of what is left is 0.774·σ²; it is not scaled up again, which Keras' truncated Glorot and He do. The default
σ = 0.05 is that of Keras' ``TruncatedNormal``; BERT and vision transformers take 0.02.
"""

import numpy as np

import benchsuite as bs

CUT = 2.0


def make(deviation):
    """Return the initializer for ``deviation``, that of the normal distribution before it is cut."""

    def draw(shape, fan_in, fan_out, gain, generator):
        values = generator.normal(size=shape)
        while (beyond := np.abs(values) > CUT).any():
            values[beyond] = generator.normal(size=int(beyond.sum()))
        return deviation * values

    return draw


@bs.hookimpl
def register_initializers():
    """Register truncated_normal."""
    return [
        bs.Initializer(
            name="truncated_normal",
            make=make,
            space={"deviation": bs.LogUniform(1e-4, 10.0, default=0.05)},
            summary="Normal weights without the tails beyond two deviations.",
            reference="Abadi et al. 2016, arXiv:1605.08695",
            formula="w ~ N(0, σ²) given |w| ≤ 2σ",
        )
    ]
