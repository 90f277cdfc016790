"""A network as a table of layers, read off a Keras model without importing Keras."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from benchsuite.report.drawings.task_picture import Layer


def layers_of(model: Any, name_of: Callable[[str], str]) -> list[Layer]:
    """Return a model's layers in order, inputs first; what several layers share counts for the first.

    Args:
        model: A Keras model.
        name_of: Returns what to call a layer: Keras numbers those that nobody named through the life of a process.
    """
    counted: set[int] = set()
    found = []
    for layer in model.layers:
        own = [variable for variable in layer.trainable_variables if id(variable) not in counted]
        counted.update(id(variable) for variable in own)
        inputs = type(layer).__name__ == "InputLayer"
        found.append(
            Layer(
                "inputs" if inputs else name_of(layer.name),
                "" if inputs else type(layer).__name__,
                _shape(layer),
                sum(math.prod(variable.shape) for variable in own),
            )
        )
    return found


def _shape(layer: Any) -> tuple[int | None, ...]:
    """Return the shape of a layer's first output, without the batch."""
    tensor = layer._inbound_nodes[0].output_tensors[0]  # `layer.output` refuses a layer that is used twice
    return tuple(tensor.shape[1:])
