"""What a session returns of one trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchsuite.record import Ending


@dataclass
class Probed:
    """What probes found.

    Args:
        layers: Names of the layers with kernels, inputs first.
        epochs: When they were measured.
        measures: Measure → ``[epoch][layer]``; ``None`` where it does not exist.
    """

    layers: list[str]
    epochs: list[int] = field(default_factory=list)
    measures: dict[str, list[list[float | None]]] = field(default_factory=dict)

    def add(self, epoch: int, found: dict[str, list[float | None]]) -> None:
        """Add what was found at one epoch."""
        self.epochs.append(epoch)
        for measure, row in found.items():
            self.measures.setdefault(measure, []).append(row)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"layers": self.layers, "epochs": self.epochs, "measures": self.measures}


@dataclass(frozen=True)
class Ran:
    """What became of one trial.

    Args:
        ending: How it ended; its environment names only the device and how programs are compiled.
        probed: What probes found; ``None`` unless they were asked for and measured something.
        alone: Why it trained alone though its program was to train several; empty if it was not, or did.
    """

    ending: Ending
    probed: Probed | None = None
    alone: str = ""
