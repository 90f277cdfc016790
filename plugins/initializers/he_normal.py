"""He, normal: w ~ N(0, 2/fan_in).

He et al. 2015, arXiv:1502.01852. A true normal distribution; Keras' ``HeNormal`` truncates at two deviations and
rescales. The factor 2 is ReLU's; no gain is applied. Drawn by NumPy outside the program, so that every device starts
from equal values.
"""

import math

import benchsuite as bs


def make():
    """Return the initializer."""

    def draw(shape, fan_in, fan_out, gain, generator):
        return generator.normal(0.0, math.sqrt(2 / fan_in), shape)

    return draw


@bs.hookimpl
def register_initializers():
    """Register he_normal."""
    return [
        bs.Initializer(
            name="he_normal",
            make=make,
            summary="Variance kept through ReLU layers.",
            reference="He et al. 2015, arXiv:1502.01852",
            formula="w ~ N(0, 2/fan_in)",
        )
    ]
