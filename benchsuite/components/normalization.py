"""Kind ``normalization``: what happens between a linear layer and its activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class Normalization(Component):
    """A normalization.

    ``make(**hyperparameters)`` returns a new ``keras.Layer`` at each call (one for each place in the network), or
    ``None``. It may raise ``bs.Unsupported`` with the reason where it cannot be applied.

    Args:
        replaces_bias: Whether the normalization has a shift of its own, so that the preceding bias is dropped.
    """

    kind: ClassVar[str] = "normalization"

    replaces_bias: bool = True
