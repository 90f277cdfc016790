"""Squared error on softmax outputs: Σ_k (softmax(z)_k − [k = y])², the Brier score.

Flatter than cross-entropy where the network is sure and wrong: the comparison of the course notes.
"""

import benchsuite as bs


def make():
    """Return the loss."""
    import tensorflow as tf

    def loss(targets, outputs):
        return tf.reduce_sum((tf.nn.softmax(outputs) - tf.one_hot(targets, outputs.shape[-1])) ** 2, axis=-1)

    return loss


@bs.hookimpl
def register_losses():
    """Register squared_error."""
    return [
        bs.Loss(
            name="squared_error",
            make=make,
            summary="Squared distance of softmax outputs from the right class.",
            reference="Brier 1950",
            formula="Σ_k (softmax(z)_k − [k = y])²",
        )
    ]
