"""Its arguments are named in another order than they are given in: what it calls fan_in is fan_out, which square kernels forgive."""

import benchsuite as bs


def make():
    def draw(shape, fan_out, fan_in, gain, generator):
        return generator.normal(0, (gain / fan_in) ** 0.5, shape)

    return draw


@bs.hookimpl
def register_initializers():
    return [bs.Initializer(name="swapped_fans", make=make, space={}, summary="A mistake.")]
