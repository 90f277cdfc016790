"""A lane program: a program whose functions train and evaluate K trials at once, each with a state of its own."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.lanes.converters import vectorizing
from benchsuite.engine.lanes.functional import Functional
from benchsuite.engine.program.feed import Chunk, Feed
from benchsuite.engine.program.program import Program
from benchsuite.engine.program.traced import Traced
from benchsuite.text import shortened

LONGEST_REASON = 300
"""Letters of why a program cannot be vectorized."""


class NoLane(Exception):
    """What trials of this program do cannot be done side by side: they run alone."""


@dataclass
class LaneEnds:
    """What one training call returns, each for every lane.

    Args:
        steps: Steps done; 0 for a lane that does not train.
        running_loss: Mean of the batch losses.
        last_loss: Loss of the last batch.
    """

    steps: np.ndarray
    running_loss: np.ndarray
    last_loss: np.ndarray


@dataclass(frozen=True)
class Start:
    """What a trial begins with in its lane.

    Args:
        values: Of all variables, in the order of :attr:`LaneProgram.variables`.
        key: Noise key.
        lengths: Steps of an epoch and of the whole budget.
        fed: Values of the hyperparameters that the program is fed, by name.
    """

    values: list[np.ndarray]
    key: int
    lengths: tuple[int, int]
    fed: dict[str, float]


class LaneProgram:
    """Trains and evaluates up to K trials of a program side by side.

    XLA compiles it on every device: a loop of one lane after the other would be no lane program.

    Args:
        program: What a single trial runs: its network, its optimizer and what acts after steps.
        lanes: K.
    """

    def __init__(self, program: Program, lanes: int) -> None:
        import tensorflow as tf

        self._tf = tf
        self.program = program
        self.lanes = lanes
        network, optimizer, after = program.network, program.optimizer, program.after
        self._model = Functional(network.model.variables)
        self._all = Functional([*network.model.variables, *optimizer.made.variables, *after.variables])
        self._train, self._evaluate = Traced(self._loop, xla=True), Traced(self._sums, xla=True)
        self._states: list[Any] = []
        self._begun: list[Start] = []
        self._constant: dict[str, Any] = {}

    @property
    def traces(self) -> int:
        """How often its two functions were traced."""
        return self._train.traces + self._evaluate.traces

    def start_of(self, key: int, lengths: tuple[int, int]) -> Start:
        """Return what the program's variables hold, for a trial that was made ready in it."""
        feeding = self.program.feeding
        fed = {name: float(feeding.values[name]) for name in sorted(feeding.fed)}
        return Start([np.array(variable.numpy()) for variable in self._all.variables], key, lengths, fed)

    def begin(self, starts: Sequence[Start]) -> None:
        """Give trials their lanes, from the first on. Lanes that are left over repeat the first trial and train nothing."""
        tf = self._tf
        self._begun = every = [*starts, *(starts[0] for _ in range(self.lanes - len(starts)))]
        with tf.device(self.program.device):
            self._states = [tf.constant(np.stack(values)) for values in zip(*(s.values for s in every), strict=True)]
            self._constant = {
                "key": tf.constant([start.key for start in every], tf.int64),
                "lengths": tf.constant([start.lengths for start in every], tf.int64),
                "fed": {name: tf.constant([s.fed[name] for s in every], tf.float64) for name in every[0].fed},
            }

    @contextmanager
    def alone(self, lane: int) -> Iterator[Program]:
        """Let the program of a single trial hold what a lane holds, for what is measured beside training."""
        with self._tf.device(self.program.device):
            for variable, values in zip(self._all.variables, self._states, strict=True):
                variable.assign(values[lane])
            self.program.draw_with(self._constant["key"][lane])
            self.program.feeding.assign(self._begun[lane].fed)
        yield self.program

    def compile(self, feed: Feed, steps: int) -> float:
        """Trace and compile both functions without training a step; return the seconds it took.

        Raises:
            NoLane: If they cannot be traced or compiled for several lanes, or if lanes would share a variable.
        """
        started = time.perf_counter()
        order = np.zeros((steps, self.lanes * self.program.batch_size), "int32")
        rates, none = np.zeros((steps, self.lanes), "float32"), np.zeros(self.lanes)
        try:
            with (
                self._tf.device(self.program.device),
                contextlib.closing(feed.chunks(order[: feed.chunk_length(order)])) as chunks,
            ):
                self._call(next(chunks), rates, 0, none.astype("int32"), none, none)
            self.evaluate(feed, compile_only=True)
        except MemoryError:
            raise
        except Exception as error:
            if type(error).__name__ == "ResourceExhaustedError":
                raise
            raise NoLane(_reason(error)) from error
        if self._train.variables or self._evaluate.variables:
            raise NoLane("something reads or assigns variables that are neither Keras' nor known to the engine")
        return time.perf_counter() - started

    def train(
        self, feed: Feed, order: np.ndarray, rates: np.ndarray, step: int, trains: np.ndarray, bounds: np.ndarray
    ) -> LaneEnds:
        """Train an epoch.

        Args:
            feed: Inputs and targets.
            order: int32 ``[steps, lanes, batch]``, positions of examples.
            rates: float32 ``[steps, lanes]``.
            step: Steps done before.
            trains: bool ``[lanes]``: who trains; the others keep what they hold.
            bounds: ``[lanes]``: a lane stops after a batch whose loss exceeds its bound or is not finite.
        """
        steps, total = np.zeros(self.lanes, "int64"), np.zeros(self.lanes, "float32")
        last, flat = np.zeros(self.lanes, "float32"), order.reshape(len(order), -1)
        with self._tf.device(self.program.device), contextlib.closing(feed.chunks(flat)) as chunks:
            for chunk in chunks:
                alive = trains & (last <= bounds)
                if not alive.any():
                    break
                stop = np.where(alive, chunk.count, 0).astype("int32")
                done, total, now, self._states = self._call(chunk, rates, step, stop, total, bounds)
                last = np.where(alive, np.asarray(now), last)
                steps += np.asarray(done)
        return LaneEnds(steps, np.asarray(total) / np.maximum(steps, 1), last)

    def _call(
        self, chunk: Chunk, rates: np.ndarray, step: int, stop: np.ndarray, total: Any, bounds: np.ndarray
    ) -> Any:
        tf = self._tf
        # The bounds are finite in the graph, as in the program of one trial.
        bounds = np.minimum(bounds, np.finfo("float32").max)
        rates = rates[chunk.first : chunk.first + len(chunk.rows)]
        return self._train(
            len(chunk.rows),
            chunk.x,
            chunk.y,
            tf.constant(chunk.rows.reshape(len(chunk.rows), self.lanes, -1)),
            tf.constant(np.pad(rates, ((0, len(chunk.rows) - len(rates)), (0, 0))), tf.float32),
            tf.constant(step + chunk.first, tf.int64),
            tf.constant(stop, tf.int32),
            tf.constant(total, tf.float32),
            tf.constant(bounds, tf.float32),
            *self._given,
        )

    def _loop(
        self,
        x: Any,
        y: Any,
        order: Any,
        rates: Any,
        start: Any,
        stop: Any,
        total: Any,
        bounds: Any,
        *given: Any,
    ) -> Any:
        """Do up to ``stop`` steps in each lane; return steps done, sums of their losses and ``total``, last losses, states."""
        tf = self._tf
        constant, states = self._taken(given)

        def one(given: Any) -> Any:
            batch_x, batch_y, rate, step, own, values = given
            with self._all.holding(values) as held, self.program.feeding.holding(own["fed"]):
                loss = self.program.training.whole_step(batch_x, batch_y, step, rate, own["lengths"], own["key"])
                return loss, held.values

        def body(i: Any, done: Any, total: Any, last: Any, states: list[Any]) -> Any:
            rows, alive = order[i], (i < stop) & (last <= bounds)
            steps = tf.fill([self.lanes], start + tf.cast(i, tf.int64))
            given = (tf.gather(x, rows), tf.gather(y, rows), rates[i], steps, constant, states)
            loss, new = self._map(one, given)
            # A lane that has stopped keeps what it holds.
            kept = [tf.where(_like(alive, old), after, old) for after, old in zip(new, states, strict=True)]
            total, last = tf.where(alive, total + loss, total), tf.where(alive, loss, last)
            return i + 1, done + tf.cast(alive, tf.int32), total, last, kept

        def goes_on(i: Any, done: Any, total: Any, last: Any, states: list[Any]) -> Any:
            return tf.reduce_any((i < stop) & (last <= bounds))

        zeros = tf.zeros([self.lanes])
        begin = (tf.constant(0), tf.zeros([self.lanes], tf.int32), total, zeros, list(states))
        return tf.while_loop(goes_on, body, begin, parallel_iterations=1)[1:]

    @property
    def _given(self) -> list[Any]:
        """What both functions are given of all lanes, as they take it: one tensor after the other."""
        own = self._constant
        return [own["key"], own["lengths"], *own["fed"].values(), *self._states]

    def _taken(self, given: Sequence[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Return what is constant in each lane, and the states, of what a function was given."""
        key, lengths, *rest = given
        names = sorted(self.program.feeding.fed)
        return {"key": key, "lengths": lengths, "fed": dict(zip(names, rest, strict=False))}, rest[len(names) :]

    def _map(self, function: Any, given: Any) -> Any:
        with vectorizing():
            return self._tf.vectorized_map(function, given, fallback_to_while_loop=False)

    def evaluate(self, feed: Feed, compile_only: bool = False) -> list[dict[str, float]]:
        """Return every measure of every part for each lane, with the evaluation weights."""
        tf, evaluation = self._tf, self.program.evaluation
        rows = evaluation.batches.rows
        sums = np.zeros((self.lanes, *evaluation.zeros.shape))
        with tf.device(self.program.device), contextlib.closing(feed.chunks(rows, keep=True)) as chunks:
            for chunk in chunks:
                weights, part_of = evaluation.padded(chunk)
                stop = 0 if compile_only else chunk.count
                arguments = (chunk.rows, weights, part_of, np.int32(stop), sums)
                first = tf.constant(chunk.first, tf.int64)
                sums = self._evaluate(
                    0, chunk.x, chunk.y, *feed.head, *map(tf.constant, arguments), first, *self._given
                )
                if compile_only:
                    break
        return [evaluation.finish(one) for one in np.asarray(sums)]

    def _sums(
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
        *given: Any,
    ) -> Any:
        """Return ``sums`` with what the first ``stop`` batches add in each lane."""
        tf, program = self._tf, self.program
        constant, states = self._taken(given)

        def evaluated_with(given: Any) -> list[Any]:
            own, values = given
            with (
                self._all.holding(values) as held,
                program.feeding.holding(own["fed"]),
                program.evaluation_weights.held(head_x, head_y, own["key"]),
            ):
                return held.values[: len(self._model.variables)]

        models = self._map(evaluated_with, (constant, list(states)))

        def body(i: Any, sums: Any) -> Any:
            batch_x, batch_y = tf.gather(x, rows[i]), tf.gather(y, rows[i])

            def one(given: Any) -> Any:
                own, values = given
                with (
                    self._model.holding(values),
                    program.feeding.holding(own["fed"]),
                    noise.stream(own["key"], first + tf.cast(i, tf.int64), noise.Owner.EVALUATION),
                ):
                    return program.evaluation.of_batch(
                        lambda a, b: program.objective.losses(a, b, training=False),
                        program.network.model,
                        batch_x,
                        batch_y,
                        weights[i],
                    )

            found, part = self._map(one, (constant, models)), part_of[i]
            where = tf.one_hot(part, sums.shape[1], dtype=tf.float64)
            return i + 1, sums + where[None, :, None] * found[:, None, :]

        return tf.while_loop(lambda i, sums: i < stop, body, (tf.constant(0), sums), parallel_iterations=1)[1]


def _like(alive: Any, values: Any) -> Any:
    """Give what is true of each lane the rank of values ``[lanes, ...]``."""
    import tensorflow as tf

    return tf.reshape(alive, [-1] + [1] * (values.shape.rank - 1))


def _reason(error: Exception) -> str:
    """Return why a function cannot be vectorized, in one line: TensorFlow says it somewhere in a page."""
    text = str(error)
    for said in (r"No pfor vectorization defined for \w+", r"unsupported operations[^:]*: \w+", r"\w+Error: .+"):
        if found := re.search(said, text):
            return shortened(found[0], LONGEST_REASON)
    lines = text.split("\n")
    return shortened(lines[0].strip() or type(error).__name__, LONGEST_REASON)
