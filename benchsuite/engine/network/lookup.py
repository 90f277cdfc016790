"""Embeddings whose gradient is no scatter where a GPU is to repeat itself: see :mod:`benchsuite.engine.determinism`.

The gradient of a table is the sum, for each of its symbols, of the rows that were given for it. Two forms add them in an
order that depends on the codes alone:

- *compared*: every row is compared with every symbol, and what does not match counts as 0; nothing is rounded but the sum.
  It takes rows × symbols × features operations, which XLA fuses into one reduction;
- *sorted*: the rows are put in the order of their symbols and added in a segmented scan, log₂(rows) passes over them;
  of each symbol's last row the table takes the sum.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchsuite.engine.determinism import without_scatters

COMPARED = 2**24
"""Up to so many entries, rows × symbols × features, every row is compared with every symbol."""


@keras.saving.register_keras_serializable("benchsuite")
class Embedding(keras.layers.Embedding):  # type: ignore[misc]  # Keras has no types
    """Maps symbols to vectors; arguments are those of Keras' layer."""

    def call(self, inputs: Any) -> Any:
        """Return the vectors ``[…, size]`` of symbols ``[…]``."""
        if not without_scatters():
            return super().call(inputs)
        codes = inputs if inputs.dtype in (tf.int32, tf.int64) else tf.cast(inputs, tf.int32)
        return tf.cast(looked_up(tf.convert_to_tensor(self.embeddings), codes), self.compute_dtype)


def looked_up(table: Any, codes: Any) -> Any:
    """Return the rows of a table, with :func:`summed` as the gradient.

    Args:
        table: ``[symbols, size]``.
        codes: Whole numbers from 0 to symbols − 1, of any shape.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def take(table: Any) -> Any:
        return tf.gather(table, codes), lambda upstream: summed(upstream, codes, table.shape[0])

    return take(table)


def summed(rows: Any, codes: Any, symbols: int) -> Any:
    """Return for each symbol the sum of its rows, ``[symbols, size]``, with :func:`looked_up` as the gradient.

    Args:
        rows: ``[…, size]``.
        codes: Of the rows, ``[…]``.
        symbols: How many there are.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def add(rows: Any) -> Any:
        flat, of = tf.reshape(rows, (-1, rows.shape[-1])), tf.reshape(codes, (-1,))
        few = flat.shape[0] * flat.shape[1] * symbols <= COMPARED
        found = compared(flat, of, symbols) if few else in_order(flat, of, symbols)
        return found, lambda upstream: looked_up(upstream, codes)

    return add(rows)


def compared(rows: Any, codes: Any, symbols: int) -> Any:
    """Return the sums by comparing every row with every symbol; rows ``[rows, size]``, codes ``[rows]``."""
    match = codes[None, :] == tf.range(symbols, dtype=codes.dtype)[:, None]
    return tf.reduce_sum(tf.where(match[:, :, None], rows[None], tf.zeros((), rows.dtype)), axis=1)


def in_order(rows: Any, codes: Any, symbols: int) -> Any:
    """Return the sums by sorting the rows; arguments as for :func:`compared`."""
    count = rows.shape[0]
    order = tf.argsort(codes, stable=True)
    codes, rows = tf.gather(codes, order), tf.gather(rows, order)
    apart = 1
    while apart < count:
        # Sorted: where both ends are of one symbol, so is all between them.
        same = (codes[apart:] == codes[:-apart])[:, None]
        further = rows[apart:] + tf.where(same, rows[:-apart], tf.zeros((), rows.dtype))
        rows = tf.concat([rows[:apart], further], 0)
        apart *= 2
    wanted = tf.range(symbols, dtype=codes.dtype)
    until = _up_to(codes, wanted)
    last = tf.maximum(until - 1, 0)
    return tf.where((tf.gather(codes, last) == wanted)[:, None], tf.gather(rows, last), tf.zeros((), rows.dtype))


def _up_to(codes: Any, wanted: Any) -> Any:
    """Return how many of the sorted codes are at most each wanted one: ``tf.searchsorted`` would compare all with all."""
    count = codes.shape[0]
    found = tf.zeros_like(wanted, tf.int32)
    step = 1 << (count.bit_length() - 1)
    while step:
        further = found + step
        fits = (further <= count) & (tf.gather(codes, tf.minimum(further, count) - 1) <= wanted)
        found, step = tf.where(fits, further, found), step // 2
    return found
