"""Kind ``regularization``: whatever keeps a network from fitting too well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from benchsuite.components.base import Component


@runtime_checkable
class Monitor(Protocol):
    """A regularization that acts between epochs and never sees a gradient, such as early stopping."""

    restores_best: bool
    """Whether the weights of the epoch with the best validation loss are put back at the end."""

    def after_epoch(self, epoch: int, validation: Mapping[str, float]) -> bool:
        """Return whether training goes on, given the validation measures (``loss`` and the metrics) after ``epoch``."""
        ...


@dataclass(frozen=True, kw_only=True)
class Regularization(Component):
    """A regularization. A recipe may combine several: ``l2[strength=1e-4]+dropout[rate=0.2]``.

    ``make(**hyperparameters)`` returns a new object at each call, one of

    - a ``keras.Regularizer``: its value on every kernel is added to the training loss (never to a reported loss);
    - a ``keras.Layer``: put after each hidden activation;
    - a :class:`Monitor`: called after each epoch with the validation measures;
    - ``None``: nothing.
    """

    kind: ClassVar[str] = "regularization"
