"""Functions of plain tensors in a model that is built of symbolic ones."""

from __future__ import annotations

import functools
from typing import Any


def on_symbols(function: Any) -> Any:
    """Return a function that takes Keras' symbolic tensors too: where it does not by itself, as ``tf.nn.relu``, in a layer.

    Args:
        function: Of one tensor. A layer is returned as it is.
    """
    import keras

    if function is None or isinstance(function, keras.layers.Layer):
        return function

    @functools.wraps(function, updated=("__dict__",))
    def called(x: Any) -> Any:
        try:
            return function(x)
        except ValueError:
            if not isinstance(x, keras.KerasTensor):
                raise
            return keras.layers.Activation(function)(x)

    return called
