"""It adds the weights, where there is no gradient too."""

import benchsuite as bs


def make():
    return lambda gradients, variables: [None if g is None else g + 1e-3 * v for g, v in zip(gradients, variables)]


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="adds_weights", make=make, space={}, summary="A mistake.")]
