"""Huber's loss: ½·r² for |r| ≤ δ, δ·(|r| − ½δ) beyond, with r = z − y, averaged over outputs.

Huber 1964. The default δ = 1 is that of Keras and PyTorch; Huber's 1.345 deviations of the noise lose 5 % of efficiency where the
noise is normal. Near zero it is half of mse: equal settings take steps of half the size. PyTorch's ``SmoothL1Loss`` is this
divided by δ.
"""

import benchsuite as bs


def make(delta):
    """Return the loss that is linear beyond ``delta``."""
    import tensorflow as tf

    def loss(targets, outputs):
        error = tf.abs(outputs - targets)
        return tf.where(error <= delta, error**2 / 2, delta * (error - delta / 2))

    return loss


def at_zero(targets, classes, delta):
    """Return the mean loss of outputs 0."""
    size = abs(targets.astype("float64"))
    return float((size**2 / 2 * (size <= delta) + delta * (size - delta / 2) * (size > delta)).mean())


@bs.hookimpl
def register_losses():
    """Register huber."""
    return [
        bs.Loss(
            name="huber",
            make=make,
            space={"delta": bs.LogUniform(1e-2, 1e2, default=1.0)},
            summary="Squared near zero, absolute beyond δ: outliers pull with bounded force.",
            reference="Huber 1964",
            formula="½·r² if |r| ≤ δ, δ·(|r| − ½δ) otherwise",
            targets="values",
            at_zero=at_zero,
        )
    ]
