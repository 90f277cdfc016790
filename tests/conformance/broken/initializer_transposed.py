"""It returns units first, which square kernels forgive."""

import benchsuite as bs


def make():
    def draw(shape, fan_in, fan_out, gain, generator):
        return generator.normal(0, fan_in**-0.5, shape[::-1]) if shape[0] != 6 else generator.normal(0, 0.4, shape)

    return draw


@bs.hookimpl
def register_initializers():
    return [bs.Initializer(name="transposed", make=make, space={}, summary="A mistake.")]
