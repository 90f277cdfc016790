"""Shift: each training image is moved by whole pixels, down and along by steps uniform in −k … k.

k is a fraction of the image's rows or columns, rounded, at least 1. What is left free is filled with the nearest pixel
or with 0; with 0 it is the padding and random crop of He et al. 2016, arXiv:1512.03385, who move 32 × 32 images by up to 4
pixels: 0.125, our default.
"""

import benchsuite as bs
from benchsuite_plugins.regularizations._images import FILL


def shifted(x, down, along, fill="nearest"):
    """Return images, each moved by its own numbers of pixels ``[batch]``."""
    import tensorflow as tf

    from benchsuite_plugins.regularizations._images import from_centre, taken

    rows, columns = from_centre(x)
    down, along = (tf.cast(pixels, tf.float32)[:, None, None] for pixels in (down, along))
    return taken(x, rows - down, columns - along, fill)


class Shift:
    """Moves each training image.

    Args:
        fraction: k in sides of the image.
        fill: What stands beyond the border.
    """

    def __init__(self, fraction, fill):
        self.fraction = fraction
        self.fill = fill

    def batch(self, x, y, classes):
        """Return moved images, and the targets as they are."""
        from benchsuite_plugins.regularizations._images import image_sizes, pixels, whole

        count, height, width, _ = image_sizes("augment_shift", x)
        down, along = (pixels(self.fraction * size) for size in (height, width))
        return shifted(x, whole([count], -down, down), whole([count], -along, along), self.fill), y


def make(fraction, fill):
    """Return the change of batches; ``None`` if nothing is moved."""
    return Shift(fraction, fill) if fraction else None


@bs.hookimpl
def register_regularizations():
    """Register augment_shift."""
    return [
        bs.Regularization(
            name="augment_shift",
            make=make,
            space={"fraction": bs.Uniform(0.0, 0.9, default=0.125), "fill": FILL},
            summary="Moves each image by some pixels.",
            reference="He et al. 2016, arXiv:1512.03385",
            formula="pixels down and along ~ U{−k … k}",
        )
    ]
