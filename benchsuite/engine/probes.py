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
from typing import TYPE_CHECKING, Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.places import Place
from benchsuite.engine.regularizers import computing_with, holding

if TYPE_CHECKING:
    from benchsuite.engine.program import Program

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
PROBE_NOISE = 2**52
"""Offset of the steps whose noise layers draw while they are probed."""
FLAT = 0.01
STILL = 1e-6
SMALL = 1e-3


class Probes:
    """The probes of one program, compiled at the first call.

    Args:
        program: The program.
    """

    def __init__(self, program: Program) -> None:
        import keras
        import tensorflow as tf

        self._tf = tf
        self._program = program
        self.layers = [place.name for place in program.places]
        self.examples = min(PROBE_EXAMPLES, program.dataset.sizes[0])
        hidden = [place for place in program.places if place.layer_type != "output"]
        self._hidden = hidden
        self._inside = (
            keras.Model(program.model.inputs, [[place.before for place in hidden], [p.outputs for p in hidden]])
            if hidden
            else None
        )
        self._compiled = tf.function(self._graph, autograph=False, jit_compile=program.xla)

    def __call__(self, x: Any, y: Any, key: Any) -> dict[str, list[float | None]]:
        """Return each measure for each layer with a kernel, inputs first."""
        if not self.layers:
            return {measure: [] for measure in MEASURES}
        found = np.asarray(self._compiled(x, y, key))
        return {
            measure: [float(value) if math.isfinite(value) else None for value in row]
            for measure, row in zip(MEASURES, found, strict=True)
        }

    def _graph(self, x: Any, y: Any, key: Any) -> Any:
        tf, program = self._tf, self._program
        x, y = x[: self.examples], y[: self.examples]
        state = program.model.non_trainable_variables
        with holding(state, [variable.value for variable in state]):
            kernels_used = [
                program.used_value(place.variable) for place in program.places
            ]  # training steps below move what maps them
            inside: list[list[Any]] = [[], []]
            if self._inside is not None:
                kernels = [place.variable for place in program.places]
                with (
                    noise.stream(key, tf.constant(PROBE_NOISE, tf.int64)),
                    computing_with(program.parts.kernel_changes, program.model, kernels),
                ):
                    inside = self._inside(x, training=True)
            with noise.stream(key, tf.constant(PROBE_NOISE, tf.int64)):
                _, gradients = program.plain_gradients(x, y)
            of_variable = {id(v): g for v, g in zip(program.trainable, gradients, strict=True)}
            entering = {place.name: tensor for place, tensor in zip(self._hidden, inside[0], strict=True)}
            leaving = {place.name: tensor for place, tensor in zip(self._hidden, inside[1], strict=True)}
            columns = [
                [
                    *self._activations(place, entering.get(place.name), leaving.get(place.name)),
                    *self._weights(kernel, of_variable[id(place.variable)]),
                ]
                for place, kernel in zip(program.places, kernels_used, strict=True)
            ]
            return tf.transpose(
                tf.stack([tf.stack([tf.cast(one, tf.float32) for one in column]) for column in columns])
            )

    def _activations(self, place: Place, before: Any, after: Any) -> list[Any]:
        tf = self._tf
        if after is None:
            return [math.nan] * 4
        after = tf.reshape(tf.cast(after, tf.float32), (-1, after.shape[-1]))
        spread = tf.reduce_max(after, axis=0) - tf.reduce_min(after, axis=0)
        flat: Any = math.nan
        if place.activation is not None:
            with tf.GradientTape() as tape:
                tape.watch(before)
                total = tf.reduce_sum(place.activation(before))
            flat = self._share(tf.abs(tape.gradient(total, before)) < FLAT)
        return [tf.reduce_mean(after), tf.math.reduce_std(after), flat, self._share(spread < STILL)]

    def _weights(self, kernel: Any, gradient: Any) -> list[Any]:
        tf = self._tf
        size = tf.abs(kernel)
        norm = math.nan if gradient is None else tf.norm(gradient)
        return [norm, tf.norm(kernel), self._share(size <= SMALL * tf.reduce_max(size))]

    def _share(self, marks: Any) -> Any:
        return self._tf.reduce_mean(self._tf.cast(marks, self._tf.float32))
