"""The recurrent layers of the blocks: their cells may normalize inside, and take masks.

Without either they evaluate to the bits of Keras' layers on the CPU. Keras' layers turn to a cuDNN operation wherever they
see a GPU, which XLA cannot compile.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import keras
import tensorflow as tf

from benchsuite.components.regularization import Masks
from benchsuite.engine.determinism import without_scatters
from benchsuite.engine.network.scopes import in_lane
from benchsuite.errors import BenchsuiteError

AT_ONCE = 32
"""With so many features or more, training takes the inputs of all time steps in one product.

On the CPU that is faster for 32 features (a step of ``kjv_lstm`` 4.36 milliseconds in place of 4.65) and for 128 (an LSTM
of 128 on 80 steps of 32 examples 36 in place of 50), and slower for few (``mnist1d_gru`` 1.34 in place of 1.19), as is
evaluation (that LSTM 13.0 in place of 8.6); least processor times of calls in turn. On a GPU it is always done: there is
less to start in the loop.
"""
UNROLLED = 64
"""Time steps up to which a layer in a lane has no loop; beyond that its trials train alone."""
NUMBERS = {0: "none", 1: "one", 2: "two", 3: "three"}


class Recurrent(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """What recurrent layers share: weights W, U and b, the loop over time, masks, normalizations.

    W starts at 0 (the recipe's initializer fills it), U orthogonal, b at 0, as in Keras.

    Args:
        units: Length of the output.
        normalizations: Layers that act on the last axis, as many as :attr:`NORMALIZATIONS` says; none for the plain cell.
        masks: What multiplies inputs and previous outputs in training; no part of a saved layer.
        sequences: Whether the output at every time step is given; only the last one otherwise.
        arguments: Keras' own, such as ``name``.
    """

    GATES: ClassVar[int]
    """How many gates and candidates W and U compute together."""
    STATES: ClassVar[int]
    """How many arrays of ``units`` are carried from step to step, the output first."""
    NORMALIZED: ClassVar[str]
    """What the cell's normalizations act on, in words."""
    NORMALIZATIONS: ClassVar[int] = 2
    """How many these are."""

    def __init__(
        self,
        units: int,
        normalizations: Sequence[Any] = (),
        masks: Sequence[Masks] = (),
        sequences: bool = True,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        if len(normalizations) not in (0, self.NORMALIZATIONS):
            raise BenchsuiteError(
                f"{type(self).__name__} has {NUMBERS[self.NORMALIZATIONS]} normalizations ({self.NORMALIZED}) or none. "
                f"Received: {len(normalizations)}."
            )
        self.units = units
        self.normalizations = list(normalizations)
        self.sequences = sequences
        self._masks = tuple(masks)

    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs ``[batch, time, features]``."""
        width = self.GATES * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], width), initializer="zeros", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=self.bias_shape(width), initializer=self.first_bias, name="bias")
        for normalization, size in zip(self.normalizations, (width, width, self.units), strict=False):
            if not normalization.built:  # a loaded one is
                normalization.build((None, size))

    def bias_shape(self, width: int) -> tuple[int, ...]:
        """Return the shape of the biases."""
        return (width,)

    def first_bias(self, shape: Any, dtype: Any = None) -> Any:
        """Return what the biases start from."""
        return tf.zeros(shape)

    def step(self, of_x: Any, *states: Any) -> tuple[Any, ...]:
        """Return the states after one time step, the output first: the previous ones, then a mask of ``h``, follow ``of_x``."""
        raise TypeError(f"{type(self).__name__} must define step()")

    def of_inputs(self, x: Any) -> Any:
        """Return N₁(x W) for inputs ``[batch, features]``."""
        of_x = tf.matmul(x, self._tensor(self.kernel))
        return self.normalizations[0](of_x) if self.normalizations else of_x

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the outputs ``[batch, time, units]``, or the last of them."""
        steps = tf.shape(inputs)[1] if inputs.shape[1] is None else inputs.shape[1]
        masks = self._drawn(tf.shape(inputs)[0], steps, inputs.shape[2]) if training else []
        entering, read = self._masked(tf.transpose(inputs, (1, 0, 2)), masks), self.of_inputs
        if without_scatters() or (training and inputs.shape[2] >= AT_ONCE):
            entering, read = self._of_all_inputs(entering), tf.identity
        if in_lane() and isinstance(steps, int) and steps <= UNROLLED:
            return self._unrolled(entering, read, steps, masks)
        by_time = tf.TensorArray(inputs.dtype, steps, element_shape=entering.shape[1:]).unstack(entering)
        outputs = tf.TensorArray(inputs.dtype, steps, element_shape=(inputs.shape[0], self.units))
        start = tf.zeros((tf.shape(inputs)[0], self.units), inputs.dtype)

        def body(t: Any, outputs: Any, *states: Any) -> Any:
            states = self.step(read(by_time.read(t)), *states, _product(masks, t, inputs.dtype))
            return t + 1, outputs.write(t, states[0]), *states

        # XLA needs the bound to differentiate the loop.
        _, outputs, last, *_ = tf.while_loop(
            lambda t, *_: t < steps,
            body,
            (tf.constant(0), outputs, *(start for _ in range(self.STATES))),
            maximum_iterations=steps,
        )
        return tf.transpose(outputs.stack(), (1, 0, 2)) if self.sequences else last

    def _unrolled(
        self, entering: Any, read: Callable[[Any], Any], steps: int, masks: Sequence[tuple[Any, Any, bool]]
    ) -> Any:
        """Return the same without a loop: TensorFlow cannot vectorize the gradient of one for lanes so that XLA compiles it."""
        states = tuple(tf.zeros((tf.shape(entering)[1], self.units), entering.dtype) for _ in range(self.STATES))
        outputs = []
        for t in range(steps):
            states = self.step(read(entering[t]), *states, _product(masks, t, entering.dtype))
            outputs.append(states[0])
        return tf.stack(outputs, axis=1) if self.sequences else states[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return ``[batch, time, units]``, or ``[batch, units]``."""
        return (*input_shape[:-1], self.units) if self.sequences else (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what ``from_config`` builds the layer from."""
        layers = [keras.saving.serialize_keras_object(layer) for layer in self.normalizations]
        return {**super().get_config(), "units": self.units, "normalizations": layers, "sequences": self.sequences}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Recurrent:
        """Build the layer from its configuration."""
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["normalizations"]]
        return cls(**{**config, "normalizations": layers})

    def _of_output(self, h: Any, h_mask: Any) -> Any:
        """Return N₂(h U), with masked h."""
        h = h if h_mask is None else h * h_mask
        of_h = tf.matmul(h, self._tensor(self.recurrent_kernel))
        return self.normalizations[1](of_h) if self.normalizations else of_h

    def _masked(self, x: Any, masks: Sequence[tuple[Any, Any, bool]]) -> Any:
        """Return the inputs ``[time, batch, features]``, masked."""
        for of_x, _, each_step in masks:
            x = x * tf.cast(of_x if each_step else of_x[None], x.dtype)
        return x

    def _of_all_inputs(self, x: Any) -> Any:
        """Return N₁(x W) for all time steps ``[time, batch, features]``, in one product."""
        flat = self.of_inputs(tf.reshape(x, (-1, x.shape[2])))
        return tf.reshape(flat, (x.shape[0] or tf.shape(x)[0], -1, flat.shape[1]))

    def _drawn(self, batch: Any, steps: Any, features: int) -> list[tuple[Any, Any, bool]]:
        """Draw every mask of inputs and of previous outputs, before the loop over time; whether each step has its own."""
        drawn = []
        for masks in self._masks:
            outer = (steps, batch) if masks.each_step else (batch,)
            drawn.append((masks.mask((*outer, features)), masks.mask((*outer, self.units)), masks.each_step))
        return drawn

    def _tensor(self, variable: Any) -> Any:
        return tf.convert_to_tensor(variable, self.compute_dtype)


@keras.saving.register_keras_serializable("benchsuite")
class LSTM(Recurrent):
    r"""A long short-term memory.

    .. math::
        (i, f, g, o) &= N_1(x_t W) + N_2(h_{t-1} U) + b \\
        c_t &= \sigma(f) c_{t-1} + \sigma(i) \tanh(g) \\
        h_t &= \sigma(o) \tanh(N_3(c_t))

    The bias of the forget gate starts at 1, as in Keras. Where the normalizations stand is the supplement of Ba, Kiros &
    Hinton 2016, arXiv:1607.06450: each over all four gates together, and the state is carried on as it was before N₃.
    """

    GATES = 4
    STATES = 2
    NORMALIZED = "of inputs, previous output and state"
    NORMALIZATIONS = 3

    def first_bias(self, shape: Any, dtype: Any = None) -> Any:
        """Return 1 for the forget gate, 0 for all others: the order is i, f, g, o."""
        return tf.concat([tf.zeros(self.units), tf.ones(self.units), tf.zeros(2 * self.units)], 0)

    def step(self, of_x: Any, h: Any, c: Any, h_mask: Any = None) -> tuple[Any, Any]:
        """Return output and state of one time step.

        Args:
            of_x: What :meth:`of_inputs` gives for the inputs of the step, ``[batch, 4·units]``.
            h: Previous output ``[batch, units]``.
            c: Previous state ``[batch, units]``.
            h_mask: Multiplies the previous output where it enters the gates, if given.
        """
        of_h = self._of_output(h, h_mask)
        i, f, g, o = tf.split(of_x + of_h + self._tensor(self.bias), 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        state = self.normalizations[2](c) if self.normalizations else c
        return tf.sigmoid(o) * tf.tanh(state), c


@keras.saving.register_keras_serializable("benchsuite")
class GRU(Recurrent):
    r"""A gated recurrent unit (Cho et al. 2014, arXiv:1406.1078), in the form that Keras and cuDNN have.

    .. math::
        (z, r, g) &= N_1(x_t W) + b, \quad (z', r', g') = N_2(h_{t-1} U) + b' \\
        \hat h &= \tanh(g + \sigma(r + r') g') \\
        h_t &= \sigma(z + z') h_{t-1} + (1 - \sigma(z + z')) \hat h

    The reset gate multiplies what U gives (the paper: what U is given), and z keeps the old output, as in the paper.
    """

    GATES = 3
    STATES = 1
    NORMALIZED = "of inputs and previous output"

    def bias_shape(self, width: int) -> tuple[int, ...]:
        """Return the shape of the biases: one row for inputs, one for the previous output."""
        return (2, width)

    def step(self, of_x: Any, h: Any, h_mask: Any = None) -> tuple[Any]:
        """Return the output of one time step; arguments as for :meth:`LSTM.step`."""
        of_h = self._of_output(h, h_mask)
        bias = self._tensor(self.bias)
        z, r, g = tf.split(of_x + bias[0], 3, axis=-1)
        z_h, r_h, g_h = tf.split(of_h + bias[1], 3, axis=-1)
        kept = tf.sigmoid(z + z_h)
        return (kept * h + (1 - kept) * tf.tanh(g + tf.sigmoid(r + r_h) * g_h),)


@keras.saving.register_keras_serializable("benchsuite")
class SimpleRNN(Recurrent):
    r"""A simple recurrent layer, :math:`h_t = \tanh(N_1(x_t W) + N_2(h_{t-1} U) + b)` (Elman 1990)."""

    GATES = 1
    STATES = 1
    NORMALIZED = "of inputs and previous output"

    def step(self, of_x: Any, h: Any, h_mask: Any = None) -> tuple[Any]:
        """Return the output of one time step; arguments as for :meth:`LSTM.step`."""
        of_h = self._of_output(h, h_mask)
        return (tf.tanh(of_x + of_h + self._tensor(self.bias)),)


def _product(masks: Sequence[tuple[Any, Any, bool]], t: Any, dtype: Any) -> Any:
    """Multiply the masks of previous outputs at one time step; ``None`` where there are none."""
    product = None
    for _, of_h, each_step in masks:
        now = tf.cast(of_h[t] if each_step else of_h, dtype)
        product = now if product is None else product * now
    return product
