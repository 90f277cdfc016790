"""What the analysis asks of a search: the tuning of one selection on one task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from benchsuite.analysis.sample import Column
from benchsuite.spaces import Value
from benchsuite.trial import ENGINE_VERSION


class TriedFacts(Protocol):
    """A setting that a tuner tried."""

    @property
    def values(self) -> Mapping[str, Value]:
        """Name → value of what was searched."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Its trials."""

    @property
    def score(self) -> float | None:
        """On the validation part; ``None`` if training failed."""

    @property
    def cost(self) -> float:
        """In whole trials."""


class SearchFacts(Protocol):
    """A search, as far as tables and numbers need it: read-only, so that any record of one fits."""

    @property
    def kind(self) -> str:
        """What is compared."""

    @property
    def selection(self) -> str:
        """The row."""

    @property
    def task(self) -> str:
        """The task."""

    @property
    def task_version(self) -> int:
        """Its version."""

    @property
    def epochs(self) -> int:
        """The budget of one trial."""

    @property
    def batch_size(self) -> int:
        """Examples a step."""

    @property
    def precision(self) -> str:
        """Of the numbers."""

    @property
    def device(self) -> str:
        """Where trials run."""

    @property
    def lanes(self) -> int:
        """Trials side by side in a program."""

    @property
    def change(self) -> str:
        """What the study changed in the baseline."""

    @property
    def track(self) -> str:
        """How settings are chosen."""

    @property
    def tuner(self) -> str:
        """Who proposes them."""

    @property
    def budget(self) -> int:
        """How many trials may be spent."""

    @property
    def folds(self) -> int:
        """Of tuning by cross-validation."""

    @property
    def tried(self) -> Sequence[TriedFacts]:
        """In the order of the proposals."""

    @property
    def chosen(self) -> int | None:
        """Which of them was chosen; ``None`` where all failed."""

    @property
    def evaluated(self) -> tuple[str, ...]:
        """The trials of the chosen setting on the evaluation seeds."""


def column_of_search(search: SearchFacts) -> Column:
    """Return the column of a search's evaluations, but for the engine: what all searches of one column share."""
    return Column(
        task=search.task,
        task_version=search.task_version,
        epochs=search.epochs,
        batch_size=search.batch_size,
        precision=search.precision,
        device=search.device,
        engine=ENGINE_VERSION,
        lanes=search.lanes,
        change=search.change,
    )


def row_labels(searches: Sequence[SearchFacts]) -> list[str]:
    """Return what each search is a row of: its selection, with tuner and budget where those of its name differ.

    Args:
        searches: Of one kind and track.
    """
    protocols: defaultdict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for search in searches:
        protocols[search.selection].add((search.tuner, search.budget, search.folds))
    found = []
    for search in searches:
        several = len(protocols[search.selection]) > 1
        folds = f", {search.folds} folds" if search.folds else ""
        found.append(
            f"{search.selection} · {search.tuner}, {search.budget} trials{folds}" if several else search.selection
        )
    return found


def searches_by_row(searches: Sequence[SearchFacts]) -> dict[str, list[SearchFacts]]:
    """Return row → its searches, both in the order in which they were given.

    Args:
        searches: Of one kind and track.
    """
    found: dict[str, list[SearchFacts]] = {}
    for label, search in zip(row_labels(searches), searches, strict=True):
        found.setdefault(label, []).append(search)
    return found
