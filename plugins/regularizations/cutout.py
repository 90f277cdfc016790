"""Cutout: a square of each training image, at a random place, is set to 0.

DeVries & Taylor 2017, arXiv:1708.04552. The square's centre is any pixel, so that it may reach over the border; its side
is a fraction of the image's shorter side, ½ as theirs on CIFAR-10 (16 of 32 pixels). It is set to 0 in what preprocessing
leaves: the paper's images have mean 0.
"""

import benchsuite as bs


class Cutout:
    """Hides a part of each training image.

    Args:
        fraction: Side of the square in sides of the image.
    """

    def __init__(self, fraction):
        self.fraction = fraction

    def batch(self, x, y, classes):
        """Return images with a hole, and the targets as they are."""
        import tensorflow as tf

        from benchsuite_plugins.regularizations._images import box, image_sizes, pixels, whole

        count, height, width, _ = image_sizes("cutout", x)
        side = pixels(self.fraction * min(height, width))
        top = whole([count], 0, height - 1) - side // 2
        left = whole([count], 0, width - 1) - side // 2
        return tf.where(box(x, top, left, top + side, left + side), tf.zeros_like(x), x), y


def make(fraction):
    """Return the change of batches; ``None`` if nothing is cut."""
    return Cutout(fraction) if fraction else None


@bs.hookimpl
def register_regularizations():
    """Register cutout."""
    return [
        bs.Regularization(
            name="cutout",
            make=make,
            space={"fraction": bs.Uniform(0.0, 1.0, default=0.5)},
            summary="Hides a random square of each image.",
            reference="DeVries & Taylor 2017, arXiv:1708.04552",
            formula="x = 0 in a square of side f·min(h, w) around a random pixel",
        )
    ]
