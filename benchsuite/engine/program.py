"""A program: the compiled train and evaluate functions of one static signature, reset and reused for many trials.

One compiled call trains an epoch; Python touches nothing in between. Whatever can change without compiling again is
fed: data, batch order, learning rates, noise key, starting values. The rest is baked into the graph.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite.components import Task
from benchsuite.components.initializer import Adapting
from benchsuite.data import Dataset, Prepared
from benchsuite.engine.blocks import Blocks
from benchsuite.engine.checks import check_codes, check_targets
from benchsuite.engine.evaluation import Evaluation
from benchsuite.engine.feed import RESIDENT_BYTES, Chunk, Feed, make_feed, widened
from benchsuite.engine.graphs import Graphs
from benchsuite.engine.initial import Recorder, draw_all
from benchsuite.engine.network import Network
from benchsuite.engine.parts import Parts
from benchsuite.engine.places import stable_names
from benchsuite.engine.probes import Probes
from benchsuite.engine.regularizers import STATISTICS_BATCHES, AfterSteps
from benchsuite.engine.seeds import Streams
from benchsuite.errors import BenchsuiteError

OUTPUTS_AT_ONCE = 256


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


class ConfigurationChanged(Exception):
    """The learning rate turned out to be baked into the optimizer's other settings: the program cannot be reused for it."""


