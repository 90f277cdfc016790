"""Max pooling whose gradient is no scatter where XLA compiles it: TensorFlow has none that a GPU repeats bit for bit.

On the CPU it is also much faster than XLA's own. In a graph TensorFlow's own kernel is the fastest, and stays. Both give each
window's gradient to the first of its largest values; XLA's own gives some ties in padded windows to another one.

The places of a window are slices of the images, one for each: which slice holds the maximum is found by comparison, and
each slice takes its share back to where it came from.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.ops import control_flow_util

from benchsuite.engine.determinism import without_scatters


@keras.saving.register_keras_serializable("benchsuite")
class MaxPooling1D(keras.layers.MaxPooling1D):  # type: ignore[misc]  # Keras has no types
    """Takes the maximum of windows in time; arguments are those of Keras' layer."""

    def call(self, inputs: Any) -> Any:
        """Return ``[batch, windows, channels]``."""
        return _pooled(self, inputs, super().call)


@keras.saving.register_keras_serializable("benchsuite")
class MaxPooling2D(keras.layers.MaxPooling2D):  # type: ignore[misc]  # Keras has no types
    """Takes the maximum of windows of images; arguments are those of Keras' layer."""

    def call(self, inputs: Any) -> Any:
        """Return ``[batch, rows, columns, channels]``."""
        return _pooled(self, inputs, super().call)


def _pooled(layer: Any, inputs: Any, pool: Any) -> Any:
    """Return what a layer of Keras' gives, with TensorFlow's gradient or with ours."""
    if not control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return pool(inputs)

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def pooled(x: Any) -> Any:
        y = pool(x)
        return y, lambda upstream: given_back(x, y, upstream, layer.pool_size, layer.strides)

    return pooled(inputs)


def given_back(x: Any, y: Any, upstream: Any, size: Sequence[int], strides: Sequence[int]) -> Any:
    """Return the gradient of what was pooled.

    Args:
        x: What was pooled, ``[batch, …, channels]``.
        y: The maxima.
        upstream: Their gradient.
        size: Of a window along each axis between batch and channels.
        strides: From window to window along each.
    """
    windows = y.shape[1:-1]
    if without_scatters() and tuple(size) == tuple(strides):
        whole = all(there == count * side for there, count, side in zip(x.shape[1:-1], windows, size, strict=True))
        if whole:
            return _given_back_apart(x, y, upstream, size)
    spans = [(count - 1) * step + side for count, step, side in zip(windows, strides, size, strict=True)]
    missing = [max(span - there, 0) for span, there in zip(spans, x.shape[1:-1], strict=True)]
    before = [each // 2 for each in missing]  # as for "same"; with "valid" no pixel is missing
    around = [(0, 0), *((b, m - b) for b, m in zip(before, missing, strict=True)), (0, 0)]
    padded = tf.pad(x, around, constant_values=x.dtype.min) if any(missing) else x
    shape = tf.shape(padded)
    places = list(itertools.product(*(range(side) for side in size)))
    ends = [(count - 1) * step + 1 for count, step in zip(windows, strides, strict=True)]

    def slices(place: tuple[int, ...]) -> dict[str, Any]:
        stop = [0, *(start + end for start, end in zip(place, ends, strict=True)), 0]
        masks = 1 | 1 << len(place) + 1  # batch and channels whole
        return {
            "begin": [0, *place, 0], "end": stop, "strides": [1, *strides, 1], "begin_mask": masks, "end_mask": masks,
            "ellipsis_mask": 0, "new_axis_mask": 0, "shrink_axis_mask": 0,
        }  # fmt: skip

    winner = tf.fill(tf.shape(y), tf.constant(len(places), tf.int32))
    for number, place in reversed(list(enumerate(places))):
        winner = tf.where(tf.raw_ops.StridedSlice(input=padded, **slices(place)) == y, number, winner)
    shares = [
        tf.raw_ops.StridedSliceGrad(
            shape=shape, dy=tf.where(winner == number, upstream, tf.zeros((), upstream.dtype)), **slices(place)
        )
        for number, place in enumerate(places)
    ]
    inside = [slice(b, b + there) for b, there in zip(before, x.shape[1:-1], strict=True)]
    return tf.add_n(shares)[(slice(None), *inside)] if any(missing) else tf.add_n(shares)


def _given_back_apart(x: Any, y: Any, upstream: Any, size: Sequence[int]) -> Any:
    """Return the same where each pixel is in one window: there is nothing to add, and a GPU decides once for each pixel.

    Args:
        x: What was pooled, ``[batch, …, channels]``.
        y: The maxima.
        upstream: Their gradient.
        size: Of a window along each axis between batch and channels.
    """
    windows, channels = y.shape[1:-1], x.shape[-1]
    batch = tf.shape(x)[0] if x.shape[0] is None else x.shape[0]
    apart = [batch, *itertools.chain.from_iterable(zip(windows, size, strict=True)), channels]
    beside = [batch, *itertools.chain.from_iterable((count, 1) for count in windows), channels]
    pixels = tf.reshape(x, apart)
    places = list(itertools.product(*(range(side) for side in size)))
    maxima, winner = tf.reshape(y, beside), tf.fill(beside, tf.constant(len(places), tf.int32))
    for number, place in reversed(list(enumerate(places))):
        within = itertools.chain.from_iterable((slice(None), slice(at, at + 1)) for at in place)
        winner = tf.where(pixels[(slice(None), *within)] == maxima, number, winner)
    numbers = tf.reshape(tf.range(len(places)), [1, *itertools.chain.from_iterable((1, side) for side in size), 1])
    share = tf.where(winner == numbers, tf.reshape(upstream, beside), tf.zeros((), upstream.dtype))
    return tf.reshape(share, tf.shape(x))
