"""Looking at a network beside its training: outputs, what hidden layers give, the loss and its derivatives.

The functions read the program's variables; none of them changes one. They are graphs, which XLA does not compile: a second
derivative takes it 4 to 40 seconds, and is a quarter faster then at best (measured on four networks, 1,024 examples). Inputs
come in any number: they are handed over in pieces of at most :data:`AT_ONCE`, each filled up to a power of two with rows that do
not count, so that few shapes are traced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.program.changes import computing_with
from benchsuite.engine.program.evaluation_weights import holding
from benchsuite.engine.program.feed import widened
from benchsuite.engine.program.objective import Objective
from benchsuite.engine.program.traced import Traced

AT_ONCE = 512


class Inspection:
    """What can be looked at in the network of a program.

    The loss is the mean over examples of what evaluation measures: without penalties, masks and batch statistics. It is that
    of the trained weights themselves, where a method evaluates with averages of them too.

    Args:
        objective: Of the program.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective, self._network = objective, objective.network
        self._functions: dict[str, Traced] = {}
        hidden = [one for one in self._network.kernel_layers if one.layer_type != "output"]
        self._hidden = {one.name: one.outputs for one in hidden}

    def loss(self, x: np.ndarray, y: np.ndarray, key: Any) -> float:
        """Return the mean loss over inputs and targets; ``key`` is the noise key of the trial."""
        return float(self._mean("loss", self._loss, x, y, key))

    def gradient(self, x: np.ndarray, y: np.ndarray, key: Any) -> np.ndarray:
        """Return the gradient of the mean loss for all trained numbers, float64 ``[size]``."""
        return self._mean("gradient", self._gradient, x, y, key)

    def curvature(self, vector: np.ndarray, x: np.ndarray, y: np.ndarray, key: Any) -> np.ndarray:
        """Return the Hessian of the mean loss times a vector ``[size]``, float64: the gradient of ⟨gradient, vector⟩."""
        import tensorflow as tf

        return self._mean("curvature", self._curvature, x, y, key, tf.constant(vector, tf.float32))

    def outputs(self, x: np.ndarray, key: Any) -> np.ndarray:
        """Return the network's outputs in evaluation, float32."""
        return self._joined("outputs", self._outputs, x, key)[0]

    def hidden(self, x: np.ndarray, key: Any) -> Mapping[str, np.ndarray]:
        """Return what leaves each hidden layer's activation and normalization in evaluation, inputs first."""
        if not self._hidden:
            return {}
        return dict(zip(self._hidden, self._joined("hidden", self._inside, x, key), strict=True))

    def outputs_in_training(self, x: np.ndarray, key: Any, step: int) -> np.ndarray:
        """Return the outputs with masks and statistics of these inputs, all at once, float32; no average is moved.

        Args:
            x: Inputs.
            key: Noise key of the trial.
            step: Whose masks are drawn: another number draws others.
        """
        import tensorflow as tf

        function = self._function("training", self._trained_outputs)
        return np.asarray(function(len(x), tf.constant(widened(x)), tf.constant(step, tf.int64), key))

    def _function(self, name: str, graph: Callable[..., Any]) -> Traced:
        if name not in self._functions:
            self._functions[name] = Traced(graph, xla=False)
        return self._functions[name]

    def _mean(
        self, name: str, graph: Callable[..., Any], x: np.ndarray, y: np.ndarray, key: Any, *more: Any
    ) -> np.ndarray:
        import tensorflow as tf

        function, total = self._function(name, graph), np.zeros((), "float64")
        for rows, count in _pieces(len(x)):
            counts = tf.constant(np.arange(len(rows)) < count)
            given = tf.constant(widened(x[rows])), tf.constant(widened(y[rows]))
            total = total + np.asarray(function(len(rows), *given, counts, key, *more), "float64")
        return total / len(x)

    def _joined(self, name: str, graph: Callable[..., Any], x: np.ndarray, key: Any) -> list[np.ndarray]:
        import tensorflow as tf

        function, found = self._function(name, graph), []
        for rows, count in _pieces(len(x)):
            given = function(len(rows), tf.constant(widened(x[rows])), key)
            found.append([np.asarray(one)[:count] for one in given])
        return [np.concatenate(column) for column in zip(*found, strict=True)]

    def _loss(self, x: Any, y: Any, counts: Any, key: Any) -> Any:
        """Return the sum of the losses of the rows that count, float64."""
        import tensorflow as tf

        with self._evaluating(key):
            losses, _ = self._objective.losses(x, y, training=False)
        # Rows are chosen away, not multiplied away: 0 × NaN is NaN.
        return tf.reduce_sum(tf.where(counts, tf.cast(losses, tf.float64), 0.0))

    def _gradient(self, x: Any, y: Any, counts: Any, key: Any) -> Any:
        import tensorflow as tf

        return tf.concat([tf.reshape(one, [-1]) for one in self._gradients(x, y, counts, key)], 0)

    def _gradients(self, x: Any, y: Any, counts: Any, key: Any) -> list[Any]:
        """Return the gradients of the sum of the losses, one for each variable; 0 for one that they do not depend on."""
        import tensorflow as tf

        trained = [variable.value for variable in self._network.trainable]
        with tf.GradientTape() as tape:
            tape.watch(trained)
            losses = tf.cast(self._loss(x, y, counts, key), tf.float32)
        found = tape.gradient(losses, trained, unconnected_gradients="zero")
        return [tf.convert_to_tensor(gradient) for gradient in found]  # an embedding's comes as rows

    def _curvature(self, x: Any, y: Any, counts: Any, key: Any, vector: Any) -> Any:
        import tensorflow as tf

        trained = [variable.value for variable in self._network.trainable]
        sizes = [int(np.prod(variable.shape)) for variable in self._network.trainable]
        along = [
            tf.reshape(part, variable.shape)
            for part, variable in zip(tf.split(vector, sizes), self._network.trainable, strict=True)
        ]
        with tf.GradientTape() as tape:
            tape.watch(trained)
            gradients = self._gradients(x, y, counts, key)
            product = tf.add_n([tf.reduce_sum(g * v) for g, v in zip(gradients, along, strict=True)])
        # A loss that is linear in a variable has no second derivative there: 0, not None.
        found = tape.gradient(product, trained, unconnected_gradients="zero")
        return tf.concat([tf.reshape(tf.convert_to_tensor(one), [-1]) for one in found], 0)

    def _outputs(self, x: Any, key: Any) -> Any:
        import tensorflow as tf

        with self._evaluating(key):
            return [tf.cast(self._network.model(x, training=False), tf.float32)]

    def _inside(self, x: Any, key: Any) -> Any:
        import keras
        import tensorflow as tf

        with self._evaluating(key):
            # In one nest, since Keras returns the only output of a model by itself.
            found = keras.Model(self._network.model.inputs, dict(self._hidden))(x, training=False)
        return [tf.cast(found[name], tf.float32) for name in self._hidden]

    def _trained_outputs(self, x: Any, step: Any, key: Any) -> Any:
        import tensorflow as tf

        model, network = self._network.model, self._network
        state, changes = model.non_trainable_variables, self._objective.ingredients.kernel_changes
        with (
            self._objective.ingredients.feeding.holding(),
            holding(state, [variable.value for variable in state]),
            noise.stream(key, step, noise.Owner.LAB),
            computing_with(changes, model, network.kernels),
        ):
            return tf.cast(model(x, training=True), tf.float32)

    def _evaluating(self, key: Any) -> Any:
        import contextlib

        import tensorflow as tf

        stack = contextlib.ExitStack()
        stack.enter_context(self._objective.ingredients.feeding.holding())
        stack.enter_context(noise.stream(key, tf.constant(0, tf.int64), noise.Owner.EVALUATION))
        return stack


def _pieces(count: int) -> Iterator[tuple[np.ndarray, int]]:
    """Yield the rows of each piece, filled up with its first one to a power of two, and how many of them count."""
    for start in range(0, count, AT_ONCE):
        here = min(AT_ONCE, count - start)
        size = AT_ONCE if count > AT_ONCE else 1 << (here - 1).bit_length()
        rows = np.full(size, start)
        rows[:here] = np.arange(start, start + here)
        yield rows, here
