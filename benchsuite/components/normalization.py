"""Kind ``normalization``: what keeps the numbers between a network's layers in range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component
from benchsuite.errors import BenchsuiteError, Unsupported, unknown

LAYER_TYPES = ("dense", "convolution", "recurrent", "attention")
"""What a hidden block of a task may be built on; in an ``attention`` block normalizations stand alone, before each branch."""

ON = ("outputs", "activations", "kernel")
"""What a normalization may be called with."""


@dataclass(frozen=True, kw_only=True)
class Normalization(Component):
    """A normalization.

    ``make(**hyperparameters)`` returns a new ``keras.Layer`` at each call (one for each place in the network), or
    ``None``. What that layer is called with is declared by ``on``:

    - ``"outputs"``: what the linear layer gives, before the activation. In a recurrent layer it is called at every time
      step, one for the contribution of the inputs, one for that of the previous output, one for the state before it
      leaves the cell; statistics of the batch are not possible there;
    - ``"activations"``: what the activation gives;
    - ``"kernel"``: the trained weight array, its last axis the units, float32 whatever the precision. What it returns is
      what the linear layer multiplies with. Initializers and penalties act on the trained array. If the layer has a
      method ``start(kernel, values) -> values``, its own variables start from what that returns for a kernel's starting
      value and theirs (NumPy arrays, in the order of ``layer.variables``).

    ``make``, the layer's ``build`` and its ``start`` may raise ``bs.Unsupported`` with the reason where it cannot be applied.

    Args:
        replaces_bias: Whether the preceding bias is dropped, because the normalization has a shift of its own or takes
            every shift away. Only a normalization of outputs can.
        applies_to: The layer types it can be applied to: any of ``"dense"``, ``"convolution"``, ``"recurrent"``, ``"attention"``
            (inputs ``[batch, places, features]``). On all others the trial is ``unsupported``.
        elsewhere: Why it cannot be applied to those, a clause that ends the reason of such a trial.
        on: ``"outputs"``, ``"activations"`` or ``"kernel"``.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    kind: ClassVar[str] = "normalization"

    replaces_bias: bool = True
    applies_to: Sequence[str] = ("dense", "convolution")
    elsewhere: str = ""
    on: str = "outputs"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.applies_to, str) or not self.applies_to:
            raise BenchsuiteError(
                f"applies_to of {self.title} must name one or more of {', '.join(LAYER_TYPES)}, in a tuple. "
                f"Received: {self.applies_to!r}."
            )
        for name in self.applies_to:
            if name not in LAYER_TYPES:
                raise unknown(f"layer type in applies_to of {self.title}:", str(name), LAYER_TYPES)
        object.__setattr__(self, "applies_to", tuple(self.applies_to))
        if self.on not in ON:
            raise unknown(f"place in on of {self.title}:", str(self.on), ON)
        if self.on == "activations" and "recurrent" in self.applies_to:
            raise BenchsuiteError(
                f"{self.title} normalizes activations and applies_to names recurrent layers, whose cells keep their own. "
                f"Received: {self.applies_to!r}. Leave out 'recurrent', or normalize outputs."
            )
        if self.on != "outputs" and self.replaces_bias:
            raise BenchsuiteError(
                f"{self.title} cannot replace a bias, since it normalizes the {self.on}. Received: replaces_bias={self.replaces_bias!r}. "
                "Say replaces_bias=False."
            )

    def check(self, layer_type: str) -> None:
        """Refuse a layer type that the normalization was not declared for.

        Raises:
            Unsupported: With the reason.
        """
        if layer_type not in self.applies_to:
            reason = f": {self.elsewhere}" if self.elsewhere else ""
            raise Unsupported(
                f"{self.title} applies to {' and '.join(self.applies_to)} layers, not to {layer_type} ones{reason}"
            )
