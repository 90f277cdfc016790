"""Evaluation: all three parts of a task's data measured in one call, inside the compiled graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchsuite import noise
from benchsuite.components import Metric, Task
from benchsuite.data import PARTS, Dataset
from benchsuite.engine.program.feed import Chunk
from benchsuite.errors import BenchsuiteError

EVALUATION_BATCH = 128
"""Examples evaluated at once, where their outputs are not too large."""
OUTPUT_BYTES = 2**29
"""Outputs of a batch beyond this size, as a language model's with a large vocabulary, make the batch smaller."""


class Batches(NamedTuple):
    """The batches of an evaluation: arrays, or tensors inside the graph.

    Args:
        rows: Positions of examples, int32 ``[batches, batch]``.
        weights: Of the examples, float32 likewise: 0 where padded.
        part_of: Number of the part that each batch is of, int32 ``[batches]``.
    """

    rows: Any
    weights: Any
    part_of: Any


class Evaluation:
    """What is measured on which examples.

    The training part is represented by its first examples (a random subset where the split is random), as many as the
    larger of the other two parts has.

    Args:
        task: For its metrics.
        dataset: For the sizes of the parts and the targets.
        outputs: Shapes of what the model gives for one example.
    """

    def __init__(self, task: Task, dataset: Dataset, outputs: Sequence[tuple[int, ...]] = ()) -> None:
        size = 4 * sum(math.prod(shape) for shape in outputs)
        batch_size = min(EVALUATION_BATCH, max(1, OUTPUT_BYTES // max(size, 1)))
        self._metrics = [metric for metric in task.metrics if isinstance(metric, Metric)]
        self._dataset = dataset
        rows, weights, part_of = [], [], []
        most = max(dataset.sizes[1:])
        for number, part in enumerate(PARTS):
            where = dataset.part(part)
            members = np.arange(where.start, min(where.stop, where.start + most), dtype="int32")
            for start in range(0, len(members), batch_size):
                batch = members[start : start + batch_size]
                row = np.full(batch_size, members[0], "int32")
                row[: len(batch)] = batch
                rows.append(row)
                weights.append((np.arange(batch_size) < len(batch)).astype("float32"))
                part_of.append(number)
        self.batches = Batches(np.stack(rows), np.stack(weights), np.array(part_of, "int32"))

    def sums(
        self,
        losses: Callable[[Any, Any], tuple[Any, Any]],
        model: Any,
        x: Any,
        y: Any,
        batches: Batches,
        stop: Any,
        start: Any,
        first: Any,
        key: Any,
    ) -> Any:
        """Return ``start`` and the sum of every measure over each part, float64 ``[parts, measures]``; called inside the graph.

        Args:
            losses: ``(x, y) -> losses [batch]`` and outputs; ``None`` for these where the task has its own loss.
            model: What the metrics of a task with its own loss are given.
            x: Inputs of all parts.
            y: Targets of all parts.
            batches: As :attr:`batches`, tensors.
            stop: Number of batches to measure.
            start: Sums of batches before.
            first: Number of the first batch among those of all calls, int64.
            key: Noise key of the trial.
        """
        import tensorflow as tf

        rows, weights, part_of = batches

        def body(i: Any, sums: Any) -> Any:
            with noise.stream(key, first + tf.cast(i, tf.int64), noise.Owner.EVALUATION):
                found = self.of_batch(losses, model, tf.gather(x, rows[i]), tf.gather(y, rows[i]), weights[i])
            return i + 1, sums + tf.one_hot(part_of[i], len(PARTS), dtype=tf.float64)[:, None] * found[None, :]

        _, sums = tf.while_loop(lambda i, sums: i < stop, body, (tf.constant(0), start), parallel_iterations=1)
        return sums

    def of_batch(self, losses: Callable[[Any, Any], tuple[Any, Any]], model: Any, x: Any, y: Any, weight: Any) -> Any:
        """Return the sum of every measure over one batch, float64 ``[measures]``; called inside the graph.

        Args:
            losses: As for :meth:`sums`.
            model: Likewise.
            x: Inputs of the batch.
            y: Targets of the batch.
            weight: Of its examples: 0 where padded.
        """
        import tensorflow as tf

        values, outputs = losses(x, y)
        given = (model, (x, y)) if outputs is None else (y, outputs)
        found = [values, *(measured(metric, metric.per_example(*given)) for metric in self._metrics)]
        return tf.stack([one for values in found for one in _sums(values, weight > 0)])

    def padded(self, chunk: Chunk) -> tuple[np.ndarray, np.ndarray]:
        """Return weights and parts of the batches of a chunk, as many as it has rows."""
        kept, padding = slice(chunk.first, chunk.first + chunk.count), len(chunk.rows) - chunk.count
        if not padding:  # np.pad takes as long as a few steps, padding or none
            return self.batches.weights[kept], self.batches.part_of[kept]
        return np.pad(self.batches.weights[kept], ((0, padding), (0, 0))), np.pad(
            self.batches.part_of[kept], (0, padding)
        )

    @property
    def zeros(self) -> np.ndarray:
        """The sums before the first batch."""
        return np.zeros((len(PARTS), 1 + sum(metric.numbers or 1 for metric in self._metrics)))

    def finish(self, sums: np.ndarray) -> dict[str, float]:
        """Return every measure of every part, such as ``test_accuracy``, from the sums."""
        _, weights, part_of = self.batches
        counts = np.zeros(len(PARTS))
        np.add.at(counts, part_of, weights.sum(axis=1))
        values: dict[str, float] = {}
        for number, part in enumerate(PARTS):
            where = self._dataset.part(part)
            targets = self._dataset.y[where.start : where.start + int(counts[number])]
            means = sums[number] / counts[number]
            values[f"{part}_loss"] = float(means[0])
            first = 1
            for metric in self._metrics:
                mean = float(means[first]) if metric.numbers is None else means[first : first + metric.numbers]
                values[f"{part}_{metric.name}"] = float(metric.finish(mean, targets))
                first += metric.numbers or 1
        return values


def _sums(values: Any, counts: Any) -> list[Any]:
    """Return the sum over the examples that count, float64, of ``[batch]`` or of each number of ``[batch, numbers]``."""
    import tensorflow as tf

    # Padding is chosen away, not multiplied away: 0 × NaN is NaN.
    if values.shape.rank == 1:
        return [tf.reduce_sum(tf.where(counts, tf.cast(values, tf.float64), 0.0))]
    kept = tf.where(counts[:, None], tf.cast(values, tf.float64), 0.0)
    return list(tf.unstack(tf.reduce_sum(kept, axis=0)))


def measured(metric: Metric, values: Any) -> Any:
    """Return what a metric found of each example: ``[batch]``, or ``[batch, numbers]`` of one that adds up several numbers.

    Raises:
        BenchsuiteError: If there are not as many numbers for each example as it says.
    """
    import tensorflow as tf

    if metric.numbers is None:
        return per_example(values)
    values = tf.convert_to_tensor(values)
    if values.shape.rank < 2 or values.shape[-1] != metric.numbers:
        raise BenchsuiteError(
            f"metric {metric.name!r} must return [batch, {metric.numbers}]: {metric.numbers} numbers for each example. "
            f"Received: {[*values.shape]}."
        )
    values = tf.cast(values, tf.float32)
    return tf.reduce_mean(values, axis=list(range(1, values.shape.rank - 1))) if values.shape.rank > 2 else values


def per_example(values: Any) -> Any:
    """Average all axes but the first, in float32.

    Raises:
        BenchsuiteError: If there is no first axis: the mean of a batch is not that of the examples that count in it.
    """
    import tensorflow as tf

    values = tf.convert_to_tensor(values)
    if values.shape.rank == 0:
        raise BenchsuiteError(
            "a loss or a metric returned one number for the whole batch; it must return one for each example. "
            "For a loss of Keras', say reduction=None."
        )
    values = tf.cast(values, tf.float32)
    return tf.reduce_mean(values, axis=list(range(1, values.shape.rank))) if values.shape.rank > 1 else values
