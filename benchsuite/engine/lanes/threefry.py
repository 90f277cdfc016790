"""Threefry-2x32 in elementwise arithmetic: the numbers that XLA's own operation draws, for many keys at once.

Salmon et al. 2011, 20 rounds. TensorFlow cannot vectorize its stateless random operations; additions, shifts and
exclusive ors it can. Order and layout are XLA's (``xla/hlo/builder/lib/prng.cc``), so that a lane draws what its trial
draws alone.

Keys and counters are uint64 ``[lanes]``; what is drawn is ``[lanes, *shape]``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def bits32(key: Any, counter: Any, shape: Sequence[int]) -> Any:
    """Draw uint32 numbers ``[lanes, *shape]``: the two halves of a block are neighbours along one axis."""
    halves = _Halves(shape)
    half = [*halves.outer, halves.size, *halves.inner]
    return halves.together(*_blocks(key, counter, half))


def bits64(key: Any, counter: Any, shape: Sequence[int]) -> Any:
    """Draw uint64 numbers ``[lanes, *shape]``: a block each."""
    import tensorflow as tf

    low, high = (tf.cast(word, tf.uint64) for word in _blocks(key, counter, list(shape)))
    return tf.bitwise.bitwise_or(low, tf.bitwise.left_shift(high, tf.constant(32, tf.uint64)))


def uniform(key: Any, counter: Any, shape: Sequence[int]) -> Any:
    """Draw float32 numbers uniform on [0, 1), ``[lanes, *shape]``: the upper 23 bits of each word are a fraction of 1."""
    import tensorflow as tf

    words = tf.bitwise.right_shift(bits32(key, counter, shape), tf.constant(9, tf.uint32))
    return tf.bitcast(tf.bitwise.bitwise_or(words, tf.constant(0x3F800000, tf.uint32)), tf.float32) - 1.0


def normal(key: Any, counter: Any, shape: Sequence[int]) -> Any:
    """Draw float32 numbers from the standard normal distribution, ``[lanes, *shape]``.

    Two neighbours u, v along one axis become √(−2·ln u)·sin 2πv and √(−2·ln u)·cos 2πv (Box & Muller 1958).
    """
    import tensorflow as tf

    halves = _Halves(shape)
    first, second = tf.unstack(
        uniform(key, counter, [*halves.outer, halves.size, 2, *halves.inner]), axis=halves.axis + 2
    )
    # The logarithm of 0 would be infinite.
    length = tf.sqrt(-2.0 * tf.math.log(tf.maximum(first, 1e-7)))
    angle = tf.constant(2 * math.pi, tf.float32) * second
    return halves.together(tf.sin(angle) * length, tf.cos(angle) * length)


class _Halves:
    """How a shape is drawn in pairs: along its first even axis, or else its longest, of which one number is left over.

    Args:
        shape: What is drawn.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        self._shape, sizes = list(shape), list(shape) or [1]
        even = [axis for axis, size in enumerate(sizes) if size % 2 == 0]
        self.axis = even[0] if even else max(range(len(sizes)), key=lambda axis: (sizes[axis], -axis))
        self._sizes = sizes
        self.outer, self.inner = sizes[: self.axis], sizes[self.axis + 1 :]
        self.size = math.ceil(sizes[self.axis] / 2)

    def together(self, first: Any, second: Any) -> Any:
        """Return both halves ``[lanes, *outer, size, *inner]`` as one draw ``[lanes, *shape]``."""
        import tensorflow as tf

        drawn = tf.reshape(tf.stack((first, second), self.axis + 2), (-1, *self.outer, 2 * self.size, *self.inner))
        drawn = tf.slice(drawn, [0] * drawn.shape.rank, [-1, *self._sizes])
        return tf.reshape(drawn, (-1, *self._shape))


def _blocks(key: Any, counter: Any, shape: Sequence[int]) -> tuple[Any, Any]:
    """Return the two words of each block, uint32 ``[lanes, *shape]``: number i of a lane encrypts its counter plus i."""
    import tensorflow as tf

    around = [1] * len(shape)
    numbers = tf.reshape(tf.range(math.prod(shape), dtype=tf.int64), (1, *shape))
    position = tf.reshape(counter, (-1, *around)) + tf.cast(numbers, tf.uint64)
    first, second = _halves(position)
    keys = [tf.reshape(word, (-1, *around)) for word in _halves(key)]
    parity = tf.bitwise.bitwise_xor(tf.constant(PARITY, tf.uint32), tf.bitwise.bitwise_xor(*keys))
    schedule = (*keys, parity)
    first, second = first + schedule[0], second + schedule[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            first += second
            left = tf.bitwise.left_shift(second, tf.constant(rotation, tf.uint32))
            right = tf.bitwise.right_shift(second, tf.constant(32 - rotation, tf.uint32))
            second = tf.bitwise.bitwise_xor(tf.bitwise.bitwise_or(left, right), first)
        first += schedule[(group + 1) % 3]
        second += schedule[(group + 2) % 3] + tf.constant(group + 1, tf.uint32)
    return first, second


def _halves(words: Any) -> tuple[Any, Any]:
    """Return the lower and the upper 32 bits."""
    import tensorflow as tf

    return tf.cast(words, tf.uint32), tf.cast(tf.bitwise.right_shift(words, tf.constant(32, tf.uint64)), tf.uint32)
