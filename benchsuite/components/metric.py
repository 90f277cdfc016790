"""What is measured beside the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchsuite.components.base import check_name
from benchsuite.components.fields import is_finite, shown
from benchsuite.errors import BenchsuiteError


def _mean(mean: float, targets: Any) -> float:
    return mean


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measure that is a mean over examples, finished on the host.

    Args:
        name: As curves and tables call it.
        per_example: ``(targets, outputs) -> [batch]``, inside the compiled graph; further axes are averaged. Tasks
            with a loss of their own give ``(model, batch) -> [batch]``.
        finish: ``(mean over the part, targets of the part) -> value``; the mean itself unless given.
        direction: ``"max"`` if larger is better, else ``"min"``.
        bound: The best value that there can be, which no target may lie beyond; ``None`` where there is none.
    """

    name: str
    per_example: Callable[[Any, Any], Any]
    finish: Callable[[float, Any], float] = _mean
    direction: str = "max"
    bound: float | None = None

    def __post_init__(self) -> None:
        check_name("metric", self.name)
        if self.direction not in ("max", "min"):
            raise BenchsuiteError(
                f"direction of metric {self.name!r} must be 'max' or 'min'. Received: {self.direction!r}."
            )
        if self.bound is not None and not is_finite(self.bound):
            raise BenchsuiteError(
                f"bound of metric {self.name!r} must be a finite number, or None. Received: {shown(self.bound)}."
            )
        if self.name == "loss":
            raise BenchsuiteError("a metric cannot be called 'loss': the loss is always measured under that name.")


def _accuracy(targets: Any, outputs: Any) -> Any:
    import tensorflow as tf

    return tf.cast(tf.equal(tf.argmax(outputs, axis=-1, output_type=tf.int32), tf.cast(targets, tf.int32)), tf.float32)


def _bits(targets: Any, outputs: Any) -> Any:
    import math

    import tensorflow as tf

    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(targets, tf.int32), outputs) / math.log(2)


def _squared(targets: Any, outputs: Any) -> Any:
    return (outputs - targets) ** 2


def _r2(mean: float, targets: Any) -> float:
    import numpy as np

    return float(1 - mean / np.var(np.asarray(targets, dtype="float64")))


STANDARD_METRICS = {
    metric.name: metric
    for metric in (
        Metric(name="accuracy", per_example=_accuracy, bound=1.0),
        Metric(name="bits_per_character", per_example=_bits, direction="min", bound=0.0),
        Metric(name="r2", per_example=_squared, finish=_r2, bound=1.0),
        Metric(name="rmse", per_example=_squared, finish=lambda mean, targets: mean**0.5, direction="min", bound=0.0),
    )
}
"""Metrics that a task can ask for by name."""
