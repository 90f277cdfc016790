"""It averages over the batch."""

import benchsuite as bs


def make():
    import tensorflow as tf

    return lambda targets, outputs: tf.reduce_mean((outputs - targets) ** 2)


@bs.hookimpl
def register_losses():
    return [bs.Loss(name="mean_of_batch", make=make, space={}, summary="A mistake.", targets="values")]
