"""It has a gain of its own, which nobody set: every weight is 0, and all units learn the same."""

import benchsuite as bs


def make():
    own_gain = 0.0

    def draw(shape, fan_in, fan_out, gain, generator):
        bound = own_gain * (6 / (fan_in + fan_out)) ** 0.5
        return generator.uniform(-bound, bound, shape)

    return draw


@bs.hookimpl
def register_initializers():
    return [bs.Initializer(name="multiplies_by_zero", make=make, space={}, summary="A mistake.")]
