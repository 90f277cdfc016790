"""Leaderboards: for one kind, track and measure, components × tasks, with a ranking, intervals, steps to targets and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchsuite.analysis.entries import Entry, saturated_targets, summarize
from benchsuite.analysis.intervals import Direction
from benchsuite.analysis.numbers.more_budget import MoreBudget
from benchsuite.analysis.ranking import Ranking, Standing
from benchsuite.analysis.robustness import Robustness
from benchsuite.analysis.sample import Column
from benchsuite.analysis.settings import Settings, deviations, joined_name
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

PARTS = {"train": "training", "validation": "validation", "test": "test"}
TEST = TrialMeasure("test")


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column with its label and with what its task declares to measure.

    ``primary`` and ``direction`` are the task's own; ``measure`` is what the entries of the column hold, and ``better`` its
    direction.
    """

    column: Column
    label: str
    primary: str
    direction: Direction
    targets: tuple[float, ...]
    saturated: frozenset[float]
    steps_per_epoch: int
    measure: TrialMeasure = TEST

    @property
    def short(self) -> str:
        """Its label without the change of the baseline, where the whole table has the same."""
        return self.label.removesuffix(f" · with {self.column.change}") if self.column.change else self.label

    @property
    def budget_steps(self) -> int:
        """The training steps of a whole trial: epochs × steps per epoch."""
        return self.column.epochs * self.steps_per_epoch

    @property
    def better(self) -> Direction:
        """The direction of what the entries hold."""
        return self.measure.direction(self.direction)

    @property
    def quantity(self) -> str:
        """What the entries hold, without the part: the primary measure, ``loss`` or what is counted."""
        return self.measure.of if self.measure.counts_up else "loss" if self.measure.loss else self.primary

    @property
    def measured(self) -> str:
        """What the entries hold, in words, such as ``test accuracy``."""
        return measured(self.measure, self.primary)

    @property
    def counts(self) -> bool:
        """Whether the entries hold counts: steps or epochs."""
        return self.measure.of in ("steps", "epochs")

    @property
    def beyond(self) -> str:
        """The word for an entry that is worse than any number."""
        return "missed" if self.measure.counts_up else "failed"


def measured(measure: TrialMeasure, primary: str) -> str:
    """Return what a measure measures, in words.

    Args:
        measure: The measure.
        primary: The primary measure of the task, or a word for those of several.
    """
    if not measure.counts_up:
        return f"{PARTS[measure.of]} {'loss' if measure.loss else primary}"
    target = f"{measure.target:g}" if isinstance(measure.target, float) else f"the {measure.target} target"
    return f"{measure.of} to {target}"


@dataclass(frozen=True, slots=True)
class Row:
    """A component (or several, for regularization) with its entries, one per column, ``None`` where no trial was run.

    ``place`` is its place in the ranking over all columns, ``None`` where it lacks columns that others have. ``broken`` is why
    its numbers cannot be those of its recipe: then it has no rank at all. ``mean_rank`` is the mean of the entries' ranks over
    the ``ranked`` columns where there was something to rank against. ``twins`` are the labels and settings of components
    that are the same method: an entry is of their trials where the component has none itself, and ``of`` says for each
    column whose trials they are, or which setting was chosen, which ``chosen`` says in words
    and ``exact`` to the last digit, name → value.
    ``tuning_cost`` is what the search took for a task, in whole trials, ``None`` where nothing was searched;
    ``robust_decades`` over how many powers of ten the learning rate may vary, where that was searched; ``step_ratio`` the
    time of its step relative to the baseline's, the median over the columns where both count.
    """

    label: str
    name: str
    settings: Settings
    entries: tuple[Entry | None, ...]
    mean_rank: float | None
    ranked: int
    twins: tuple[tuple[str, Settings], ...] = ()
    of: tuple[Settings, ...] = ()
    place: Standing | None = None
    broken: str = ""
    chosen: tuple[str, ...] = ()
    exact: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    step_ratio: float | None = None
    tuning_cost: float | None = None
    robust_decades: float | None = None

    @property
    def tasks(self) -> int:
        """The number of columns on which the row has trials."""
        return sum(entry is not None for entry in self.entries)

    @property
    def also(self) -> str:
        """``also NAME, NAME`` for the components that are the same method; empty where there are none."""
        return f"also {', '.join(label for label, _ in self.twins)}" if self.twins else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all components of the row."""
        return (self.name, *(joined_name(settings) for _, settings in self.twins))

    @property
    def failed(self) -> int:
        """The number of seeds that failed, over all columns."""
        return sum(entry.failed for entry in self.entries if entry)

    @property
    def counted(self) -> int:
        """The number of seeds that enter the statistics, over all columns."""
        return sum(entry.counted for entry in self.entries if entry)

    @property
    def disputed(self) -> int:
        """The number of its trials of which somebody else has other numbers, over all columns."""
        return sum(entry.disputed for entry in self.entries if entry)

    @property
    def state_per_parameter(self) -> float | None:
        """Bytes of optimizer state for each trained number, over all columns; ``None`` where that is not known."""
        known = [(entry.state_bytes, entry.parameters) for entry in self.entries if entry]
        state = [(bytes, count) for bytes, count in known if bytes is not None and count]
        return sum(bytes for bytes, _ in state) / sum(count for _, count in state) if state else None


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the hyperparameters of a board were chosen.

    Args:
        track: ``default``: as declared; ``tuned``: by a search of equal budget; ``self_tuning``: by the method itself.
        tuner: Who searched.
        budget: How many trials each component had on each task.
        folds: Of tuning by cross-validation, 0 without.
        seeds: With how many seeds each setting was tried.
        knobs: Of the tasks that were searched as well.
        rule: How the setting was chosen, a sentence.
    """

    track: str = "default"
    tuner: str = ""
    budget: int = 0
    folds: int = 0
    seeds: int = 1
    knobs: tuple[str, ...] = ()
    rule: str = ""

    @property
    def words(self) -> str:
        """What a title says of it; empty for the default track."""
        if self.track == "default":
            return ""
        track = self.track.replace("_", "-")
        if not self.budget:
            return track
        folds = f", {self.folds} folds" if self.folds else ""
        seeds = f" × {self.seeds} seeds" if self.seeds > 1 else ""
        knobs = f", with {' and '.join(self.knobs)}" if self.knobs else ""
        return f"{track}, {self.budget} trials{seeds} by {self.tuner}{folds}{knobs}"


