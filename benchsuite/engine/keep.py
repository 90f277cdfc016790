"""What is kept of a trial beside its record: probes while it trains, weights and predictions at its end."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite.data import Prepared
from benchsuite.engine.feed import Feed
from benchsuite.engine.program import Program
from benchsuite.extras import Extras
from benchsuite.files import write_whole

PREDICTED = ("validation", "test")


class Keeper:
    """Keeps what was asked for of one trial.

    Args:
        extras: What was asked for.
        program: The trial's program.
        feed: Its inputs and targets.
        prepared: The same on the host.
        restores: Whether the weights of the epoch with the best validation loss are put back at the end.
        probes: Filled with what probes find.
    """

    def __init__(
        self,
        extras: Extras,
        program: Program,
        feed: Feed,
        prepared: Prepared,
        restores: bool,
        probes: dict[str, Any],
    ) -> None:
        self._extras = extras
        self._program, self._feed, self._prepared = program, feed, prepared
        self._restores = restores
        self._probes = probes
        self._best = math.inf
        self._kept: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] | None = None

    def after_epoch(self, epoch: int, validation_loss: float) -> None:
        """Measure what goes on in each layer, and copy what this epoch's weights give if they may be put back.

        Args:
            epoch: Its number; 0 is the start.
            validation_loss: After it.
        """
        if self._extras.probes(epoch):
            self._probe(epoch)
        if self._restores and epoch and validation_loss < self._best:
            self._best, self._kept = validation_loss, self._taken()

    def ended(self, epoch: int) -> None:
        """Measure what goes on in each layer after the last epoch, whether the budget or a monitor ended it."""
        if self._extras.probes(epoch, ends=True) and epoch not in self._probes.get("epochs", ()):
            self._probe(epoch)

    def _probe(self, epoch: int) -> None:
        found = self._program.probe(self._feed)
        self._probes.setdefault("layers", [place.name for place in self._program.places])
        self._probes.setdefault("epochs", []).append(epoch)
        for measure, row in found.items():
            self._probes.setdefault("measures", {}).setdefault(measure, []).append(row)

    def write(self, weights: Path | None, predictions: Path | None) -> None:
        """Write weights and predictions whole or not at all, where they were asked for."""
        if not (self._extras.weights or self._extras.predictions):
            return
        of_weights, of_predictions = self._kept or self._taken()
        if self._extras.weights and weights is not None:
            _write(weights, of_weights)
        if self._extras.predictions and predictions is not None:
            _write(predictions, of_predictions)

    def _taken(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        weights = self._program.weights(self._feed) if self._extras.weights else {}
        return weights, self._predictions() if self._extras.predictions else {}

    def _predictions(self) -> dict[str, np.ndarray]:
        dataset = self._prepared.dataset
        found = {}
        for part in PREDICTED:
            where = dataset.part(part)
            found[f"{part}_outputs"] = self._program.outputs(self._feed, self._prepared.x[where])
            found[f"{part}_targets"] = np.asarray(dataset.y[where])
        return found


def _write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())
