"""Blocks: the layers of a task's model, each built from the recipe. Tasks call blocks for everything that a recipe can choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.network import branches, linear, plain
from benchsuite.engine.network.assembly import Assembly
from benchsuite.errors import unknown


class Blocks:
    """Hands out blocks while a model is built.

    Args:
        ingredients: What the recipe made.
    """

    def __init__(self, ingredients: Ingredients) -> None:
        self.assembly = Assembly(ingredients)
        """What was put together so far; the engine's, not the task's."""

    def knob(self, name: str) -> Any:
        """Return the value of one of the task's own knobs: what its ``architecture`` has as default, unless the trial has another.

        Raises:
            BenchsuiteError: If the task declares none of that name.
        """
        knobs = self.assembly.ingredients.knobs
        if name not in knobs:
            raise unknown(
                "knob that the model asks for:", name, knobs, then="Declare it in the architecture of the task."
            )
        return knobs[name]

    def dense(self, units: int, activate: bool = True, regularize: bool = True) -> Callable[[Any], Any]:
        """Return a fully connected hidden block of ``units``.

        Args:
            units: Features that it gives.
            activate: Whether the activation and the regularization layers follow; not at the end of a residual branch.
            regularize: Whether the regularization layers follow; for published networks that have dropout in chosen
                places.
        """
        return linear.dense(self.assembly, units, activate, regularize)

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
        window = linear.Window(size, stride, padding)
        return linear.convolution(self.assembly, "Conv2D", filters, window, activate, regularize)

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
        window = linear.Window(size, stride, padding)
        return linear.convolution(self.assembly, "Conv1D", filters, window, activate, regularize)

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
        linear.check_transposed(self.assembly)
        window = linear.Window(size, stride, padding)
        return linear.convolution(self.assembly, "Conv2DTranspose", filters, window, activate, regularize)

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
        return branches.residual(self.assembly, branch, shortcut)

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
        return linear.recurrent(self.assembly, "LSTM", units, sequences)

    def gru(self, units: int, sequences: bool = True) -> Callable[[Any], Any]:
        """Return a layer of gated recurrent units, then regularization layers; otherwise as :meth:`lstm`."""
        return linear.recurrent(self.assembly, "GRU", units, sequences)

    def rnn(self, units: int, sequences: bool = True) -> Callable[[Any], Any]:
        """Return a simple recurrent layer (tanh), then regularization layers; otherwise as :meth:`lstm`."""
        return linear.recurrent(self.assembly, "SimpleRNN", units, sequences)

    def normalize(self) -> Callable[[Any], Any]:
        """Return the recipe's normalization as a layer of its own, as Transformers have it; nothing if it acts on kernels.

        Raises:
            Unsupported: If the recipe's normalization is not declared for ``"attention"``.
        """
        return branches.normalize(self.assembly)

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
        return branches.transformer(self.assembly, heads, expansion, causal)

    def embedding(self, symbols: int, size: int) -> Any:
        """Return a layer that maps int32 symbols to vectors, starting uniform on [−0.05, 0.05] (Keras' default).

        Args:
            symbols: Number of symbols.
            size: Length of a vector.
        """
        from benchsuite.engine.network.lookup import Embedding

        return Embedding(symbols, size, name=self.assembly.name("embedding"))

    def positions(self) -> Callable[[Any], Any]:
        """Return a layer that adds a trained vector for each place of a sequence ``[batch, places, features]``.

        They start from N(0, 0.02²), as GPT-2's do.
        """
        from benchsuite.engine.network.attention import Positions

        layer: Callable[[Any], Any] = Positions(name=self.assembly.name("positions"))
        return layer

    def max_pool(self, size: int = 2, stride: int | None = None, padding: str = "valid") -> Any:
        """Return a layer that takes the maximum of ``size`` × ``size`` pixels, or of ``size`` time steps.

        Args:
            size: Side of the window.
            stride: Step; as long as the window unless given.
            padding: ``"same"`` or ``"valid"``.
        """
        return plain.pool("Max", self.assembly.name("max_pool"), size, stride, padding)

    def average_pool(self, size: int = 2, stride: int | None = None, padding: str = "valid") -> Any:
        """Return a layer that takes the mean of ``size`` × ``size`` pixels, or of ``size`` time steps.

        Arguments as for :meth:`max_pool`.
        """
        return plain.pool("Average", self.assembly.name("average_pool"), size, stride, padding)

    def average(self) -> Callable[[Any], Any]:
        """Return a layer that takes the mean of each channel over all pixels or time steps."""
        return plain.average(self.assembly.name("average"))

    def flatten(self) -> Any:
        """Return a layer that flattens all axes but the first."""
        import keras

        return keras.layers.Flatten(name=self.assembly.name("flatten"))

    def reshape(self, shape: Sequence[int]) -> Any:
        """Return a layer that gives each example another shape."""
        import keras

        return keras.layers.Reshape(tuple(shape), name=self.assembly.name("reshape"))

    def output(self, units: int) -> Callable[[Any], Any]:
        """Return the last layer: linear, in float32 whatever the precision."""
        return linear.output(self.assembly, units)

    def tied_output(self, embedding: Any) -> Callable[[Any], Any]:
        """Return the last layer of a language model that shares its weights with an embedding: x·Eᵀ, in float32.

        Args:
            embedding: What :meth:`embedding` returned, called before.
        """
        from benchsuite.engine.network.attention import TiedOutput

        layer: Callable[[Any], Any] = TiedOutput(embedding, name=self.assembly.name("tied_output"), dtype="float32")
        return layer

    def parameter(self, shape: Sequence[int], start: float | Sequence[Any]) -> Any:
        """Return a layer that gives θ, a trainable float32 array, repeated for each example; the input only tells the batch size.

        Args:
            shape: Of θ.
            start: What θ starts from: one number for every entry, or nested lists of that shape with a number for each.

        Raises:
            BenchsuiteError: If shape or start are not as described.
        """
        return plain.parameter(self.assembly.name("parameter"), tuple(shape), start)
