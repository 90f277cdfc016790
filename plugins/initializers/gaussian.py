"""Gaussian weights of fixed deviation: w ~ N(0, σ²). σ = 0.01 dies with depth, σ = 1 saturates."""

import benchsuite as bs


def make(deviation):
    """Return the initializer for standard deviation ``deviation``."""

    def draw(shape, fan_in, fan_out, gain, generator):
        return generator.normal(0.0, deviation, shape)

    return draw


@bs.hookimpl
def register_initializers():
    """Register gaussian."""
    return [
        bs.Initializer(
            name="gaussian",
            make=make,
            space={"deviation": bs.LogUniform(1e-4, 10.0, default=0.01)},
            summary="Normal weights of one deviation, whatever the layer's size.",
            reference="Course notes",
            formula="w ~ N(0, σ²)",
        )
    ]
