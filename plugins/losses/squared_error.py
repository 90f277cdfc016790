"""Squared error on softmax outputs: Σ_k (softmax(z)_k − [k = y])², the Brier score.

Flatter than cross-entropy where the network is sure and wrong: the comparison of the course notes. A distribution over
the classes may stand in place of [k = y].
"""

import benchsuite as bs


def make():
    """Return the loss."""
    import tensorflow as tf

    def loss(targets, outputs):
        targets = tf.convert_to_tensor(targets)
        wanted = targets if targets.dtype.is_floating else tf.one_hot(targets, outputs.shape[-1])
        return tf.reduce_sum((tf.nn.softmax(outputs) - wanted) ** 2, axis=-1)

    return loss


@bs.hookimpl
def register_losses():
    """Register squared_error."""
    return [
        bs.Loss(
            name="squared_error",
            make=make,
            soft_targets=True,
            at_zero=lambda targets, classes: 1 - 1 / classes,
            summary="Squared distance of softmax outputs from the right class.",
            reference="Brier 1950",
            formula="Σ_k (softmax(z)_k − [k = y])²",
        )
    ]
