"""How blocks are put together: where normalization, activation and regularization stand around a linear layer.

A hidden block is linear → normalization → activation → regularization; a normalization may also be declared to stand
after the activation, or to act on the linear layer's kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.network.kernel_layers import WRAPPED, KernelLayer, stable_name
from benchsuite.engine.network.symbols import on_symbols
from benchsuite.engine.new_objects import new_layer
from benchsuite.errors import BenchsuiteError


class Assembly:
    """Puts blocks together, names their layers, and keeps the list of those with kernels.

    Args:
        ingredients: What the recipe made.
    """

    def __init__(self, ingredients: Ingredients) -> None:
        self.ingredients = ingredients
        self._counts: dict[str, int] = {}
        self._kernel_layers: dict[str, KernelLayer] = {}
        self._reparameterized: list[Any] = []
        self.used: set[str] = set()
        """Kinds of which something stands in the network."""

    @property
    def kernel_layers(self) -> list[KernelLayer]:
        """The layers with kernels, in the order in which the model calls them; known once it was built."""
        return list(self._kernel_layers.values())

    @property
    def names(self) -> set[str]:
        """The names that blocks gave to Keras layers."""
        return {f"{what}.{number}" for what, count in self._counts.items() for number in range(1, count + 1)}

    @property
    def mapped(self) -> list[tuple[Any, Any]]:
        """Each kernel that a normalization or regularization maps, and the layer that does."""
        return [pair for layer in self._reparameterized for pair in layer.mapped]

    def hidden(
        self,
        linear: Callable[[str, bool, int], Any],
        what: str,
        layer_type: str,
        activate: bool,
        normalize: bool = True,
        regularize: bool = True,
    ) -> Callable[[Any], Any]:
        """Return a hidden block.

        Args:
            linear: ``(name, whether it has a bias, pieces) -> layer``.
            what: Begins its name.
            layer_type: What normalizations declare.
            activate: Whether activation and regularization layers follow.
            normalize: Whether a normalization of outputs or activations stands there; one of kernels always does.
            regularize: Whether regularization layers follow an activation.
        """
        component = self.ingredients.normalization_component
        component.check(layer_type)
        normalization = self.normalization() if normalize or component.on == "kernel" else None
        activation = self.activation() if activate else None
        name = self.name(what)
        bias = normalization is None or not component.replaces_bias
        layer = mapped = linear(name, bias, pieces_of(activation))
        if component.on == "kernel" and normalization is not None:
            mapped, normalization = self.mapping(layer, {"kernel": normalization}), None
        first, last = (None, normalization) if component.on == "activations" else (normalization, None)
        return self.block(name, layer_type, layer, mapped, first, activation, last, activate and regularize)

    def block(
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
        """Return called → before → activation → behind → regularization layers, and remember the layer when it is used."""
        after = [make() for make in self.ingredients.layers] if regularize else []

        def made(x: Any) -> Any:
            linear = called(x)
            entering = through([before], linear)
            outputs = through([activation, behind], entering)
            found = KernelLayer(
                stable_name(name),
                layer_type,
                layer,
                1.0 if layer_type in ("recurrent", "output") else self.ingredients.gain,
                x,
                linear,
                entering,
                activation,
                outputs,
            )
            self._kernel_layers.setdefault(found.name, found)
            return through(after, outputs)

        return made

    def activation(self) -> Any:
        """Make one of the recipe's activation."""
        self.used.add("activation")
        return on_symbols(new_layer(self.ingredients.activation(), "the activation"))

    def normalization(self) -> Any:
        """Make one layer of the recipe's normalization, or ``None``."""
        import keras

        made = self.ingredients.normalization()
        if made is not None and not isinstance(made, keras.layers.Layer):
            raise BenchsuiteError(
                f"make of {self.ingredients.normalization_component.title} must return a keras.Layer or None. "
                f"Received: {type(made).__name__}."
            )
        self.used.add("normalization")
        return new_layer(made, self.ingredients.normalization_component.title)

    def mapping(self, layer: Any, maps: dict[str, Any]) -> Any:
        """Let a layer compute with mapped kernels."""
        from benchsuite.engine.network.reparameterized import Reparameterized

        wrapper = Reparameterized(layer, maps, name=layer.name + WRAPPED)
        self._reparameterized.append(wrapper)
        return wrapper

    def name(self, what: str) -> str:
        """Return the next layer's name: ``dense.2`` for the second ``dense``."""
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what}.{self._counts[what]}"


def pieces_of(activation: Any) -> int:
    """Return how many features an activation takes for each that it gives."""
    return int(getattr(activation, "pieces", 1))


def through(layers: Sequence[Any], x: Any) -> Any:
    """Call layers one after another; ``None`` is left out."""
    for layer in layers:
        x = x if layer is None else layer(x)
    return x
