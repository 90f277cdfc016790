"""Layers that nothing in a recipe chooses, beyond Keras' own: pools of any dimension, and a free parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite.errors import BenchsuiteError


def pool(kind: str, name: str, size: int, stride: int | None, padding: str) -> Callable[[Any], Any]:
    """Return a layer that takes the maximum (``"Max"``) or mean (``"Average"``) of windows, in as many dimensions as it finds."""
    import keras

    from benchsuite.engine.network import pooling

    def called(x: Any) -> Any:
        layer = f"{kind}Pooling{len(x.shape) - 2}D"
        return getattr(pooling if kind == "Max" else keras.layers, layer)(size, stride, padding, name=name)(x)

    return called


def average(name: str) -> Callable[[Any], Any]:
    """Return a layer that takes the mean of each channel over all pixels or time steps."""
    import keras

    def called(x: Any) -> Any:
        dimensions = len(x.shape) - 2
        return getattr(keras.layers, f"GlobalAveragePooling{dimensions}D")(name=name)(x)

    return called


def parameter(name: str, shape: tuple[int, ...], start: Any) -> Any:
    """Return a layer that gives a trainable array, repeated for each example.

    Args:
        name: Of the layer.
        shape: Of the array.
        start: What it starts from.

    Raises:
        BenchsuiteError: If shape or start are not as ``blocks.parameter`` says.
    """
    import keras

    begin = _start(shape, start)

    @keras.saving.register_keras_serializable("benchsuite")
    class Parameter(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def build(self, input_shape: Any) -> None:
            self.theta = self.add_weight(shape=shape, initializer=keras.initializers.Constant(begin), name="theta")

        def call(self, inputs: Any) -> Any:
            return keras.ops.broadcast_to(self.theta, (keras.ops.shape(inputs)[0], *shape))

        def compute_output_shape(self, input_shape: Any) -> Any:
            return (input_shape[0], *shape)

    return Parameter(name=name, dtype="float32")


def _start(shape: tuple[int, ...], start: Any) -> np.ndarray:
    """Return the starting values of a parameter: one number, or an array of its shape."""
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in shape):
        raise BenchsuiteError(f"the shape of a parameter must be whole numbers from 1. Received: {shape!r}.")
    try:
        values = np.array(start, dtype="float32")
    except (TypeError, ValueError, OverflowError):  # ragged lists, text
        values = np.array(np.nan)
    if values.shape not in ((), shape) or not np.isfinite(values).all():
        raise BenchsuiteError(
            f"the start of a parameter of shape {list(shape)} must be one finite number, or nested lists of that shape with one for each "
            f"entry. Received: {start!r}."
        )
    return values
