"""Cells: trials that share a program; which of them train at once, and how long each may take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchsuite.execution.forecast import predicted_seconds
from benchsuite.execution.interface import Cell
from benchsuite.execution.lineage import Lineage, Lineages
from benchsuite.registry import Registry
from benchsuite.trial import Trial

TIMEOUT = 600.0
"""Seconds a trial may take where the user says nothing."""
PATIENCE = 10.0
"""A trial gets so many times what its task says that it costs, where that is more."""


def side_by_side(trials: Sequence[Trial]) -> Iterator[tuple[Trial, ...]]:
    """Yield the trials of a cell as a worker gets them: one after another, or as many at once as its program has lanes."""
    start = 0
    while start < len(trials):
        first, stop = trials[start], start + 1
        while stop < len(trials) and stop - start < first.lanes and _data(trials[stop]) == _data(first):
            stop += 1
        yield tuple(trials[start:stop])
        start = stop


def _data(trial: Trial) -> tuple[tuple[int, int], tuple[int, int], bool, str]:
    """Return what decides the data that a trial is trained on, beside its task."""
    settings = trial.recipe.get("preprocessing")
    return trial.fold or (0, 0), trial.inner or (0, 0), trial.refit, "".join(setting.text for setting in settings)


def _together(trials: list[Trial]) -> list[Trial]:
    """Let trials with equal numbers follow each other, in the order in which these come: some may not be fed."""
    first: dict[tuple[object, ...], int] = {}
    places = [first.setdefault(tuple(trial.numbers.items()), len(first)) for trial in trials]
    return [trial for _, trial in sorted(zip(places, trials, strict=True), key=lambda pair: pair[0])]


def make_cells(trials: Sequence[Trial], registry: Registry, workers: int, timeout: float | None = None) -> list[Cell]:
    """Group trials by program and lineage. A cell that alone would keep one worker busy longer than its share is split.

    Args:
        trials: What is to run.
        registry: For what tasks say that they cost.
        workers: Number of workers.
        timeout: Time limit of a trial; the usual one unless given, see :data:`TIMEOUT` and :data:`PATIENCE`.
    """
    lineages = Lineages(registry)
    groups: dict[tuple[Lineage, str], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((lineages.of(trial), trial.cell), []).append(trial)
    groups = {key: _together(group) for key, group in groups.items()}
    share = predicted_seconds(trials, registry) / workers
    cells = []
    for (lineage, _), group in groups.items():
        pieces = min(len(group), math.ceil(predicted_seconds(group, registry) / max(share, 1e-9)))
        lanes = group[0].lanes
        if lanes > 1:
            group.sort(key=_data)  # stable: those of the same data train side by side
        size = lanes * math.ceil(len(group) / (pieces * lanes))  # whole programs full
        for start in range(0, len(group), size):
            piece = tuple(group[start : start + size])
            limit = timeout or max(TIMEOUT, PATIENCE * max(predicted_seconds([trial], registry) for trial in piece))
            cells.append(Cell(piece, predicted_seconds(piece, registry), limit, lineage))
    return cells
