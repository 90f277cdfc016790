"""Blocks: the layers of a task's model, each built from the recipe.

A hidden block is linear → normalization → activation → regularization; a normalization may also be declared to stand
after the activation, or to act on the linear layer's kernel. Tasks call blocks for everything that a recipe can choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchsuite.engine.parts import Parts
from benchsuite.engine.places import WRAPPED, Place
from benchsuite.errors import BenchsuiteError, Unsupported


class Blocks:
    """Hands out blocks while a model is built, and keeps the list of its places.

    Args:
        parts: What the recipe made.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._counts: dict[str, int] = {}
        self._places: dict[str, Place] = {}
        self._reparameterized: list[Any] = []

    def dense(self, units: int, activate: bool = True) -> Callable[[Any], Any]:
        """Return a fully connected hidden block of ``units``.

        Args:
            units: Features that it gives.
            activate: Whether the activation and the regularization layers follow; not at the end of a residual branch.
        """
        import keras

        def linear(name: str, bias: bool, pieces: int) -> Any:
            return keras.layers.Dense(units * pieces, use_bias=bias, kernel_initializer="zeros", name=name)

        return self._hidden(linear, "dense", "dense", activate)

    def conv(
        self, filters: int, size: int = 3, stride: int = 1, padding: str = "same", activate: bool = True
    ) -> Callable[[Any], Any]:
        """Return a two-dimensional convolution block.

        Args:
            filters: Output channels.
            size: Side of the kernel in pixels.
            stride: Step in pixels.
            padding: ``"same"`` or ``"valid"``.
            activate: Whether the activation and the regularization layers follow; not at the end of a residual branch.
        """
        import keras

        def linear(name: str, bias: bool, pieces: int) -> Any:
            return keras.layers.Conv2D(
                filters * pieces,
                size,
                strides=stride,
                padding=padding,
                use_bias=bias,
                kernel_initializer="zeros",
                name=name,
            )

        return self._hidden(linear, "conv", "convolution", activate)

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

        activation = self._parts.activation()
        if _pieces(activation) != 1:
            raise Unsupported(
                "the activation takes several pieces for each feature, the sum of a residual block has one"
            )
        layers = [make() for make in self._parts.branches]
        add = keras.layers.Add(name=self._name("residual"))
        after = [make() for make in self._parts.layers]

        def block(x: Any) -> Any:
            return _through([activation, *after], add([shortcut(x) if shortcut else x, _through(layers, branch(x))]))

        return block

    def lstm(self, units: int) -> Callable[[Any], Any]:
        """Return an LSTM layer of ``units`` that gives its output at every time step, then regularization layers.

        The cell keeps its own activations and its bias. Recurrent kernels start orthogonal, forget biases at 1 (Keras'
        defaults). A normalization of outputs works inside the cell, one of kernels on both kernels.

        Raises:
            Unsupported: If the recipe's normalization cannot be applied to recurrent layers.
        """
        from benchsuite.engine.recurrent import LSTM

        self._parts.normalization_component.check("recurrent")
        name = self._name("lstm")
        on_kernels = self._parts.normalization_component.on == "kernel"
        made = [self._normalization() for _ in range(2 if on_kernels else 3)]
        layers = [layer for layer in made if layer is not None]
        cell = LSTM(units, () if on_kernels else layers, masks=self._parts.masks, name=name)
        layer = cell
        if on_kernels:
            layer = self._mapped(cell, dict(zip(("kernel", "recurrent_kernel"), layers, strict=False)))
        return self._block(name, "recurrent", cell, layer)

    def embedding(self, symbols: int, size: int) -> Any:
        """Return a layer that maps int32 symbols to vectors, starting uniform on [−0.05, 0.05] (Keras' default).

        Args:
            symbols: Number of symbols.
            size: Length of a vector.
        """
        import keras

        return keras.layers.Embedding(symbols, size, name=self._name("embedding"))

    def max_pool(self, size: int = 2) -> Any:
        """Return a layer that takes the maximum of ``size`` × ``size`` pixels."""
        import keras

        return keras.layers.MaxPooling2D(size, name=self._name("max_pool"))

    def flatten(self) -> Any:
        """Return a layer that flattens all axes but the first."""
        import keras

        return keras.layers.Flatten(name=self._name("flatten"))

    def output(self, units: int) -> Callable[[Any], Any]:
        """Return the last layer: linear, in float32 whatever the precision."""
        import keras

        name = self._name("output")
        layer = keras.layers.Dense(units, kernel_initializer="zeros", name=name, dtype="float32")
        return self._block(name, "output", layer, layer, regularize=False)

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

    @property
    def places(self) -> list[Place]:
        """The layers with kernels, in the order in which the model calls them; known once it was built."""
        return list(self._places.values())

    @property
    def names(self) -> set[str]:
        """The names that blocks gave to layers."""
        return {f"{what}_{number}" for what, count in self._counts.items() for number in range(1, count + 1)}

    @property
    def followers(self) -> list[tuple[Any, Any]]:
        """Each kernel on which variables of a normalization depend when they start, and that normalization's layer."""
        return [follower for layer in self._reparameterized for follower in layer.followers]

    def _hidden(
        self, linear: Callable[[str, bool, int], Any], what: str, layer_type: str, activate: bool
    ) -> Callable[[Any], Any]:
        component = self._parts.normalization_component
        component.check(layer_type)
        normalization = self._normalization()
        activation = self._parts.activation() if activate else None
        name = self._name(what)
        bias = normalization is None or not component.replaces_bias
        layer = mapped = linear(name, bias, _pieces(activation))
        if component.on == "kernel" and normalization is not None:
            mapped, normalization = self._mapped(layer, {"kernel": normalization}), None
        first, last = (None, normalization) if component.on == "activations" else (normalization, None)
        return self._block(name, layer_type, layer, mapped, first, activation, last, regularize=activate)

    def _block(
        self,
        name: str,
        layer_type: str,
        layer: Any,
        called: Any,
        before: Any = None,
        activation: Any = None,
        behind: Any = None,
        regularize: bool = True,
    ) -> Callable[[Any], Any]:
        """Return called → before → activation → behind → regularization layers, and remember the place when it is used."""
        after = [make() for make in self._parts.layers] if regularize else []

        def block(x: Any) -> Any:
            linear = called(x)
            entering = _through([before], linear)
            outputs = _through([activation, behind], entering)
            found = Place(
                name,
                layer_type,
                layer,
                self._parts.gain if layer_type in ("dense", "convolution") else 1.0,
                x,
                linear,
                entering,
                activation,
                outputs,
            )
            self._places.setdefault(name, found)
            return _through(after, outputs)

        return block

    def _normalization(self) -> Any:
        """Make one layer of the recipe's normalization, or ``None``."""
        import keras

        made = self._parts.normalization()
        if made is not None and not isinstance(made, keras.layers.Layer):
            raise BenchsuiteError(
                f"make of {self._parts.normalization_component.title} must return a keras.Layer or None. Received: {type(made).__name__}."
            )
        return made

    def _mapped(self, layer: Any, maps: dict[str, Any]) -> Any:
        """Let a layer compute with mapped kernels."""
        from benchsuite.engine.reparameterized import Reparameterized

        wrapper = Reparameterized(layer, maps, name=layer.name + WRAPPED)
        self._reparameterized.append(wrapper)
        return wrapper

    def _name(self, what: str) -> str:
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what}_{self._counts[what]}"


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


def _pieces(activation: Any) -> int:
    """Return how many features an activation takes for each that it gives."""
    return int(getattr(activation, "pieces", 1))


def _through(layers: Sequence[Any], x: Any) -> Any:
    """Call layers one after another; ``None`` is left out."""
    for layer in layers:
        x = x if layer is None else layer(x)
    return x
