"""log(softmax) is infinite for far outputs."""

import benchsuite as bs


def make():
    import tensorflow as tf

    def loss(targets, outputs):
        shares = tf.nn.softmax(outputs)
        return -tf.math.log(tf.gather(shares, targets, batch_dims=1))

    return loss


@bs.hookimpl
def register_losses():
    return [bs.Loss(name="log_of_softmax", make=make, space={}, summary="A mistake.", targets="classes")]
