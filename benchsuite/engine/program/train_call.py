"""The compiled call that trains an epoch, chunk after chunk where data are streamed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.engine.program.feed import Chunk, Feed
from benchsuite.engine.program.traced import Traced
from benchsuite.engine.program.training import Training


@dataclass(frozen=True)
class EpochEnd:
    """What one training call returns.

    Args:
        steps: Steps done; fewer than asked for if training diverged in between.
        running_loss: Mean of the batch losses, penalties included.
        last_loss: Loss of the last batch.
    """

    steps: int
    running_loss: float
    last_loss: float


class TrainCall:
    """Trains epochs of a program.

    Args:
        training: What a step does.
        batch_size: Examples a step.
        xla: Whether XLA compiles it.
    """

    def __init__(self, training: Training, batch_size: int, xla: bool) -> None:
        self._batch_size = batch_size
        self.traced = Traced(training.loop, xla)
        self.lengths: tuple[int, int] | None = None
        """Steps of an epoch and of the whole budget, for regularizations that ask; those of one call unless set."""

    def compile(self, feed: Feed, steps: int, key: Any, run: bool = True) -> None:
        """Trace and compile it for epochs of so many steps, without training one; trace it only, unless ``run``."""
        order = np.zeros((steps, self._batch_size), "int32")
        with contextlib.closing(feed.chunks(order[: feed.chunk_length(order)])) as chunks:
            self._call(next(chunks), np.zeros(steps, "float32"), 0, 0, 0.0, np.inf, steps, key, run)

    def __call__(self, feed: Feed, order: np.ndarray, rates: np.ndarray, step: int, bound: float, key: Any) -> EpochEnd:
        """Train on the batches of ``order``: see :meth:`Program.train`."""
        steps, total, last = 0, 0.0, 0.0
        with contextlib.closing(feed.chunks(order)) as chunks:
            for chunk in chunks:
                done, total, last = self._call(chunk, rates, step, chunk.count, total, bound, len(order), key)
                steps += int(done)
                if not float(last) <= bound:
                    break
        return EpochEnd(steps, float(total) / max(steps, 1), float(last))

    def _call(
        self,
        chunk: Chunk,
        rates: np.ndarray,
        step: int,
        stop: int,
        total: Any,
        bound: float,
        steps: int,
        key: Any,
        run: bool = True,
    ) -> Any:
        import tensorflow as tf

        # The bound is finite in the graph: float32's largest number instead of infinity, so that infinity itself is beyond it.
        bound = min(bound, float(np.finfo("float32").max))
        rates = rates[chunk.first : chunk.first + len(chunk.rows)]
        if len(rates) < len(chunk.rows):
            rates = np.pad(rates, (0, len(chunk.rows) - len(rates)))
        return (self.traced if run else self.traced.trace)(
            len(chunk.rows),
            chunk.x,
            chunk.y,
            tf.constant(chunk.rows),
            tf.constant(rates, tf.float32),
            tf.constant(step + chunk.first, tf.int64),
            tf.constant(stop, tf.int32),
            tf.constant(total, tf.float32),
            tf.constant(bound, tf.float32),
            tf.constant(self.lengths or (steps, step + steps), tf.int64),
            key,
        )
