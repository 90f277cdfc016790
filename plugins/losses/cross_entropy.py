"""Softmax cross-entropy: −ln softmax(z)_y for logits z and class y, in nats.

For a distribution q over the classes in place of y: −Σ_k q_k·ln softmax(z)_k, which is the same for a one-hot q.
"""

import math

import benchsuite as bs


def make():
    """Return the loss."""
    import tensorflow as tf

    def loss(targets, outputs):
        targets = tf.convert_to_tensor(targets)
        if targets.dtype.is_floating:
            return tf.nn.softmax_cross_entropy_with_logits(targets, outputs)
        # TensorFlow's function gathers where it is to be deterministic, on GPUs: the gradient of that is a scatter.
        features, labels = tf.reshape(outputs, (-1, outputs.shape[-1])), tf.reshape(targets, (-1,))
        losses, _ = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=features, labels=labels)
        return tf.reshape(losses, tf.shape(targets))

    return loss


@bs.hookimpl
def register_losses():
    """Register cross_entropy."""
    return [
        bs.Loss(
            name="cross_entropy",
            make=make,
            soft_targets=True,
            at_zero=lambda targets, classes: math.log(classes),
            summary="Negative log-likelihood of the right class.",
            reference="Bridle 1990",
            formula="−ln softmax(z)_y",
            default=True,
        )
    ]