class Program(Graphs):
    """A network, its optimizer and their two compiled functions.

    Args:
        task: The task.
        parts: What the recipe made.
        dataset: For sizes, shapes and types; the values are fed.
        input_shape: Of one example after preprocessing.
        batch_size: Examples a step.
        precision: ``float32`` or ``bfloat16`` (variables stay float32).
        device: ``cpu`` or ``gpu``.
        place: TensorFlow device to run on; the first of its kind unless given.
        resident_bytes: Examples up to this size lie on the device as a whole, larger ones are streamed.
    """

    def __init__(
        self,
        task: Task,
        parts: Parts,
        dataset: Dataset,
        input_shape: tuple[int, ...],
        batch_size: int,
        precision: str = "float32",
        device: str = "cpu",
        place: str | None = None,
        resident_bytes: int = RESIDENT_BYTES,
    ) -> None:
        import keras
        import tensorflow as tf

        self._tf = tf
        self.task = task
        self.parts = parts
        self.dataset = dataset
        self.batch_size = batch_size
        self.resident_bytes = resident_bytes
        # A fixed rule, never a timing decision: XLA on the CPU cannot thread convolutions inside a loop and is 30 times slower there.
        self.xla = task.xla or device != "cpu"
        self.place = place or f"/{device.upper()}:0"
        self.traces = 0
        self._recorder = Recorder()
        blocks = Blocks(parts)
        policy = keras.config.dtype_policy()
        with tf.device(self.place), self._recorder.recording():
            keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
            try:
                inputs = keras.Input(input_shape, dtype=dataset.input_type)
                self.model = keras.Model(inputs, task.model(blocks, inputs))
            finally:
                keras.config.set_dtype_policy(policy)
            self._recorder.snapshot(self.model.variables)
            self.places = blocks.places
            self.names = stable_names(self.model.variables, blocks.names)
            self.mapped = blocks.mapped
            """Kernels that layers do not compute with as they are, each with the layer that maps it."""
            self._followers = [(kernel, layer) for kernel, layer in self.mapped if hasattr(layer, "start")]
            self.used = blocks.used | ({"initializer"} if self.places else set())
            """Kinds that this network has a use for, of those that depend on it."""
            parts.settle(task, self.places, bool(self.mapped))
            self.trainable = self.model.trainable_variables
            self.optimizer = self._new_optimizer()
            self._optimizer_start = self._constant_start()
            self._after = AfterSteps(parts.after_steps, self.trainable, [place.variable for place in self.places])
        self.classes = self._count_classes()
        check_codes(task, dataset.x, self.model)
        if parts.loss_component is not None:
            check_targets(task, dataset.y, tuple(self.model.outputs[0].shape[1:]), parts.loss_component.targets)
        self._evaluation = self._new_evaluation()
        self._train = tf.function(self._train_graph, autograph=False, jit_compile=self.xla)
        self._evaluate = tf.function(self._evaluate_graph, autograph=False, jit_compile=self.xla)
        self._probes: Probes | None = None  # made when asked for: they cost nothing otherwise
        self._key = tf.constant(0, tf.int64)
        self.lengths: tuple[int, int] | None = None
        """Steps of an epoch and of the whole budget, for regularizations that ask; one call of ``train`` unless set."""
        self._traced: dict[tuple[Any, int], Any] = {}  # steps alone change the shapes of arguments

    # ------------------------------------------------------------------ outside the graph

    @property
    def parameters(self) -> int:
        """Number of trained numbers."""
        return int(sum(np.prod(variable.shape) for variable in self.trainable))

    @property
    def state_bytes(self) -> int:
        """Bytes of the optimizer's state; scalars (step counter, learning rate) left out."""
        return int(
            sum(
                np.prod(variable.shape) * np.dtype(str(variable.dtype).replace("bfloat16", "uint16")).itemsize
                for variable in self.optimizer.variables
                if tuple(variable.shape)
            )
        )

    def _constant_start(self) -> list[np.ndarray] | None:
        """Return the values that the optimizer's state always starts from, or ``None`` if it starts from the weights.

        Found by trying: two new optimizers on different weights. Assigning known values is several times faster than
        a new optimizer.
        """
        before = [_values(variable) for variable in self.optimizer.variables]
        for variable in self.trainable:
            variable.assign(variable + 1)
        after = [_values(variable) for variable in self._new_optimizer().variables]
        same = all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))
        return before if same else None

    def _count_classes(self) -> int | None:
        """Return how many classes the targets have; ``None`` if they are values or the task has a loss of its own."""
        if callable(self.task.loss) or not np.issubdtype(self.dataset.y.dtype, np.integer):
            return None
        return int(self.model.outputs[0].shape[-1])

    def _new_evaluation(self) -> Evaluation:
        return Evaluation(self.task, self.dataset, [tuple(output.shape[1:]) for output in self.model.outputs])

    def _new_optimizer(self) -> Any:
        optimizer = self._checked_optimizer()
        optimizer.build(self.trainable)
        return optimizer

    def _checked_optimizer(self) -> Any:
        optimizer = self.parts.optimizer()
        wants = self.parts.optimizer_component.wants
        needed = ["build", "variables", "step" if "closure" in wants else "apply"]
        needed += ["evaluation_values"] if "evaluation_weights" in wants else []
        missing = [name for name in needed if not hasattr(optimizer, name)]
        if missing:
            raise BenchsuiteError(
                f"make of {self.parts.optimizer_component.title} returned {type(optimizer).__name__}, which has no {', '.join(missing)}. "
                "Return a keras.optimizers.Optimizer, or what bs.Optimizer describes for its `wants`."
            )
        return optimizer

    def reset(
        self,
        streams: Streams,
        initializer: Any,
        parts: Parts,
        prepared: Prepared | None = None,
        weights: Path | None = None,
    ) -> None:
        """Assign fresh starting values to everything that training changed; afterwards the program is as good as new.

        An optimizer whose state starts from the weights (averages, anchors) is built anew on the fresh ones for its
        values.

        Args:
            streams: The trial's seed streams.
            initializer: What the recipe's initializer component made.
            parts: The trial's parts, for its learning rate.
            prepared: The trial's data, if they are others than before: parts of the same sizes and shapes.
            weights: Folder of stored weights, for initializers that take them.

        Raises:
            ConfigurationChanged: If the new optimizer differs in more than its learning rate: a new program is needed.
            Unsupported: If the initializer is nothing for this network.
        """
        if prepared is not None and prepared.dataset is not self.dataset:  # another fold
            self.dataset = prepared.dataset
            self._evaluation = self._new_evaluation()
        with self._tf.device(self.place):
            values = draw_all(self.model.variables, self.places, self._recorder, initializer, streams, self._followers)
            for variable, value in zip(self.model.variables, values, strict=True):
                variable.assign(value)
            if isinstance(initializer, Adapting):
                examples = (prepared.x if prepared else self.dataset.x)[self.dataset.part("train")]
                initializer.adapt(
                    Network(self.model, self.places, self.names, examples, streams, self._followers, weights)
                )
                broken = [name for name, v in self.names.items() if not np.isfinite(_values(v)).all()]
                if broken:
                    raise BenchsuiteError(f"the initializer left values that are not finite in {', '.join(broken)}.")
            self.parts = parts
            fresh = self._checked_optimizer()
            if _baked(fresh) != _baked(self.optimizer):
                raise ConfigurationChanged
            start = self._optimizer_start
            if start is None:
                fresh.build(self.trainable)
                start = fresh.variables
            for mine, new in zip(self.optimizer.variables, start, strict=True):
                mine.assign(new)
            self._after.reset(parts.after_steps)
            self._key = self._tf.constant(streams.noise_key(), self._tf.int64)

    def place_data(self, x: np.ndarray) -> Feed:
        """Make inputs and targets ready for the device, once for many trials."""
        with self._tf.device(self.place):
            return make_feed(x, self.dataset.y, self.place, STATISTICS_BATCHES * self.batch_size, self.resident_bytes)

    def compile(self, feed: Feed, steps: int) -> float:
        """Trace and compile both functions without training a step; return the seconds it took (next to none if done before)."""
        started = time.perf_counter()
        order = np.zeros((steps, self.batch_size), "int32")
        with contextlib.closing(feed.chunks(order[: feed.chunk_length(order)])) as chunks:
            self._call_train(next(chunks), np.zeros(steps, "float32"), 0, 0, 0.0, np.inf, steps)
        rows = self._evaluation.plan[0]
        with contextlib.closing(feed.chunks(rows[: feed.chunk_length(rows)])) as chunks:
            self._call_evaluate(next(chunks), feed, self._evaluation.zeros, 0)
        return time.perf_counter() - started

    def train(self, feed: Feed, order: np.ndarray, rates: np.ndarray, step: int, bound: float) -> EpochEnd:
        """Train on the batches of ``order``.

        Args:
            feed: Inputs and targets.
            order: int32 ``[steps, batch]``, positions of examples.
            rates: float32 ``[steps]``, learning rate of each step.
            step: Steps done before, for the noise stream.
            bound: Training stops after a batch whose loss exceeds it or is not finite.
        """
        steps, total, last = 0, 0.0, 0.0
        with contextlib.closing(feed.chunks(order)) as chunks:
            for chunk in chunks:
                done, total, last = self._call_train(chunk, rates, step, chunk.count, total, bound, len(order))
                steps += int(done)
                if not float(last) <= bound:
                    break
        return EpochEnd(steps, float(total) / max(steps, 1), float(last))

    def evaluate(self, feed: Feed) -> dict[str, float]:
        """Return every measure of every part, such as ``test_accuracy``, with the evaluation weights."""
        sums = self._evaluation.zeros
        with contextlib.closing(feed.chunks(self._evaluation.plan[0], keep=True)) as chunks:
            for chunk in chunks:
                sums = self._call_evaluate(chunk, feed, sums, chunk.count)
        return self._evaluation.finish(np.asarray(sums))

    def weights(self, feed: Feed) -> dict[str, np.ndarray]:
        """Return a copy of what every layer is evaluated with: name of the variable, such as ``dense_1/kernel`` → values.

        A kernel that a normalization maps is the mapped one, and the variables of its map are left out: whoever takes
        the kernel starts its own from it.
        """
        own = {id(variable) for _, layer in self.mapped for variable in layer.variables}
        with self._tf.device(self.place), self._evaluation_weights(*feed.head, self._key):
            return {name: np.array(self.used_value(v)) for name, v in self.names.items() if id(v) not in own}

    def used_value(self, variable: Any) -> Any:
        """Return the tensor that a layer computes with: a variable's value, or for a mapped kernel what becomes of it."""
        value = self._tf.convert_to_tensor(variable.value)
        for kernel, layer in self.mapped:
            value = layer(value) if kernel is variable else value
        return value

    def outputs(self, feed: Feed, x: np.ndarray) -> np.ndarray:
        """Return the model's outputs for some examples in evaluation mode, float32."""
        tf, found = self._tf, []
        with tf.device(self.place), self._evaluation_weights(*feed.head, self._key):
            for start in range(0, len(x), OUTPUTS_AT_ONCE):
                piece = tf.constant(widened(x[start : start + OUTPUTS_AT_ONCE]))
                found.append(np.asarray(tf.cast(self.model(piece, training=False), tf.float32)))
        return np.concatenate(found)

    def probe(self, feed: Feed) -> dict[str, list[float | None]]:
        """Return what goes on in each layer on the first training examples: see :mod:`benchsuite.engine.probes`."""
        if self._probes is None:
            self._probes = Probes(self)
        with self._tf.device(self.place):
            return self._probes(*feed.head, self._key)

    def _call_train(
        self, chunk: Chunk, rates: np.ndarray, step: int, stop: int, total: Any, bound: float, steps: int
    ) -> Any:
        tf = self._tf
        with tf.device(self.place):
            # The bound is finite in the graph: float32's largest number instead of infinity, so that infinity itself is beyond it.
            bound = min(bound, float(np.finfo("float32").max))
            rates = rates[chunk.first : chunk.first + len(chunk.rows)]
            return self._call(
                self._train,
                len(chunk.rows),
                chunk.x,
                chunk.y,
                tf.constant(chunk.rows),
                tf.constant(np.pad(rates, (0, len(chunk.rows) - len(rates))), tf.float32),
                tf.constant(step + chunk.first, tf.int64),
                tf.constant(stop, tf.int32),
                tf.constant(total, tf.float32),
                tf.constant(bound, tf.float32),
                tf.constant(self.lengths or (steps, step + steps), tf.int64),
                self._key,
            )

    def _call_evaluate(self, chunk: Chunk, feed: Feed, sums: Any, stop: int) -> Any:
        tf = self._tf
        _, weights, part_of = self._evaluation.plan
        kept = slice(chunk.first, chunk.first + chunk.count)
        padding = len(chunk.rows) - chunk.count
        with tf.device(self.place):
            return self._call(
                self._evaluate,
                0,
                chunk.x,
                chunk.y,
                *feed.head,
                tf.constant(chunk.rows),
                tf.constant(np.pad(weights[kept], ((0, padding), (0, 0)))),
                tf.constant(np.pad(part_of[kept], (0, padding))),
                tf.constant(stop, tf.int32),
                tf.constant(sums, tf.float64),
                self._key,
            )

    def _call(self, function: Any, steps: int, *arguments: Any) -> Any:
        """Call a compiled function by its trace for so many steps; to find it takes TensorFlow as long as ten small steps."""
        key = (function, steps)
        if key not in self._traced:
            self._traced[key] = function.get_concrete_function(*arguments)
        return self._traced[key](*arguments)


def _values(variable: Any) -> np.ndarray:
    """Return a copy of a variable's values."""
    return np.array(variable.numpy())


def _baked(optimizer: Any) -> Any:
    """Return the settings of an optimizer that are part of its graph: its configuration without learning rate and name."""
    configuration = optimizer.get_config() if hasattr(optimizer, "get_config") else {}
    return {key: value for key, value in configuration.items() if key not in ("learning_rate", "name")}
