"""What is minimized: the loss of a network on a batch, and its derivatives. Called while a program is traced, or eagerly."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Task
from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.network.built import BuiltNetwork
from benchsuite.engine.program.changes import computing_with
from benchsuite.engine.program.evaluation import per_example


class Objective:
    """The loss of a network, and its derivatives.

    Args:
        task: The task, for a loss of its own.
        ingredients: What the recipe made: loss, penalties, changes of kernels, gradient transform.
        network: The network.
        xla: Whether XLA compiles what calls it.
    """

    def __init__(self, task: Task, ingredients: Ingredients, network: BuiltNetwork, xla: bool) -> None:
        import tensorflow as tf

        self._tf = tf
        self._task = task
        self.ingredients = ingredients
        self.network = network
        self.xla = xla

    def classes(self, y: np.ndarray) -> int | None:
        """Return how many classes the targets have; ``None`` if they are values or the task has a loss of its own."""
        if callable(self._task.loss) or not np.issubdtype(y.dtype, np.integer):
            return None
        return int(self.network.model.outputs[0].shape[-1])

    def losses(self, x: Any, y: Any, training: bool) -> tuple[Any, Any]:
        """Return the losses ``[batch]`` without penalties, and the outputs in float32 (``None`` where the task has its own loss)."""
        tf, model = self._tf, self.network.model
        if callable(self._task.loss):
            return per_example(self._task.loss(model, (x, y), training)), None
        assert self.ingredients.loss is not None
        outputs = tf.cast(model(x, training=training), tf.float32)
        return per_example(self.ingredients.loss(y, outputs)), outputs

    def training_losses(self, x: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the losses ``[batch]`` in training, and what layers add to their mean."""
        model = self.network.model
        with computing_with(self.ingredients.kernel_changes, model, self.network.kernels):
            losses, _ = self.losses(x, y, training=True)
            return losses, list(model.losses)

    def plain_gradients(self, x: Any, y: Any) -> tuple[Any, list[Any]]:
        """Return the mean loss of a batch with penalties, and its gradients as they are."""
        tf = self._tf
        trained = [variable.value for variable in self.network.trainable]
        with tf.GradientTape() as tape:
            tape.watch(trained)  # in a lane they are tensors
            losses, extras = self.training_losses(x, y)
            loss = tf.reduce_mean(losses)
            for _, penalty in self.ingredients.penalties:
                of_kernels = [tf.cast(penalty(kernel.value), tf.float32) for kernel in self.network.kernels]
                loss += tf.add_n(of_kernels or [0.0])
            for extra in extras:
                loss += tf.cast(extra, tf.float32)
        sparse = tape.gradient(loss, trained)
        # An embedding's gradient comes as rows, the same row several times; Keras' Adam would square each before adding them.
        return loss, [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in sparse]

    def gradients(self, x: Any, y: Any, step: Any, key: Any) -> tuple[Any, list[Any]]:
        """Return the mean loss of a batch with penalties, and its transformed gradients."""
        with noise.stream(key, step):
            loss, gradients = self.plain_gradients(x, y)
            if self.ingredients.transform is not None:
                gradients = self.ingredients.transform(gradients, self.network.trainable)
        return loss, self._computed_once(gradients)

    def hessian_vector(self, x: Any, y: Any, step: Any, key: Any, vectors: list[Any]) -> list[Any]:
        """Return H·v for the Hessian H of the loss of a batch: the gradient of ⟨gradient, v⟩, v held constant."""
        tf = self._tf
        sources = [variable.value for variable in self.network.trainable]
        with noise.stream(key, step), tf.GradientTape() as tape:
            tape.watch(sources)
            _, gradients = self.plain_gradients(x, y)
            along = [tf.reduce_sum(g * v) for g, v in zip(gradients, vectors, strict=True) if g is not None]
            product = tf.add_n(along) if along else tf.constant(0.0)
        # A loss that is linear in a variable has no second derivative there: 0, not None.
        return [
            None if gradient is None else tf.convert_to_tensor(found)
            for gradient, found in zip(
                gradients, tape.gradient(product, sources, unconnected_gradients="zero"), strict=True
            )
        ]

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
