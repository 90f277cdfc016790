"""Whether targets fit a network's outputs: a loss would broadcast, or compute nonsense, without a word."""

from __future__ import annotations

import numpy as np

from benchsuite.components import Task
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


def _batch(shape: Shape) -> str:
    return f"[{', '.join(['batch', *('?' if size is None else str(size) for size in shape)])}]"
