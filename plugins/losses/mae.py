"""Mean absolute error: |z − y|, averaged over outputs.

Boscovich 1757. Its gradient is the sign of the error, 0 where the error is 0 (TensorFlow's choice; any value from −1 to 1 is a
subgradient). Keras and PyTorch have the same.
"""

import benchsuite as bs


def make():
    """Return the loss."""
    import tensorflow as tf

    def loss(targets, outputs):
        return tf.abs(outputs - targets)

    return loss


@bs.hookimpl
def register_losses():
    """Register mae."""
    return [
        bs.Loss(
            name="mae",
            make=make,
            summary="Absolute error of a predicted value: learns the median.",
            reference="Boscovich 1757",
            formula="|z − y|",
            targets="values",
            at_zero=lambda targets, classes: float(abs(targets.astype("float64")).mean()),
        )
    ]
