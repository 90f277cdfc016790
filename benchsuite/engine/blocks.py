"""Blocks: the layers of a task's model, each built from the recipe. Tasks call blocks for everything that a recipe can choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchsuite.engine.assembly import Assembly, pieces_of, through
from benchsuite.errors import BenchsuiteError, Unsupported


class Blocks(Assembly):
    """Hands out blocks while a model is built.

    Args:
        parts: What the recipe made.
    """

    def dense(self, units: int, activate: bool = True, regularize: bool = True) -> Callable[[Any], Any]:
        """Return a fully connected hidden block of ``units``.

        Args:
            units: Features that it gives.
            activate: Whether the activation and the regularization layers follow; not at the end of a residual branch.
            regularize: Whether the regularization layers follow; for published networks that have dropout in chosen
                places.
        """
        import keras

        def linear(name: str, bias: bool, pieces: int) -> Any:
            return keras.layers.Dense(units * pieces, use_bias=bias, kernel_initializer="zeros", name=name)

        return self._hidden(linear, "dense", "dense", activate, regularize=regularize)

    def conv(
        self,
        filters: int,
        size: int = 3,
        stride: int = 1,
        padding: str = "same",
        activate: bool = True,
        regularize: bool = True,
    ) -> Callable[[Any], Any]:
        """Return a two-dimensional convolution block.

        Args:
            filters: Output channels.
            size: Side of the kernel in pixels.
            stride: Step in pixels.
            padding: ``"same"`` or ``"valid"``.
            activate: Whether the activation and the regularization layers follow; not at the end of a residual branch.
            regularize: As for :meth:`dense`.
        """
        return self._convolution("Conv2D", "conv", filters, size, stride, padding, activate, regularize)

    def conv1d(
        self,
        filters: int,
        size: int = 3,
        stride: int = 1,
        padding: str = "same",
        activate: bool = True,
        regularize: bool = True,
    ) -> Callable[[Any], Any]:
        """Return a convolution block over time; arguments as for :meth:`conv`, in time steps; ``"causal"`` is a padding too."""
        return self._convolution("Conv1D", "conv", filters, size, stride, padding, activate, regularize)

    def conv_transpose(
        self,
        filters: int,
        size: int = 3,
        stride: int = 1,
        padding: str = "same",
        activate: bool = True,
        regularize: bool = True,
    ) -> Callable[[Any], Any]:
        """Return a transposed two-dimensional convolution block, for decoders; arguments as for :meth:`conv`.

        Its kernel is ``[rows, columns, channels out, channels in]``, as Keras has it: regularizations that look at single
        units (max-norm) see channels in.

        Raises:
            Unsupported: If the recipe's normalization acts on kernels, whose last axis it takes for the units.
        """
        if self._parts.normalization_component.on == "kernel":
            raise Unsupported(
                f"{self._parts.normalization_component.title} acts on kernels with units on their last axis; "
                "those of transposed convolutions are on the one before"
            )
        return self._convolution(
            "Conv2DTranspose", "conv_transpose", filters, size, stride, padding, activate, regularize
        )

    def _convolution(
        self, kind: str, what: str, filters: int, size: int, stride: int, padding: str, activate: bool, regularize: bool
    ) -> Callable[[Any], Any]:
        import keras

        def linear(name: str, bias: bool, pieces: int) -> Any:
            return getattr(keras.layers, kind)(
                filters * pieces,
                size,
                strides=stride,
                padding=padding,
                use_bias=bias,
                kernel_initializer="zeros",
                name=name,
            )

        return self._hidden(linear, what, "convolution", activate, regularize=regularize)

    def residual(
        self, branch: Callable[[Any], Any], shortcut: Callable[[Any], Any] | None = None
    ) -> Callable[[Any], Any]:
        """Return a residual block, activation(shortcut(x) + branch(x)), then regularization layers.

        He et al. 2016, arXiv:1512.03385. The last layer of the branch is one without activation; regularizations of
        branches (stochastic depth) act on what it gives.

        Args:
            branch: What is learned; its output has the shape of the shortcut's.
            shortcut: A projection where shapes change, such as ``blocks.conv(32, 1, 2, activate=False)``; the input as
                it is unless given.

        Raises:
            Unsupported: If the recipe's activation takes more features than it gives: sums have none to spare.
        """
        import keras

        activation = self._activation()
        if pieces_of(activation) != 1:
            raise Unsupported(
                "the activation takes several pieces for each feature, the sum of a residual block has one"
            )
        layers = [make() for make in self._parts.branches]
        add = keras.layers.Add(name=self._name("residual"))
        after = [make() for make in self._parts.layers]

        def block(x: Any) -> Any:
            return through([activation, *after], add([shortcut(x) if shortcut else x, through(layers, branch(x))]))

        return block

    def lstm(self, units: int, sequences: bool = True) -> Callable[[Any], Any]:
        """Return an LSTM layer, then regularization layers.

        The cell keeps its own activations and its bias. Recurrent kernels start orthogonal, forget biases at 1 (Keras'
        defaults). A normalization of outputs works inside the cell, one of kernels on both kernels.

        Args:
            units: Features that it gives.
            sequences: Whether it gives its output at every time step; only the last one otherwise.

        Raises:
            Unsupported: If the recipe's normalization cannot be applied to recurrent layers.
        """
        return self._recurrent("LSTM", units, sequences)

    def gru(self, units: int, sequences: bool = True) -> Callable[[Any], Any]:
        """Return a layer of gated recurrent units, then regularization layers; otherwise as :meth:`lstm`."""
        return self._recurrent("GRU", units, sequences)

    def rnn(self, units: int, sequences: bool = True) -> Callable[[Any], Any]:
        """Return a simple recurrent layer (tanh), then regularization layers; otherwise as :meth:`lstm`."""
        return self._recurrent("SimpleRNN", units, sequences)

    def _recurrent(self, kind: str, units: int, sequences: bool) -> Callable[[Any], Any]:
        from benchsuite.engine import recurrent

        self._parts.normalization_component.check("recurrent")
        name = self._name({"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}[kind])
        cell = getattr(recurrent, kind)
        on_kernels = self._parts.normalization_component.on == "kernel"
        made = [self._normalization() for _ in range(2 if on_kernels else cell.PLACES)]
        layers = [layer for layer in made if layer is not None]
        masks = [mask for _, mask in self._parts.masks]
        owner = cell(units, () if on_kernels else layers, masks, sequences, name=name)
        layer = owner
        if on_kernels:
            layer = self._mapped(owner, dict(zip(("kernel", "recurrent_kernel"), layers, strict=False)))
        return self._block(name, "recurrent", owner, layer)

    def normalize(self) -> Callable[[Any], Any]:
        """Return the recipe's normalization as a layer of its own, as Transformers have it; nothing if it acts on kernels.

        Raises:
            Unsupported: If the recipe's normalization is not declared for ``"attention"``.
        """
        component = self._parts.normalization_component
        component.check("attention")
        layer = None if component.on == "kernel" else self._normalization()
        return lambda x: through([layer], x)

    def transformer(self, heads: int, expansion: int = 4, causal: bool = False) -> Callable[[Any], Any]:
        """Return a Transformer block with the normalization in front: x ← x + attention(N(x)), x ← x + mlp(N(x)).

        Vaswani et al. 2017, arXiv:1706.03762, with the order of GPT-2 (Radford et al. 2019). Both branches end in
        regularization layers, as dropout stands there; regularizations of branches act on both. Features stay as many
        as they are.

        Args:
            heads: Attention heads; divide the features.
            expansion: Units of the hidden layer for each feature.
            causal: Whether each place sees only itself and those before.

        Raises:
            Unsupported: If the recipe's normalization is not declared for ``"attention"``.
        """
        import keras

        from benchsuite.engine.attention import Attention

        first, second = self.normalize(), self.normalize()
        core = Attention(heads, causal, name=self._name("attention"))
        # Made before the features are known: their number is that of the inputs.
        projections = [self._projection() for _ in range(4)]
        branches = [[make() for make in self._parts.branches] for _ in range(2)]
        after = [[make() for make in self._parts.layers] for _ in range(2)]
        add = [keras.layers.Add(name=self._name("residual")) for _ in range(2)]

        def block(x: Any) -> Any:
            size = int(x.shape[-1])
            normal = first(x)
            query, key, value = (projection(size)(normal) for projection in projections[:3])
            attended = projections[3](size)(core([query, key, value]))
            x = add[0]([x, through([*after[0], *branches[0]], attended)])
            hidden = self._projection(activate=True)(expansion * size)(second(x))
            return add[1]([x, through([*after[1], *branches[1]], self._projection()(size)(hidden))])

        return block

    def _projection(self, activate: bool = False) -> Callable[[int], Callable[[Any], Any]]:
        """Return a maker of fully connected layers without a normalization of outputs."""
        import keras

        def made(units: int) -> Callable[[Any], Any]:
            def linear(name: str, bias: bool, pieces: int) -> Any:
                return keras.layers.Dense(units * pieces, use_bias=bias, kernel_initializer="zeros", name=name)

            return self._hidden(linear, "projection", "attention", activate, normalize=False)

        return made

    def embedding(self, symbols: int, size: int) -> Any:
        """Return a layer that maps int32 symbols to vectors, starting uniform on [−0.05, 0.05] (Keras' default).

        Args:
            symbols: Number of symbols.
            size: Length of a vector.
        """
        import keras

        return keras.layers.Embedding(symbols, size, name=self._name("embedding"))

    def positions(self) -> Callable[[Any], Any]:
        """Return a layer that adds a trained vector for each place of a sequence ``[batch, places, features]``.

        They start from N(0, 0.02²), as GPT-2's do.
        """
        from benchsuite.engine.attention import Positions

        layer: Callable[[Any], Any] = Positions(name=self._name("positions"))
        return layer

    def max_pool(self, size: int = 2, stride: int | None = None, padding: str = "valid") -> Any:
        """Return a layer that takes the maximum of ``size`` × ``size`` pixels, or of ``size`` time steps.

        Args:
            size: Side of the window.
            stride: Step; as long as the window unless given.
            padding: ``"same"`` or ``"valid"``.
        """
        return self._pool("Max", "max_pool", size, stride, padding)

    def average_pool(self, size: int = 2, stride: int | None = None, padding: str = "valid") -> Any:
        """Return a layer that takes the mean of ``size`` × ``size`` pixels, or of ``size`` time steps.

        Arguments as for :meth:`max_pool`.
        """
        return self._pool("Average", "average_pool", size, stride, padding)

    def _pool(self, kind: str, what: str, size: int, stride: int | None, padding: str) -> Callable[[Any], Any]:
        import keras

        name = self._name(what)

        def pool(x: Any) -> Any:
            dimensions = len(x.shape) - 2
            return getattr(keras.layers, f"{kind}Pooling{dimensions}D")(size, stride, padding, name=name)(x)

        return pool

    def average(self) -> Callable[[Any], Any]:
        """Return a layer that takes the mean of each channel over all pixels or time steps."""
        import keras

        name = self._name("average")

        def average(x: Any) -> Any:
            dimensions = len(x.shape) - 2
            return getattr(keras.layers, f"GlobalAveragePooling{dimensions}D")(name=name)(x)

        return average

    def flatten(self) -> Any:
        """Return a layer that flattens all axes but the first."""
        import keras

        return keras.layers.Flatten(name=self._name("flatten"))

    def reshape(self, shape: Sequence[int]) -> Any:
        """Return a layer that gives each example another shape."""
        import keras

        return keras.layers.Reshape(tuple(shape), name=self._name("reshape"))

    def output(self, units: int) -> Callable[[Any], Any]:
        """Return the last layer: linear, in float32 whatever the precision."""
        import keras

        name = self._name("output")
        layer = keras.layers.Dense(units, kernel_initializer="zeros", name=name, dtype="float32")
        return self._block(name, "output", layer, layer, regularize=False)

    def tied_output(self, embedding: Any) -> Callable[[Any], Any]:
        """Return the last layer of a language model that shares its weights with an embedding: x·Eᵀ, in float32.

        Args:
            embedding: What :meth:`embedding` returned, called before.
        """
        from benchsuite.engine.attention import TiedOutput

        layer: Callable[[Any], Any] = TiedOutput(embedding, name=self._name("tied_output"), dtype="float32")
        return layer

    def parameter(self, shape: Sequence[int], start: float | Sequence[Any]) -> Any:
        """Return a layer that gives θ, a trainable float32 array, repeated for each example; the input only tells the batch size.

        Args:
            shape: Of θ.
            start: What θ starts from: one number for every entry, or nested lists of that shape with a number for each.

        Raises:
            BenchsuiteError: If shape or start are not as described.
        """
        import keras

        outer = tuple(shape)
        begin = _start(outer, start)

        @keras.saving.register_keras_serializable("benchsuite")
        class Parameter(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
            def build(self, input_shape: Any) -> None:
                self.theta = self.add_weight(shape=outer, initializer=keras.initializers.Constant(begin), name="theta")

            def call(self, inputs: Any) -> Any:
                return keras.ops.broadcast_to(self.theta, (keras.ops.shape(inputs)[0], *outer))

            def compute_output_shape(self, input_shape: Any) -> Any:
                return (input_shape[0], *outer)

        return Parameter(name=self._name("parameter"), dtype="float32")


def _start(shape: tuple[int, ...], start: Any) -> np.ndarray:
    """Return the starting values of a parameter: one number, or an array of its shape."""
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in shape):
        raise BenchsuiteError(f"the shape of a parameter must be whole numbers from 1. Received: {shape!r}.")
    try:
        values = np.array(start, dtype="float32")
    except (TypeError, ValueError, OverflowError):  # ragged lists, text
        values = np.array(np.nan)
    if values.shape not in ((), shape) or not np.isfinite(values).all():
        raise BenchsuiteError(
            f"the start of a parameter of shape {list(shape)} must be one finite number, or nested lists of that shape with one for each "
            f"entry. Received: {start!r}."
        )
    return values
