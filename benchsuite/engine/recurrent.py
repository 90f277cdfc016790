"""The LSTM of the blocks: its cell may normalize inside, and takes masks.

Without either it gives the bits of ``keras.layers.LSTM`` on the CPU in the same time (``kjv_lstm`` under XLA: 7.9 and 8.0
milliseconds a step, medians of 60 epochs in turn on a busy machine). Keras' layer turns to a cuDNN operation wherever it
sees a GPU, which XLA cannot compile.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from benchsuite.components.regularization import Masks
from benchsuite.errors import BenchsuiteError


@keras.saving.register_keras_serializable("benchsuite")
class LSTM(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    r"""A long short-term memory that gives its output at every time step.

    .. math::
        (i, f, g, o) &= N_1(x_t W) + N_2(h_{t-1} U) + b \\
        c_t &= \sigma(f) c_{t-1} + \sigma(i) \tanh(g) \\
        h_t &= \sigma(o) \tanh(N_3(c_t))

    W starts at 0 (the recipe's initializer fills it), U orthogonal, b at 0 and for the forget gate at 1, as in Keras.
    Where the normalizations stand is the supplement of Ba, Kiros & Hinton 2016, arXiv:1607.06450: each over all four
    gates together, and the state is carried on as it was before N₃.

    Args:
        units: Length of output and state.
        normalizations: N₁, N₂ and N₃, layers that act on the last axis; none of them for the plain cell.
        masks: What multiplies x_t and h_{t-1} in training; no part of a saved layer.
        arguments: Keras' own, such as ``name``.
    """

    def __init__(
        self, units: int, normalizations: Sequence[Any] = (), masks: Sequence[Masks] = (), **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        if len(normalizations) not in (0, 3):
            raise BenchsuiteError(
                f"an LSTM has three normalizations (of inputs, previous output and state) or none. Received: {len(normalizations)}."
            )
        self.units = units
        self.normalizations = list(normalizations)
        self._masks = tuple(masks)

    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs ``[batch, time, features]``."""
        gates = 4 * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], gates), initializer="zeros", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, gates), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(gates,), initializer=_forget_at_one, name="bias")
        for normalization, width in zip(self.normalizations, (gates, gates, self.units), strict=False):
            if not normalization.built:  # a loaded one is
                normalization.build((None, width))

    def step(self, x: Any, h: Any, c: Any, x_mask: Any = None, h_mask: Any = None) -> tuple[Any, Any]:
        """Return output and state of one time step.

        Args:
            x: Inputs of the step ``[batch, features]``.
            h: Previous output ``[batch, units]``.
            c: Previous state ``[batch, units]``.
            x_mask: Multiplies the inputs, if given.
            h_mask: Multiplies the previous output where it enters the gates, if given.
        """
        x = x if x_mask is None else x * x_mask
        h = h if h_mask is None else h * h_mask
        of_inputs, of_output = (
            tf.matmul(x, self._tensor(self.kernel)),
            tf.matmul(h, self._tensor(self.recurrent_kernel)),
        )
        if self.normalizations:
            of_inputs, of_output = self.normalizations[0](of_inputs), self.normalizations[1](of_output)
        i, f, g, o = tf.split(of_inputs + of_output + self._tensor(self.bias), 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        state = self.normalizations[2](c) if self.normalizations else c
        return tf.sigmoid(o) * tf.tanh(state), c

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the outputs ``[batch, time, units]``."""
        # The inputs' contribution is not computed for all time steps at once: XLA then takes twice as long to evaluate.
        steps = tf.shape(inputs)[1] if inputs.shape[1] is None else inputs.shape[1]
        by_time = tf.TensorArray(inputs.dtype, steps, element_shape=(inputs.shape[0], inputs.shape[2]))
        by_time = by_time.unstack(tf.transpose(inputs, (1, 0, 2)))
        outputs = tf.TensorArray(inputs.dtype, steps, element_shape=(inputs.shape[0], self.units))
        start = tf.zeros((tf.shape(inputs)[0], self.units), inputs.dtype)
        masks = self._drawn(tf.shape(inputs)[0], steps, inputs.shape[2]) if training else []

        def body(t: Any, h: Any, c: Any, outputs: Any) -> Any:
            x_mask, h_mask = _product(masks, t, inputs.dtype)
            h, c = self.step(by_time.read(t), h, c, x_mask, h_mask)
            return t + 1, h, c, outputs.write(t, h)

        # XLA needs the bound to differentiate the loop.
        *_, outputs = tf.while_loop(
            lambda t, *_: t < steps, body, (tf.constant(0), start, start, outputs), maximum_iterations=steps
        )
        return tf.transpose(outputs.stack(), (1, 0, 2))

    def _drawn(self, batch: Any, steps: Any, features: int) -> list[tuple[Any, Any, bool]]:
        """Draw every mask of inputs and of previous outputs, before the loop over time; whether each step has its own."""
        drawn = []
        for masks in self._masks:
            outer = (steps, batch) if masks.each_step else (batch,)
            drawn.append((masks.mask((*outer, features)), masks.mask((*outer, self.units)), masks.each_step))
        return drawn

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return ``[batch, time, units]``."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what ``from_config`` builds the layer from."""
        layers = [keras.saving.serialize_keras_object(layer) for layer in self.normalizations]
        return {**super().get_config(), "units": self.units, "normalizations": layers}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LSTM:
        """Build the layer from its configuration."""
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["normalizations"]]
        return cls(**{**config, "normalizations": layers})

    def _tensor(self, variable: Any) -> Any:
        return tf.convert_to_tensor(variable, self.compute_dtype)


def _forget_at_one(shape: Any, dtype: Any = None) -> Any:
    """Return the starting bias: gates in the order i, f, g, o."""
    quarter = shape[0] // 4
    return tf.concat([tf.zeros(quarter), tf.ones(quarter), tf.zeros(2 * quarter)], 0)


def _product(masks: Sequence[tuple[Any, Any, bool]], t: Any, dtype: Any) -> tuple[Any, Any]:
    """Multiply the masks of one time step; ``None`` where there are none."""
    x_mask = h_mask = None
    for of_x, of_h, each_step in masks:
        now_x, now_h = (tf.cast(mask[t] if each_step else mask, dtype) for mask in (of_x, of_h))
        x_mask = now_x if x_mask is None else x_mask * now_x
        h_mask = now_h if h_mask is None else h_mask * now_h
    return x_mask, h_mask
