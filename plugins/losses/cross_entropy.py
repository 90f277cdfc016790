"""Softmax cross-entropy: −ln softmax(z)_y for logits z and class y, in nats."""

import benchsuite as bs


def make():
    """Return the loss."""
    import tensorflow as tf

    def loss(targets, outputs):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, outputs)

    return loss


@bs.hookimpl
def register_losses():
    """Register cross_entropy."""
    return [
        bs.Loss(
            name="cross_entropy",
            make=make,
            summary="Negative log-likelihood of the right class.",
            reference="Bridle 1990",
            formula="−ln softmax(z)_y",
            default=True,
        )
    ]
