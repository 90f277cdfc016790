"""Weights shrink while gradients are transformed, whatever the rate."""

import benchsuite as bs


def make():
    def transform(gradients, variables):
        for variable in variables:
            variable.assign(0.99 * variable)
        return gradients

    return transform


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="decays_weights", make=make, space={}, summary="A mistake.")]
