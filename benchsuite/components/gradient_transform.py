"""Kind ``gradient_transform``: changes gradients before the optimizer sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class GradientTransform(Component):
    """A gradient transform.

    ``make(**hyperparameters)`` returns a function ``transform(gradients, variables) -> gradients`` on lists of
    tensors, called inside the compiled graph; or ``None`` for no transform. A gradient may be ``None`` where the loss
    does not depend on the variable.
    """

    kind: ClassVar[str] = "gradient_transform"
