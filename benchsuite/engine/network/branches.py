"""Blocks with branches: a sum of what enters and of what was learned, as residual networks and Transformers have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchsuite.engine.network.assembly import Assembly, pieces_of, through
from benchsuite.errors import Unsupported

Block = Callable[[Any], Any]


def residual(assembly: Assembly, branch: Block, shortcut: Block | None) -> Block:
    """Return activation(shortcut(x) + branch(x)), then regularization layers: see ``blocks.residual``.

    Raises:
        Unsupported: If the recipe's activation takes more features than it gives.
    """
    import keras

    activation = assembly.activation()
    if pieces_of(activation) != 1:
        raise Unsupported("the activation takes several pieces for each feature, the sum of a residual block has one")
    layers = [make() for make in assembly.ingredients.branches]
    add = keras.layers.Add(name=assembly.name("residual"))
    after = [make() for make in assembly.ingredients.layers]

    def block(x: Any) -> Any:
        return through([activation, *after], add([shortcut(x) if shortcut else x, through(layers, branch(x))]))

    return block


def normalize(assembly: Assembly) -> Block:
    """Return the recipe's normalization as a layer of its own: see ``blocks.normalize``.

    Raises:
        Unsupported: If it is not declared for ``"attention"``.
    """
    component = assembly.ingredients.normalization_component
    component.check("attention")
    layer = None if component.on == "kernel" else assembly.normalization()
    return lambda x: through([layer], x)


def transformer(assembly: Assembly, heads: int, expansion: int, causal: bool) -> Block:
    """Return x ← x + attention(N(x)), x ← x + mlp(N(x)): see ``blocks.transformer``.

    Raises:
        Unsupported: If the recipe's normalization is not declared for ``"attention"``.
    """
    import keras

    from benchsuite.engine.network.attention import Attention

    first, second = normalize(assembly), normalize(assembly)
    core = Attention(heads, causal, name=assembly.name("attention"))
    # Made before the features are known: their number is that of the inputs.
    projections = [_projection(assembly) for _ in range(4)]
    branches = [[make() for make in assembly.ingredients.branches] for _ in range(2)]
    after = [[make() for make in assembly.ingredients.layers] for _ in range(2)]
    add = [keras.layers.Add(name=assembly.name("residual")) for _ in range(2)]

    def block(x: Any) -> Any:
        size = int(x.shape[-1])
        normal = first(x)
        query, key, value = (projection(size)(normal) for projection in projections[:3])
        attended = projections[3](size)(core([query, key, value]))
        x = add[0]([x, through([*after[0], *branches[0]], attended)])
        hidden = _projection(assembly, activate=True)(expansion * size)(second(x))
        return add[1]([x, through([*after[1], *branches[1]], _projection(assembly)(size)(hidden))])

    return block


def _projection(assembly: Assembly, activate: bool = False) -> Callable[[int], Block]:
    """Return a maker of fully connected layers without a normalization of outputs."""
    import keras

    def made(units: int) -> Block:
        def linear(name: str, bias: bool, pieces: int) -> Any:
            return keras.layers.Dense(units * pieces, use_bias=bias, kernel_initializer="zeros", name=name)

        return assembly.hidden(linear, "projection", "attention", activate, normalize=False)

    return made
