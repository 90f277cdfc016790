"""It makes a generator of its own, so every seed starts alike."""

import numpy as np

import benchsuite as bs


def make():
    def draw(shape, fan_in, fan_out, gain, generator):
        return np.random.default_rng(0).normal(0, (2 / fan_in) ** 0.5, shape)

    return draw


@bs.hookimpl
def register_initializers():
    return [bs.Initializer(name="own_seed", make=make, space={}, summary="A mistake.")]
