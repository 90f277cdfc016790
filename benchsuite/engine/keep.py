"""What is kept of a trial beside its record: probes while it trains, weights and predictions at its end."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

import numpy as np

from benchsuite.engine.ran import Probed
from benchsuite.engine.ready import ReadyTrial
from benchsuite.errors import cannot_write
from benchsuite.extras import Extras
from benchsuite.folder import Folder, Identity

PREDICTED = ("validation", "test")


class Keeper:
    """Keeps what was asked for of one trial.

    Args:
        extras: What was asked for.
        ready: The trial.
        restores: Whether the weights of the epoch with the best validation loss are put back at the end.
        held: Lets the program hold the trial's values, where it trains others as well.
    """

    def __init__(
        self,
        extras: Extras,
        ready: ReadyTrial,
        restores: bool,
        held: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._extras = extras
        self._program, self._feed, self._prepared = ready.program, ready.feed, ready.prepared
        self._restores, self._held = restores, held
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
        with self._held():
            found = self._program.probe(self._feed)
        if self.probed is None:
            self.probed = Probed([kernel_layer.name for kernel_layer in self._program.network.kernel_layers])
        self.probed.add(epoch, found)

    def take(self) -> None:
        """Take the weights and predictions that were asked for, if they were not kept at an earlier epoch."""
        if (self._extras.weights or self._extras.predictions) and self._kept is None:
            self._kept = self._taken()

    def write(self, weights: Path | None, predictions: Path | None, results: Identity | None = None) -> None:
        """Write what was taken, each file whole or not at all, where it was asked for and is not there already.

        Args:
            weights: File for the weights, two folders below the results folder.
            predictions: File for the predictions, likewise.
            results: Of the results folder that must be there.

        Raises:
            CannotWrite: If that cannot be done; then none of it is there.
        """
        if self._kept is None:
            return
        of_weights, of_predictions = self._kept
        written: list[Path] = []
        try:
            if self._extras.weights and weights is not None:
                written += _write(weights, of_weights, results)
            if self._extras.predictions and predictions is not None:
                written += _write(predictions, of_predictions, results)
        except BaseException:
            for path in written:  # of a training that no record will tell of
                with suppress(OSError):
                    path.unlink()
            raise

    def _taken(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        if not (self._extras.weights or self._extras.predictions):
            return {}, {}
        with self._held():
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


def _write(path: Path, arrays: Mapping[str, np.ndarray], results: Identity | None) -> list[Path]:
    """Write some arrays and return what was written: nothing if the file is there, of a run before that its record tells of."""
    if path.is_file():
        return []
    folder = Folder(path.parents[2], results)
    try:
        with folder.writing(str(path.relative_to(folder.path))) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
    except OSError as error:
        raise cannot_write(path, error) from None
    except MemoryError:  # the trial itself had enough
        said = OSError(errno.ENOMEM, "not enough memory to pack it (--memory sets the limit)")
        raise cannot_write(path, said) from None
    return [path]
