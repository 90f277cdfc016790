"""What is measured beside the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchsuite.components.base import check_name
from benchsuite.components.fields import is_finite, shown
from benchsuite.errors import BenchsuiteError

NEEDS = ("", "classes", "values")
MOST_NUMBERS = 10_000
"""That a metric may add up for each example."""
BINS = 15
"""Of the calibration error, as in Guo et al. 2017."""


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
        numbers: How many numbers ``per_example`` gives for each example, as its last axis, ``[batch, ..., numbers]``; ``finish``
            is then given the mean of each, float64 ``[numbers]``. ``None``: one, without such an axis.
        needs: ``"classes"`` if it compares int32 targets with one output for each class (linear outputs, no probabilities),
            ``"values"`` if it compares float32 targets with as many outputs; ``""`` if it takes whatever comes.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    name: str
    per_example: Callable[[Any, Any], Any]
    finish: Callable[[Any, Any], float] = _mean
    direction: str = "max"
    bound: float | None = None
    numbers: int | None = None
    needs: str = ""

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
        numbers: Any = self.numbers
        if not (numbers is None or (type(numbers) is int and 1 <= numbers <= MOST_NUMBERS)):
            raise BenchsuiteError(
                f"numbers of metric {self.name!r} must be a whole number from 1 to {MOST_NUMBERS:,}, or None for one without "
                f"an axis of its own. Received: {shown(numbers)}."
            )
        if numbers is not None and self.finish is _mean:
            raise BenchsuiteError(
                f"metric {self.name!r} adds up {numbers:,} numbers for each example and has no finish, which makes one value of "
                "their means. Give finish=function(means, targets)."
            )
        if self.needs not in NEEDS:
            raise BenchsuiteError(
                f"needs of metric {self.name!r} must be 'classes', 'values' or ''. Received: {shown(self.needs)}."
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


def _log_loss(targets: Any, outputs: Any) -> Any:
    """−ln p of the true class."""
    import tensorflow as tf

    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(targets, tf.int32), outputs)


def _brier(targets: Any, outputs: Any) -> Any:
    """Σ (p_c − [c is the true class])² over all classes c."""
    import tensorflow as tf

    return tf.reduce_sum(
        (tf.nn.softmax(outputs) - tf.one_hot(tf.cast(targets, tf.int32), outputs.shape[-1])) ** 2, axis=-1
    )


def _over_confidence(targets: Any, outputs: Any) -> Any:
    """[right] − p of the largest probability p, in the bin of p; 0 in all others."""
    import tensorflow as tf

    largest = tf.reduce_max(tf.nn.softmax(outputs), axis=-1)
    # Bin m is (m ÷ bins, (m + 1) ÷ bins].
    bins = tf.clip_by_value(tf.cast(tf.math.ceil(largest * BINS), tf.int32) - 1, 0, BINS - 1)
    # Multiplied, not chosen: a probability that is not a number must not be in no bin.
    return tf.one_hot(bins, BINS) * (_accuracy(targets, outputs) - largest)[..., None]


def _calibration(means: Any, targets: Any) -> float:
    """Σ (examples of the bin ÷ all) · |its accuracy − its mean probability| = Σ |mean of what the bin holds|."""
    import numpy as np

    return float(np.abs(means).sum())


def _squared(targets: Any, outputs: Any) -> Any:
    return (outputs - targets) ** 2


def _absolute(targets: Any, outputs: Any) -> Any:
    import tensorflow as tf

    return tf.abs(outputs - targets)


def _r2(mean: float, targets: Any) -> float:
    import numpy as np

    return float(1 - mean / np.var(np.asarray(targets, dtype="float64")))


def _of_classes(name: str, per_example: Callable[[Any, Any], Any], **fields: Any) -> Metric:
    return Metric(
        name=name, per_example=per_example, **{"direction": "min", "bound": 0.0, "needs": "classes", **fields}
    )


def _of_values(name: str, per_example: Callable[[Any, Any], Any], **fields: Any) -> Metric:
    return Metric(name=name, per_example=per_example, **{"direction": "min", "bound": 0.0, "needs": "values", **fields})


STANDARD_METRICS = {
    metric.name: metric
    for metric in (
        _of_classes("accuracy", _accuracy, direction="max", bound=1.0),
        _of_classes("bits_per_character", _bits),
        _of_classes("brier", _brier),
        _of_classes("calibration_error", _over_confidence, finish=_calibration, numbers=BINS),
        _of_classes("log_loss", _log_loss),
        _of_values("mae", _absolute),
        _of_values("r2", _squared, finish=_r2, direction="max", bound=1.0),
        _of_values("rmse", _squared, finish=lambda mean, targets: mean**0.5),
    )
}
"""Metrics that a task can ask for by name."""
