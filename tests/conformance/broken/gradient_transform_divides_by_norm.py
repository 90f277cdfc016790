"""It divides by the norm, which is 0 for a gradient of 0."""

import benchsuite as bs


def make():
    import tensorflow as tf

    return lambda gradients, variables: [None if g is None else g / tf.norm(g) for g in gradients]


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="divides_by_norm", make=make, space={}, summary="A mistake.")]
