"""It averages gradients in a list of Python's."""

import benchsuite as bs


def make():
    seen = []

    def transform(gradients, variables):
        seen.append(len(gradients))
        return [None if g is None else g / len(seen) for g in gradients]

    return transform


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="keeps_state", make=make, space={}, summary="A mistake.")]
