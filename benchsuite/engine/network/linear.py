"""The linear layers of blocks: fully connected, convolutions, recurrent ones and outputs, each with a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from benchsuite.engine.network.assembly import Assembly
from benchsuite.errors import Unsupported

CONVOLUTIONS = {"Conv1D": "conv", "Conv2D": "conv", "Conv2DTranspose": "conv_transpose"}
"""Class of Keras → what begins the layer's name."""
CELLS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}
"""Class of :mod:`benchsuite.engine.network.recurrent` → what begins the layer's name."""


class Window(NamedTuple):
    """What a convolution sees at once, and how it moves on."""

    size: int
    stride: int
    padding: str


def dense(assembly: Assembly, units: int, activate: bool, regularize: bool) -> Callable[[Any], Any]:
    """Return a fully connected hidden block: see ``blocks.dense``."""
    import keras

    def linear(name: str, bias: bool, pieces: int) -> Any:
        return keras.layers.Dense(units * pieces, use_bias=bias, kernel_initializer="zeros", name=name)

    return assembly.hidden(linear, "dense", "dense", activate, regularize=regularize)


def convolution(
    assembly: Assembly, kind: str, filters: int, window: Window, activate: bool, regularize: bool
) -> Callable[[Any], Any]:
    """Return a convolution block of a class of Keras: see ``blocks.conv``."""
    import keras

    def linear(name: str, bias: bool, pieces: int) -> Any:
        return getattr(keras.layers, kind)(
            filters * pieces,
            window.size,
            strides=window.stride,
            padding=window.padding,
            use_bias=bias,
            kernel_initializer="zeros",
            name=name,
        )

    return assembly.hidden(linear, CONVOLUTIONS[kind], "convolution", activate, regularize=regularize)


def check_transposed(assembly: Assembly) -> None:
    """Refuse normalizations of kernels: they take the last axis for the units, which is another one here.

    Raises:
        Unsupported: If the recipe's normalization acts on kernels.
    """
    component = assembly.ingredients.normalization_component
    if component.on == "kernel":
        raise Unsupported(
            f"{component.title} acts on kernels with units on their last axis; "
            "those of transposed convolutions are on the one before"
        )


def recurrent(assembly: Assembly, kind: str, units: int, sequences: bool) -> Callable[[Any], Any]:
    """Return a recurrent layer, then regularization layers: see ``blocks.lstm``.

    Raises:
        Unsupported: If the recipe's normalization cannot be applied to recurrent layers.
    """
    from benchsuite.engine.network import recurrent as cells

    component = assembly.ingredients.normalization_component
    component.check("recurrent")
    name = assembly.name(CELLS[kind])
    cell = getattr(cells, kind)
    on_kernels = component.on == "kernel"
    made = [assembly.normalization() for _ in range(2 if on_kernels else cell.NORMALIZATIONS)]
    layers = [layer for layer in made if layer is not None]
    masks = [mask for _, mask in assembly.ingredients.masks]
    owner = cell(units, () if on_kernels else layers, masks, sequences, name=name)
    layer = owner
    if on_kernels:
        layer = assembly.mapping(owner, dict(zip(("kernel", "recurrent_kernel"), layers, strict=False)))
    return assembly.block(name, "recurrent", owner, layer)


def output(assembly: Assembly, units: int) -> Callable[[Any], Any]:
    """Return the last layer: see ``blocks.output``."""
    import keras

    name = assembly.name("output")
    layer = keras.layers.Dense(units, kernel_initializer="zeros", name=name, dtype="float32")
    return assembly.block(name, "output", layer, layer, regularize=False)
