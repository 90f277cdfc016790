"""Whether data fit a network: a loss would broadcast, an embedding take another row, without a word."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.components import Metric, Task
from benchsuite.components.metric import STANDARD_METRICS
from benchsuite.errors import BenchsuiteError

Shape = tuple[int | None, ...]


def check_targets(task: Task, y: np.ndarray, outputs: Shape, kind: str) -> None:
    """Refuse targets that a named loss cannot compare with the outputs.

    Args:
        task: The task, for messages.
        y: Targets of all parts ``[examples, ...]``.
        outputs: Shape of the outputs for one example; ``None`` where it is known only later.
        kind: What the loss is for: ``"classes"`` or ``"values"``.

    Raises:
        BenchsuiteError: If the shapes differ, or classes are below 0 or beyond the outputs.
    """
    expected = outputs[:-1] if kind == "classes" else outputs
    found = tuple(y.shape[1:])
    if len(found) != len(expected) or any(b not in (None, a) for a, b in zip(found, expected, strict=True)):
        what = "classes" if kind == "classes" else "values"
        raise BenchsuiteError(
            f"targets of {task.title} must be {what} {_batch(expected)}, since the network gives {_batch(outputs)}. "
            f"Received: {_batch(found)}."
        )
    if kind == "classes" and outputs[-1] is not None:
        low, high = int(y.min()), int(y.max())
        if low < 0 or high >= outputs[-1]:
            raise BenchsuiteError(
                f"targets of {task.title} are classes from {low} to {high}, while the network has {outputs[-1]} outputs: "
                f"classes must be from 0 to {outputs[-1] - 1}."
            )


def check_metrics(task: Task, y: np.ndarray, outputs: Shape) -> None:
    """Refuse metrics that compare something else than what the task has: they would broadcast, or count nonsense.

    Args:
        task: The task.
        y: Targets of all parts ``[examples, ...]``.
        outputs: Shape of the outputs for one example; ``None`` where it is known only later.

    Raises:
        BenchsuiteError: If a metric needs classes or values, and there are none.
    """
    classes = np.issubdtype(y.dtype, np.integer)
    expected = {"classes": outputs[:-1], "values": outputs}
    found = tuple(y.shape[1:])
    fits = {
        needs: classes == (needs == "classes")
        and len(found) == len(shape)
        and all(b in (None, a) for a, b in zip(found, shape, strict=True))
        for needs, shape in expected.items()
    }
    for metric in task.metrics:
        if isinstance(metric, Metric) and metric.needs and not fits[metric.needs]:
            what = {
                "classes": f"int32 classes {_batch(outputs[:-1])}",
                "values": f"float32 values {_batch(outputs)}",
            }[metric.needs]
            fitting = [name for name, one in STANDARD_METRICS.items() if fits[one.needs]]
            then = f"Those that fit: {', '.join(fitting)}." if fitting else "Give a bs.Metric of your own."
            raise BenchsuiteError(
                f"metric {metric.name!r} of {task.title} compares the outputs {_batch(outputs)} with {what}. "
                f"Received: {y.dtype} targets {_batch(found)}. {then}"
            )


def check_codes(task: Task, x: np.ndarray, model: Any) -> None:
    """Refuse inputs that hold codes beyond the embedding that reads them: XLA would take another row without a word.

    Args:
        task: The task, for messages.
        x: Inputs of all parts.
        model: The network.

    Raises:
        BenchsuiteError: If there are such codes.
    """
    import keras

    if not np.issubdtype(x.dtype, np.integer):
        return
    for layer in model.layers:
        if isinstance(layer, keras.layers.Embedding) and _reads(layer, model.inputs[0]):
            low, high = int(x.min()), int(x.max())
            if low < 0 or high >= layer.input_dim:
                raise BenchsuiteError(
                    f"inputs of {task.title} hold codes from {low} to {high}, while the embedding has {layer.input_dim:,} "
                    f"symbols: codes must be from 0 to {layer.input_dim - 1:,}."
                )


def _reads(layer: Any, tensor: Any) -> bool:
    """Say whether a layer is called with a tensor; `layer.input` refuses one that is used twice."""
    return any(tensor is entering for node in layer._inbound_nodes for entering in node.input_tensors)


def _batch(shape: Shape) -> str:
    return f"[{', '.join(['batch', *('?' if size is None else str(size) for size in shape)])}]"
