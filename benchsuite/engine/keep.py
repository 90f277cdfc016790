"""What is kept of a trial beside its record: probes while it trains, weights and predictions at its end."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchsuite.engine.ran import Probed
from benchsuite.engine.ready import ReadyTrial
from benchsuite.extras import Extras
from benchsuite.files import write_whole

PREDICTED = ("validation", "test")


class Keeper:
    """Keeps what was asked for of one trial.

    Args:
        extras: What was asked for.
        ready: The trial.
        restores: Whether the weights of the epoch with the best validation loss are put back at the end.
    """

    def __init__(self, extras: Extras, ready: ReadyTrial, restores: bool) -> None:
        self._extras = extras
        self._program, self._feed, self._prepared = ready.program, ready.feed, ready.prepared
        self._restores = restores
        self.probed: Probed | None = None
        """What probes found so far."""
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
        done = self.probed.epochs if self.probed else []
        if self._extras.probes(epoch, ends=True) and epoch not in done:
            self._probe(epoch)

    def _probe(self, epoch: int) -> None:
        found = self._program.probe(self._feed)
        if self.probed is None:
            self.probed = Probed([kernel_layer.name for kernel_layer in self._program.network.kernel_layers])
        self.probed.add(epoch, found)

    def write(self, weights: Path | None, predictions: Path | None) -> None:
        """Write weights and predictions whole or not at all, where they were asked for and are not there already."""
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
    if path.is_file():  # of a run before, which its record tells of
        return
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())
