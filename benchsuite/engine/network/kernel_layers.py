"""Kernel layers: the layers of a network whose kernel the recipe fills, the tensors around them, and stable names."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

WRAPPED = "_reparameterized"
"""Ends the name of a layer around another one, whose own name tells enough."""


@dataclass(frozen=True)
class KernelLayer:
    """A layer whose kernel the recipe's initializer fills and its penalties see. Tensors are those of the Keras model.

    Args:
        name: Stable name, such as ``dense_1``.
        layer_type: ``"dense"``, ``"convolution"``, ``"recurrent"``, ``"attention"`` or ``"output"``.
        layer: The layer that owns the kernel.
        gain: Of the activation that follows; 1 for outputs.
        inputs: What enters.
        linear: What the layer gives.
        before: What enters the activation; in a recurrent layer and an output the same as ``linear``.
        activation: The activation, or ``None``.
        outputs: What leaves activation and normalization, before regularization layers.
    """

    name: str
    layer_type: str
    layer: Any
    gain: float
    inputs: Any
    linear: Any
    before: Any
    activation: Any
    outputs: Any

    @property
    def variable(self) -> Any:
        """The kernel's Keras variable."""
        return self.layer.kernel

    @property
    def fan_in(self) -> int:
        """Inputs of one unit."""
        return int(self.variable.shape[self._axes[0]]) * self._field

    @property
    def fan_out(self) -> int:
        """Outputs that one input reaches."""
        return int(self.variable.shape[self._axes[1]]) * self._field

    @property
    def _axes(self) -> tuple[int, int]:
        """Channels in and out; transposed convolutions have them the other way round."""
        return (-1, -2) if "Transpose" in type(self.layer).__name__ else (-2, -1)

    @property
    def _field(self) -> int:
        """Pixels of a convolution's window; 1 for matrices."""
        return math.prod(self.variable.shape[:-2])


def stable_name(layer: str) -> str:
    """Return the stable name of a layer that a block named: ``dense_1`` for ``dense.1``.

    Keras names the layers that a task makes itself ``dense``, ``dense_1``, …; none of them has a dot.
    """
    return layer.replace(".", "_")


def stable_names(variables: Sequence[Any], own: Collection[str]) -> dict[str, Any]:
    """Name the variables of a network so that the names do not depend on the networks built before.

    Keras numbers layers through the life of a process. The numbers of layers that blocks named stay; others count anew.

    Args:
        variables: The model's, in order.
        own: Names of layers that blocks chose.
    """
    named: dict[str, Any] = {}
    for variable in variables:
        words = [word for word in variable.path.split("/") if not word.endswith(WRAPPED)]
        path = "/".join(stable_name(word) if word in own else re.sub(r"_\d+$", "", word) for word in words[:-1])
        name, number = f"{path}/{words[-1]}", 1
        while name in named:
            number += 1
            name = f"{path}_{number}/{words[-1]}"
        named[name] = variable
    return named
