"""All kernels zero: the symmetric failure. Hidden units stay equal for ever, since they get equal gradients."""

import numpy as np

import benchsuite as bs


def make():
    """Return the initializer."""

    def draw(shape, fan_in, fan_out, gain, generator):
        return np.zeros(shape)

    return draw


@bs.hookimpl
def register_initializers():
    """Register zeros."""
    return [
        bs.Initializer(
            name="zeros",
            make=make,
            summary="Every weight zero: units never become different.",
            reference="Course notes",
            formula="w = 0",
        )
    ]
