"""What the regularizations share that act on images: sizes, boxes, and pixels taken from other places.

An image batch has four axes, ``[batch, rows, columns, channels]``. TensorFlow is imported by the functions, not by this
module.
"""

from functools import cache

import benchsuite as bs

FILL = bs.Choice(["nearest", "zero"], default="nearest")
"""What stands where the picture comes from beyond its border: its nearest pixel, or 0 in what preprocessing leaves."""


def image_sizes(name, x):
    """Return examples, rows, columns and channels of a batch of images.

    Raises:
        Unsupported: If it is none.
    """
    if x.shape.rank != 4 or not x.dtype.is_floating:
        raise bs.Unsupported(
            f"regularization {name!r} needs images [rows, columns, channels] as float32 inputs; these are {x.dtype.name} "
            f"{list(x.shape[1:])}"
        )
    return tuple(x.shape)


def pixels(length):
    """Return a length in whole pixels, at least one: an int32 scalar, rounded to the even one of two neighbours."""
    import tensorflow as tf

    return tf.maximum(1, tf.cast(tf.round(tf.convert_to_tensor(length, tf.float64)), tf.int32))


def whole(shape, low, high):
    """Draw whole numbers from ``low`` to ``high``, both included, int32."""
    import tensorflow as tf

    return low + tf.cast(bs.noise.uniform(shape, 0.0, tf.cast(high - low + 1, tf.float32)), tf.int32)


def box(x, top, left, bottom, right):
    """Return a mask ``[batch or 1, rows, columns, 1]``: true from ``top`` to before ``bottom``, ``left`` to before ``right``."""
    import tensorflow as tf

    rows = tf.range(x.shape[1])[None, :, None, None]
    columns = tf.range(x.shape[2])[None, None, :, None]
    top, left, bottom, right = (edge[:, None, None, None] for edge in (top, left, bottom, right))
    return (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)


def from_centre(x):
    """Return the place of each pixel seen from the centre of its image: rows ``[1, rows, 1]`` and columns ``[1, 1, columns]``."""
    import tensorflow as tf

    height, width = x.shape[1], x.shape[2]
    rows = tf.range(height, dtype=tf.float32) - (height - 1) / 2
    columns = tf.range(width, dtype=tf.float32) - (width - 1) / 2
    return rows[None, :, None], columns[None, None, :]


def taken(x, rows, columns, fill="nearest"):
    """Return images whose pixels are taken from other places, bilinear between the four pixels around them.

    Args:
        x: Images.
        rows: Where the row of each pixel comes from, seen from the centre; broadcast to ``[batch, rows, columns]``.
        columns: Where its column comes from, likewise.
        fill: What stands for pixels beyond the border.
    """
    import tensorflow as tf

    shape = x.shape[:3]
    rows = tf.broadcast_to(rows + (shape[1] - 1) / 2, shape)
    columns = tf.broadcast_to(columns + (shape[2] - 1) / 2, shape)
    return _sampler()(x, rows, columns, fill == "zero")


@cache
def _sampler():
    """Return the sampler, compiled by XLA wherever it runs: four times as fast as its operations one by one in a graph."""
    import tensorflow as tf

    def sample(x, rows, columns, zero):
        count, height, width, channels = x.shape
        flat = tf.reshape(x, [-1, channels])
        first = tf.range(count)[:, None, None] * (height * width)
        top, left = tf.floor(rows), tf.floor(columns)

        def pixel(row, column):
            inside = (row >= 0) & (row <= height - 1) & (column >= 0) & (column <= width - 1)
            row = tf.cast(tf.clip_by_value(row, 0.0, height - 1.0), tf.int32)
            column = tf.cast(tf.clip_by_value(column, 0.0, width - 1.0), tf.int32)
            found = tf.gather(flat, first + row * width + column)
            return tf.where(inside[..., None], found, tf.zeros_like(found)) if zero else found

        down, along = (rows - top)[..., None], (columns - left)[..., None]
        upper = (1 - along) * pixel(top, left) + along * pixel(top, left + 1)
        lower = (1 - along) * pixel(top + 1, left) + along * pixel(top + 1, left + 1)
        return (1 - down) * upper + down * lower

    return tf.function(sample, autograph=False, jit_compile=True)
