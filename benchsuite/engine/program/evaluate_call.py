"""The compiled call that evaluates all parts of the data, chunk after chunk where they are streamed."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from benchsuite.components import Task
from benchsuite.data import Dataset
from benchsuite.engine.program.evaluation import Batches, Evaluation
from benchsuite.engine.program.evaluation_weights import EvaluationWeights
from benchsuite.engine.program.feed import Chunk, Feed
from benchsuite.engine.program.objective import Objective
from benchsuite.engine.program.traced import Traced


class EvaluateCall:
    """Evaluates a program.

    Args:
        task: The task, for its metrics.
        objective: Gives the losses.
        weights: What the model holds meanwhile.
        dataset: For the sizes of the parts and the targets.
        xla: Whether XLA compiles it.
    """

    def __init__(
        self, task: Task, objective: Objective, weights: EvaluationWeights, dataset: Dataset, xla: bool
    ) -> None:
        self._task, self._objective, self._weights = task, objective, weights
        self.traced = Traced(self._graph, xla)
        self.measure(dataset)

    def measure(self, dataset: Dataset) -> None:
        """Measure on a dataset from now on: parts of the same sizes and shapes, such as another fold."""
        outputs = [tuple(output.shape[1:]) for output in self._objective.network.model.outputs]
        self.evaluation = Evaluation(self._task, dataset, outputs)

    def compile(self, feed: Feed, key: Any, run: bool = True) -> None:
        """Trace and compile it; trace it only, unless ``run``."""
        rows = self.evaluation.batches.rows
        with contextlib.closing(feed.chunks(rows[: feed.chunk_length(rows)])) as chunks:
            self._call(next(chunks), feed, self.evaluation.zeros, 0, key, run)

    def __call__(self, feed: Feed, key: Any) -> dict[str, float]:
        """Return every measure of every part, such as ``test_accuracy``."""
        sums = self.evaluation.zeros
        with contextlib.closing(feed.chunks(self.evaluation.batches.rows, keep=True)) as chunks:
            for chunk in chunks:
                sums = self._call(chunk, feed, sums, chunk.count, key)
        return self.evaluation.finish(np.asarray(sums))

    def _call(self, chunk: Chunk, feed: Feed, sums: Any, stop: int, key: Any, run: bool = True) -> Any:
        import tensorflow as tf

        weights, part_of = self.evaluation.padded(chunk)
        return (self.traced if run else self.traced.trace)(
            0,
            chunk.x,
            chunk.y,
            *feed.head,
            tf.constant(chunk.rows),
            tf.constant(weights),
            tf.constant(part_of),
            tf.constant(stop, tf.int32),
            tf.constant(sums, tf.float64),
            tf.constant(chunk.first, tf.int64),
            key,
        )

    def _graph(
        self,
        x: Any,
        y: Any,
        head_x: Any,
        head_y: Any,
        rows: Any,
        weights: Any,
        part_of: Any,
        stop: Any,
        sums: Any,
        first: Any,
        key: Any,
    ) -> Any:
        """Return ``sums`` with what the first ``stop`` batches add; the head is what statistics are made from anew."""
        model, batches = self._objective.network.model, Batches(rows, weights, part_of)

        def losses(one_x: Any, one_y: Any) -> tuple[Any, Any]:
            return self._objective.losses(one_x, one_y, training=False)

        with self._objective.ingredients.feeding.holding(), self._weights.held(head_x, head_y, key):
            return self.evaluation.sums(losses, model, x, y, batches, stop, sums, first, key)
