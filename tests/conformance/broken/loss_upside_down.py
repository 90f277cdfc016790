"""A likelihood without its minus."""

import benchsuite as bs


def make():
    import tensorflow as tf

    return lambda targets, outputs: -tf.nn.sparse_softmax_cross_entropy_with_logits(targets, outputs)


@bs.hookimpl
def register_losses():
    return [bs.Loss(name="upside_down", make=make, space={}, summary="A mistake.", targets="classes")]
