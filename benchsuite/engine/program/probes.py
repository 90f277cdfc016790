r"""Probes: what goes on in each layer of a network, measured inside a compiled program between epochs.

On the first ``PROBE_EXAMPLES`` training examples x, in training mode (statistics of the batch, noise as in a step; moving averages
are left as they were), with z what enters an activation f and a what leaves it and its normalization:

- ``activation_mean``, ``activation_std``: of all entries of a;
- ``saturated``: share of the entries of z where :math:`|\partial f/\partial z| < 0.01`; for a ReLU these are the inactive ones;
- ``dead``: share of the units (channels) whose a changes by less than 10⁻⁶ over all examples, pixels and time steps;
- ``gradient_norm``: Euclidean norm of the gradient of the kernel, penalties included, before any gradient transform;
- ``weight_norm``: Euclidean norm of the kernel;
- ``sparsity``: share of the kernel's entries of at most a thousandth of its largest in magnitude.

Where a normalization maps kernels, norm and sparsity are those of the kernel that the layer computes with, the gradient
is that of the array that is trained.

Outputs have no activation, recurrent cells keep theirs inside: what does not exist is ``None``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.network.kernel_layers import KernelLayer
from benchsuite.engine.program.changes import computing_with
from benchsuite.engine.program.evaluation_weights import holding
from benchsuite.engine.program.objective import Objective

MEASURES = (
    "activation_mean",
    "activation_std",
    "saturated",
    "dead",
    "gradient_norm",
    "weight_norm",
    "sparsity",
)
PROBE_EXAMPLES = 256
FLAT = 0.01
STILL = 1e-6
SMALL = 1e-3


class Probes:
    """The probes of one program, compiled at the first call.

    Args:
        objective: Of the network.
        examples: Size of the training part.
    """

    def __init__(self, objective: Objective, examples: int) -> None:
        import keras
        import tensorflow as tf

        self._tf = tf
        self._objective, self._network = objective, objective.network
        self.examples = min(PROBE_EXAMPLES, examples)
        kernel_layers, model = self._network.kernel_layers, self._network.model
        self._hidden = [kernel_layer for kernel_layer in kernel_layers if kernel_layer.layer_type != "output"]
        around = [[one.before for one in self._hidden], [one.outputs for one in self._hidden]]
        self._inside = keras.Model(model.inputs, around) if self._hidden else None
        self._compiled = tf.function(self._graph, autograph=False, jit_compile=objective.xla)

    def __call__(self, x: Any, y: Any, key: Any) -> dict[str, list[float | None]]:
        """Return each measure for each layer with a kernel, inputs first."""
        if not self._network.kernel_layers:
            return {measure: [] for measure in MEASURES}
        found = np.asarray(self._compiled(x, y, key))
        return {
            measure: [float(value) if math.isfinite(value) else None for value in row]
            for measure, row in zip(MEASURES, found, strict=True)
        }

    def _graph(self, x: Any, y: Any, key: Any) -> Any:
        tf, network, model = self._tf, self._network, self._network.model
        x, y, zero = x[: self.examples], y[: self.examples], tf.constant(0, tf.int64)
        state = model.non_trainable_variables
        with holding(state, [variable.value for variable in state]):
            # Before anything else: training steps below move what maps them.
            kernels_used = [network.used_value(kernel) for kernel in network.kernels]
            inside: list[list[Any]] = [[], []]
            if self._inside is not None:
                with (
                    noise.stream(key, zero, noise.Owner.PROBES),
                    computing_with(self._objective.ingredients.kernel_changes, model, network.kernels),
                ):
                    inside = self._inside(x, training=True)
            with noise.stream(key, zero, noise.Owner.PROBES):
                _, gradients = self._objective.plain_gradients(x, y)
            of_variable = {id(v): g for v, g in zip(network.trainable, gradients, strict=True)}
            entering = {one.name: tensor for one, tensor in zip(self._hidden, inside[0], strict=True)}
            leaving = {one.name: tensor for one, tensor in zip(self._hidden, inside[1], strict=True)}
            columns = [
                [
                    *self._activations(one, entering.get(one.name), leaving.get(one.name)),
                    *self._weights(kernel, of_variable[id(one.variable)]),
                ]
                for one, kernel in zip(network.kernel_layers, kernels_used, strict=True)
            ]
            return tf.transpose(
                tf.stack([tf.stack([tf.cast(one, tf.float32) for one in column]) for column in columns])
            )

    def _activations(self, kernel_layer: KernelLayer, before: Any, after: Any) -> list[Any]:
        tf = self._tf
        if after is None:
            return [math.nan] * 4
        after = tf.reshape(tf.cast(after, tf.float32), (-1, after.shape[-1]))
        spread = tf.reduce_max(after, axis=0) - tf.reduce_min(after, axis=0)
        flat: Any = math.nan
        if kernel_layer.activation is not None:
            with tf.GradientTape() as tape:
                tape.watch(before)
                total = tf.reduce_sum(kernel_layer.activation(before))
            flat = self._share(tf.abs(tape.gradient(total, before)) < FLAT)
        return [tf.reduce_mean(after), tf.math.reduce_std(after), flat, self._share(spread < STILL)]

    def _weights(self, kernel: Any, gradient: Any) -> list[Any]:
        tf = self._tf
        size = tf.abs(kernel)
        norm = math.nan if gradient is None else tf.norm(gradient)
        return [norm, tf.norm(kernel), self._share(size <= SMALL * tf.reduce_max(size))]

    def _share(self, marks: Any) -> Any:
        return self._tf.reduce_mean(self._tf.cast(marks, self._tf.float32))
