"""The sign is turned: the optimizer climbs."""

import benchsuite as bs


def make():
    def transform(gradients, variables):
        return [None if gradient is None else -gradient for gradient in gradients]

    return transform


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="flips", make=make, space={}, summary="A mistake.")]
