"""A program: the compiled train and evaluate functions of one static signature, reset and reused for many trials.

One compiled call trains an epoch; Python touches nothing in between. Whatever can change without compiling again is
fed: data, batch order, learning rates, noise key, starting values. The rest is baked into the graph.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Task
from benchsuite.components.initializer import Adapting
from benchsuite.components.regularization import Step
from benchsuite.data import Dataset
from benchsuite.engine.blocks import Blocks
from benchsuite.engine.closure import Closure
from benchsuite.engine.evaluation import Evaluation, per_example
from benchsuite.engine.initial import Recorder, draw_all
from benchsuite.engine.network import Network
from benchsuite.engine.parts import Parts
from benchsuite.engine.places import stable_names
from benchsuite.engine.probes import Probes
from benchsuite.engine.regularizers import (
    BATCH_NOISE,
    AfterSteps,
    changed,
    computing_with,
    fresh_statistics,
    holding,
)
from benchsuite.engine.seeds import Streams
from benchsuite.errors import BenchsuiteError

OWN_NOISE = 2**50
"""Offset of the steps whose noise an optimizer draws for itself: it must not meet the masks of the layers."""


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


class Program:
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
    ) -> None:
        import keras
        import tensorflow as tf

        self._tf = tf
        self.task = task
        self.parts = parts
        self.dataset = dataset
        self.batch_size = batch_size
        # A fixed rule, never a timing decision: XLA on the CPU cannot thread convolutions inside a loop and is 30 times slower there.
        self.xla = not (task.convolutional and device == "cpu")
        self.place = place or f"/{device.upper()}:0"
        self.traces = 0
        self._recorder = Recorder()
        blocks = Blocks(parts)
        policy = keras.config.dtype_policy()
        with tf.device(self.place), self._recorder.recording():
            keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
            try:
                inputs = keras.Input(input_shape, dtype=str(dataset.x.dtype))
                self.model = keras.Model(inputs, task.model(blocks, inputs))
            finally:
                keras.config.set_dtype_policy(policy)
            self._recorder.snapshot(self.model.variables)
            self.places = blocks.places
            self.names = stable_names(self.model.variables, blocks.names)
            self._followers = blocks.followers
            parts.settle(task, self.places)
            self.trainable = self.model.trainable_variables
            self.optimizer = self._new_optimizer()
            self._optimizer_start = self._constant_start()
            self._after = AfterSteps(parts.after_steps, self.trainable, [place.variable for place in self.places])
        self._classes = self._count_classes()
        self._evaluation = Evaluation(task, dataset)
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
        self, streams: Streams, initializer: Any, parts: Parts, x: np.ndarray | None = None, weights: Path | None = None
    ) -> None:
        """Assign fresh starting values to everything that training changed; afterwards the program is as good as new.

        An optimizer whose state starts from the weights (averages, anchors) is built anew on the fresh ones for its
        values.

        Args:
            streams: The trial's seed streams.
            initializer: What the recipe's initializer component made.
            parts: The trial's parts, for its learning rate.
            x: Inputs of all parts, for initializers that adapt to them.
            weights: Folder of stored weights, for initializers that take them.

        Raises:
            ConfigurationChanged: If the new optimizer differs in more than its learning rate: a new program is needed.
            Unsupported: If the initializer is nothing for this network.
        """
        with self._tf.device(self.place):
            values = draw_all(self.model.variables, self.places, self._recorder, initializer, streams, self._followers)
            for variable, value in zip(self.model.variables, values, strict=True):
                variable.assign(value)
            if isinstance(initializer, Adapting):
                examples = np.empty((0,)) if x is None else x[self.dataset.part("train")]
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

    def place_data(self, x: np.ndarray) -> tuple[Any, Any]:
        """Put inputs and targets on the device, once for many trials."""
        with self._tf.device(self.place):
            return self._tf.constant(x), self._tf.constant(self.dataset.y)

    def compile(self, data: tuple[Any, Any], steps: int) -> float:
        """Trace and compile both functions without training a step; return the seconds it took (next to none if done before)."""
        started = time.perf_counter()
        order = np.zeros((steps, self.batch_size), "int32")
        self._call_train(data, order, np.zeros(steps, "float32"), 0, 0, np.inf)
        self._call_evaluate(data, 0)
        return time.perf_counter() - started

    def train(self, data: tuple[Any, Any], order: np.ndarray, rates: np.ndarray, step: int, bound: float) -> EpochEnd:
        """Train on the batches of ``order``.

        Args:
            data: Inputs and targets on the device.
            order: int32 ``[steps, batch]``, positions of examples.
            rates: float32 ``[steps]``, learning rate of each step.
            step: Steps done before, for the noise stream.
            bound: Training stops after a batch whose loss exceeds it or is not finite.
        """
        done, total, last = self._call_train(data, order, rates, step, len(order), bound)
        steps = int(done)
        return EpochEnd(steps, float(total) / max(steps, 1), float(last))

    def evaluate(self, data: tuple[Any, Any]) -> dict[str, float]:
        """Return every measure of every part, such as ``test_accuracy``, with the evaluation weights."""
        return self._evaluation.finish(np.asarray(self._call_evaluate(data, len(self._evaluation))))

    def weights(self, data: tuple[Any, Any]) -> dict[str, np.ndarray]:
        """Return a copy of every variable of the model as it is evaluated with: name, such as ``dense_1/kernel`` → values."""
        with self._tf.device(self.place), self._evaluation_weights(*data, self._key):
            return {name: _values(variable) for name, variable in self.names.items()}

    def probe(self, data: tuple[Any, Any]) -> dict[str, list[float | None]]:
        """Return what goes on in each layer on the first training examples: see :mod:`benchsuite.engine.probes`."""
        if self._probes is None:
            self._probes = Probes(self)
        with self._tf.device(self.place):
            return self._probes(*data, self._key)

    def _call_train(
        self, data: tuple[Any, Any], order: np.ndarray, rates: np.ndarray, step: int, stop: int, bound: float
    ) -> Any:
        tf = self._tf
        with tf.device(self.place):
            # The bound is finite in the graph: float32's largest number instead of infinity, so that infinity itself is beyond it.
            bound = min(bound, float(np.finfo("float32").max))
            lengths = self.lengths or (len(order), step + len(order))
            return self._call(
                self._train,
                len(order),
                *data,
                tf.constant(order),
                tf.constant(rates, tf.float32),
                tf.constant(step, tf.int64),
                tf.constant(stop, tf.int32),
                tf.constant(bound, tf.float32),
                tf.constant(lengths, tf.int64),
                self._key,
            )

    def _call_evaluate(self, data: tuple[Any, Any], stop: int) -> Any:
        tf = self._tf
        with tf.device(self.place):
            return self._call(
                self._evaluate,
                0,
                *data,
                *(tf.constant(array) for array in self._evaluation.plan),
                tf.constant(stop, tf.int32),
                self._key,
            )

    def _call(self, function: Any, steps: int, *arguments: Any) -> Any:
        """Call a compiled function by its trace for so many steps; to find it takes TensorFlow as long as ten small steps."""
        key = (function, steps)
        if key not in self._traced:
            self._traced[key] = function.get_concrete_function(*arguments)
        return self._traced[key](*arguments)

    # ------------------------------------------------------------------ inside the graph

    def _losses(self, x: Any, y: Any, training: bool) -> tuple[Any, Any]:
        """Return the losses ``[batch]`` without penalties, and the outputs in float32 (``None`` where the task has its own loss)."""
        tf = self._tf
        if callable(self.task.loss):
            return per_example(self.task.loss(self.model, (x, y), training)), None
        assert self.parts.loss is not None
        outputs = tf.cast(self.model(x, training=training), tf.float32)
        return per_example(self.parts.loss(y, outputs)), outputs

    def _training_losses(self, x: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the losses ``[batch]`` in training, and what layers add to their mean."""
        kernels = [place.variable for place in self.places]
        with computing_with(self.parts.kernel_changes, self.model, kernels):
            losses, _ = self._losses(x, y, training=True)
            return losses, list(self.model.losses)

    def gradients(self, x: Any, y: Any, step: Any, key: Any) -> tuple[Any, list[Any]]:
        """Return the mean loss of a batch with penalties, and its transformed gradients."""
        with noise.stream(key, step):
            loss, gradients = self.plain_gradients(x, y)
            if self.parts.transform is not None:
                gradients = self.parts.transform(gradients, self.trainable)
        return loss, self._computed_once(gradients)

    def hessian_vector(self, x: Any, y: Any, step: Any, key: Any, vectors: list[Any]) -> list[Any]:
        """Return H·v for the Hessian H of the loss of a batch: the gradient of ⟨gradient, v⟩, v held constant."""
        tf = self._tf
        with noise.stream(key, step), tf.GradientTape() as tape:
            _, gradients = self.plain_gradients(x, y)
            along = [tf.reduce_sum(g * v) for g, v in zip(gradients, vectors, strict=True) if g is not None]
            product = tf.add_n(along) if along else tf.constant(0.0)
        sources = [variable.value for variable in self.trainable]
        # A loss that is linear in a variable has no second derivative there: 0, not None.
        return [
            None if gradient is None else tf.convert_to_tensor(found)
            for gradient, found in zip(
                gradients, tape.gradient(product, sources, unconnected_gradients="zero"), strict=True
            )
        ]

    def plain_gradients(self, x: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the mean loss of a batch with penalties, and its gradients as they are."""
        tf = self._tf
        with tf.GradientTape() as tape:
            losses, extras = self._training_losses(x, y)
            loss = tf.reduce_mean(losses)
            for penalty in self.parts.penalties:
                loss += tf.add_n([tf.cast(penalty(place.variable.value), tf.float32) for place in self.places] or [0.0])
            for extra in extras:
                loss += tf.cast(extra, tf.float32)
        sparse = tape.gradient(loss, [variable.value for variable in self.trainable])
        # An embedding's gradient comes as rows, the same row several times; Keras' Adam would square each before adding them.
        return loss, [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in sparse]

    def _computed_once(self, gradients: list[Any]) -> list[Any]:
        """Keep XLA from fusing gradients into the optimizer's arithmetic.

        It computes a fused gradient again for each use: AdaDelta on an LSTM took twenty times longer.
        """
        present = [index for index, gradient in enumerate(gradients) if gradient is not None]
        if not self.xla or not present:
            return gradients
        from tensorflow.compiler.tf2xla.python import xla

        kept = list(gradients)
        for index, tensor in zip(present, xla.optimization_barrier(*(gradients[i] for i in present)), strict=True):
            kept[index] = tensor
        return kept

    def _batch(self, x: Any, y: Any, step: Any, key: Any) -> tuple[Any, Any]:
        """Return a batch as the regularizations change it; made once a step, so that every closure call sees the same."""
        if not self.parts.batches:
            return x, y
        with noise.stream(key, step + BATCH_NOISE):
            return changed(self.parts.batches, x, y, self._classes, self.parts.loss_component, self.dataset.symbols)

    def _train_graph(
        self, x: Any, y: Any, order: Any, rates: Any, start: Any, stop: Any, bound: Any, lengths: Any, key: Any
    ) -> Any:
        tf = self._tf
        self.traces += 1
        component = self.parts.optimizer_component

        def body(i: Any, total: Any, last: Any) -> Any:
            rows = order[i]
            step = start + tf.cast(i, tf.int64)
            batch_x, batch_y = self._batch(tf.gather(x, rows), tf.gather(y, rows), step, key)
            before = self._after.before()
            if "learning_rate" in component.space:
                self.optimizer.learning_rate = rates[i]
            if "closure" in component.wants:
                closure = Closure(self, batch_x, batch_y, step, key)
                with noise.stream(key, step + OWN_NOISE):
                    self.optimizer.step(closure, self.trainable)
                if closure.loss is None:
                    raise BenchsuiteError(f"step of {component.title} never called its closure.")
                loss = closure.loss
            else:
                loss, gradients = self.gradients(batch_x, batch_y, step, key)
                self.optimizer.apply(gradients, self.trainable)
            rate = rates[i] if "learning_rate" in component.space else None
            self._after(Step(step, lengths[0], lengths[1], rate, before))
            return i + 1, total + loss, loss

        def goes_on(i: Any, total: Any, last: Any) -> Any:
            return (i < stop) & (last <= bound)  # false for NaN as well

        zero = tf.constant(0.0)
        return tf.while_loop(goes_on, body, (tf.constant(0), zero, zero), parallel_iterations=1)

    def _evaluate_graph(self, x: Any, y: Any, rows: Any, weights: Any, part_of: Any, stop: Any, key: Any) -> Any:
        self.traces += 1

        def sums() -> Any:
            def losses(one_x: Any, one_y: Any) -> tuple[Any, Any]:
                return self._losses(one_x, one_y, training=False)

            return self._evaluation.sums(losses, self.model, x, y, (rows, weights, part_of), stop)

        with self._evaluation_weights(x, y, key):
            return sums()

    @contextmanager
    def _evaluation_weights(self, x: Any, y: Any, key: Any) -> Iterator[None]:
        """Let the model hold the weights that it is evaluated with, and statistics that fit them, for what is done inside."""
        tf = self._tf

        def forward(i: Any) -> None:
            rows = i * self.batch_size + tf.range(self.batch_size)
            self._training_losses(tf.gather(x, rows), tf.gather(y, rows))

        averaged = self._after.evaluation_values()
        if averaged is not None:
            batches = self.dataset.sizes[0] // self.batch_size
            with holding(self.trainable, averaged), fresh_statistics(self.model, batches, forward, key):
                yield
        elif "evaluation_weights" in self.parts.optimizer_component.wants:
            with holding(self.trainable, self.optimizer.evaluation_values(self.trainable)):
                yield
        else:
            yield


def _values(variable: Any) -> np.ndarray:
    """Return a copy of a variable's values."""
    return np.array(variable.numpy())


def _baked(optimizer: Any) -> Any:
    """Return the settings of an optimizer that are part of its graph: its configuration without learning rate and name."""
    configuration = optimizer.get_config() if hasattr(optimizer, "get_config") else {}
    return {key: value for key, value in configuration.items() if key not in ("learning_rate", "name")}