@dataclass(frozen=True, slots=True)
class BeyondReference:
    """A row that is better on a task than every seed of the best of the reference results.

    Args:
        component: The row's label.
        task: The column's label.
        median: Of its results.
        best: The best seed of the reference.
        out_of_proportion: By how much, in words, where better settings alone hardly explain it; empty else.
        of: The best stored row, such as ``optimizer lion``; empty where the baseline as declared is all that is stored.
    """

    component: str
    task: str
    median: float
    best: float
    out_of_proportion: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All rows of one kind in one baseline: the best place first; those that lack tasks below, those without rank last.

    ``change`` is what their studies changed in the tasks' baselines, or which other instances of the tasks these are, such as
    ``variant 3``; empty for the published ones as they are. ``measure`` is what
    entries hold and rows are ordered by, ``ranking`` the overall ranking by it, in the order of the rows, ``others`` those by
    the other measures that the kind is judged by, ``robustness`` what becomes of the first row, and
    ``more_budget`` whether more tuning would have changed who leads; ``beyond`` what is better than all that the stored
    reference results hold.
    """

    kind: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[Row, ...]
    confidence: float
    change: str = ""
    protocol: Protocol = Protocol()
    measure: str = "test"
    ranking: Ranking | None = None
    task_rankings: tuple[Ranking, ...] = ()
    others: tuple[tuple[str, Ranking], ...] = ()
    robustness: Robustness | None = None
    more_budget: MoreBudget | None = None
    beyond: tuple[BeyondReference, ...] = ()

    @property
    def title(self) -> str:
        """The kind, how hyperparameters were chosen, and what was changed in the baseline."""
        parts = (self.kind.replace("_", " "), self.protocol.words, change_words(self.change))
        return ", ".join(filter(None, parts))

    @property
    def key(self) -> str:
        """What tells the board from all others, for file names and links."""
        parts = [self.kind] + [self.protocol.words] * bool(self.protocol.words) + [self.change] * bool(self.change)
        return " ".join(parts)

    @property
    def compares(self) -> bool:
        """Whether there is more to see than the baselines of the tasks."""
        return self.protocol.track != "default" or any(
            not entry.is_baseline for row in self.rows for entry in row.entries if entry
        )


def change_words(change: str) -> str:
    """Return what a title says of a leaderboard's change; empty for none."""
    if not change:
        return ""
    return change if change.startswith("variant ") else f"baseline with {change}"


def head_of(column: Column, label: str, records: Sequence[Record], measure: TrialMeasure = TEST) -> ColumnHead:
    """Return what the records of a column say of its task and budget."""
    primary, direction, targets = min(
        {(record.task.primary, record.task.direction, tuple(map(float, record.task.targets))) for record in records}
    )
    return ColumnHead(
        column=column,
        label=label,
        primary=primary,
        direction="max" if direction == "max" else "min",
        targets=targets,
        saturated=saturated_targets(records),
        # Unknown to trials that died early; one that did not is enough.
        steps_per_epoch=max(record.results.steps_per_epoch or 0 for record in records),
        measure=measure,
    )


def entry_of(records: Sequence[Record] | None, head: ColumnHead, confidence: float) -> Entry | None:
    """Return the entry of the trials that share a recipe, if there are any."""
    if not records:
        return None
    return summarize(
        records,
        head.saturated,
        is_baseline=not deviations(records[0].trial.recipe, records[0].task.baseline),
        confidence=confidence,
        measure=None if head.measure == TEST else head.measure,
    )
