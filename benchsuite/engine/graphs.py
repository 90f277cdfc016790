"""What a program computes: the losses, gradients, training and evaluation of one network, as they are traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchsuite import noise
from benchsuite.components import Task
from benchsuite.components.regularization import Step
from benchsuite.data import Dataset
from benchsuite.engine.closure import Closure
from benchsuite.engine.evaluation import Evaluation, per_example
from benchsuite.engine.parts import Parts
from benchsuite.engine.places import Place
from benchsuite.engine.regularizers import (
    BATCH_NOISE,
    AfterSteps,
    changed,
    computing_with,
    fresh_statistics,
    holding,
)
from benchsuite.errors import BenchsuiteError

OWN_NOISE = 2**50
"""Offset of the steps whose noise an optimizer draws for itself: it must not meet the masks of the layers."""


class Graphs:
    """The functions of a program, called while they are traced; :class:`~benchsuite.engine.program.Program` is one."""

    _tf: Any
    task: Task
    parts: Parts
    dataset: Dataset
    batch_size: int
    xla: bool
    traces: int
    model: Any
    places: list[Place]
    trainable: list[Any]
    optimizer: Any
    _after: AfterSteps
    classes: int | None
    _evaluation: Evaluation

    def losses(self, x: Any, y: Any, training: bool) -> tuple[Any, Any]:
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
            losses, _ = self.losses(x, y, training=True)
            return losses, list(self.model.losses)

    def gradients(self, x: Any, y: Any, step: Any, key: Any) -> tuple[Any, list[Any]]:
        """Return the mean loss of a batch with penalties, and its transformed gradients."""
        with noise.stream(key, step):
            loss, gradients = self.plain_gradients(x, y)
            if self.parts.transform is not None:
                gradients = self.parts.transform(gradients, self.trainable)
        return loss, self._computed_once(gradients)

    def closure_step(self, x: Any, y: Any, step: Any, key: Any) -> Any:
        """Let a closure optimizer do one step; return the loss it started from."""
        closure = Closure(self, x, y, step, key)
        with noise.stream(key, step + OWN_NOISE):
            self.optimizer.step(closure, self.trainable)
        if closure.loss is None:
            raise BenchsuiteError(f"step of {self.parts.optimizer_component.title} never called its closure.")
        return closure.loss

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
            for _, penalty in self.parts.penalties:
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
            return changed(self.parts.batches, x, y, self.classes, self.parts.loss_component, self.dataset.symbols)

    def _train_graph(
        self,
        x: Any,
        y: Any,
        order: Any,
        rates: Any,
        start: Any,
        stop: Any,
        total: Any,
        bound: Any,
        lengths: Any,
        key: Any,
    ) -> Any:
        """Do up to ``stop`` steps; return how many were done, the sum of their losses and ``total``, and the last loss."""
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
                loss = self.closure_step(batch_x, batch_y, step, key)
            else:
                loss, gradients = self.gradients(batch_x, batch_y, step, key)
                self.optimizer.apply(gradients, self.trainable)
            rate = rates[i] if "learning_rate" in component.space else None
            self._after(Step(step, lengths[0], lengths[1], rate, before))
            return i + 1, total + loss, loss

        def goes_on(i: Any, total: Any, last: Any) -> Any:
            return (i < stop) & (last <= bound)  # false for NaN as well

        return tf.while_loop(goes_on, body, (tf.constant(0), total, tf.constant(0.0)), parallel_iterations=1)

    def _evaluate_graph(
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
        key: Any,
    ) -> Any:
        """Return ``sums`` with what the first ``stop`` batches add; the head is what statistics are made from anew."""
        self.traces += 1

        def losses(one_x: Any, one_y: Any) -> tuple[Any, Any]:
            return self.losses(one_x, one_y, training=False)

        with self._evaluation_weights(head_x, head_y, key):
            return self._evaluation.sums(losses, self.model, x, y, (rows, weights, part_of), stop, sums)

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
