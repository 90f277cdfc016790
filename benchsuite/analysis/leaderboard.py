"""Leaderboards: for one kind, components × tasks, with intervals, ranks, steps to targets and costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis.entries import Entry, saturated_targets, summarize
from benchsuite.analysis.folds import fold_count, incomplete_folds
from benchsuite.analysis.intervals import Direction, average_ranks
from benchsuite.analysis.settings import Components, Record, canonical, deviations, joined_name, labels

# The order in which kinds are shown; a kind that is not listed comes after these, by name. Written out, since the module that
# defines them reaches TensorFlow, which analysis must not.
KINDS = (
    "optimizer",
    "schedule",
    "gradient_transform",
    "initializer",
    "normalization",
    "regularization",
    "activation",
    "preprocessing",
    "loss",
)


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A task with its budget: what all trials of a column share, whatever their recipe and seed."""

    task: str
    task_version: int
    epochs: int
    batch_size: int
    precision: str
    device: str
    engine: int
    folds: int = 0
    """Folds of a cross-validation; 0 for the task's own split."""


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column with its label and with what its task declares to measure."""

    column: Column
    label: str
    primary: str
    direction: Direction
    targets: tuple[float, ...]
    saturated: frozenset[float]
    steps_per_epoch: int

    @property
    def budget_steps(self) -> int:
        """The training steps of a whole trial: epochs × steps per epoch."""
        return self.column.epochs * self.steps_per_epoch


@dataclass(frozen=True, slots=True)
class Row:
    """A component (or several, for regularization) with its entries, one per column, ``None`` where no trial was run.

    ``mean_rank`` is the mean of the entries' ranks over the ``ranked`` columns where there was something to rank against.
    """

    label: str
    name: str
    components: Components
    entries: tuple[Entry | None, ...]
    mean_rank: float | None
    ranked: int

    @property
    def tasks(self) -> int:
        """The number of columns on which the row has trials."""
        return sum(entry is not None for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All rows of one kind: those ranked on most tasks first, best mean rank first among them."""

    kind: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[Row, ...]
    confidence: float

    @property
    def compares(self) -> bool:
        """Whether there is more to see than the baselines of the tasks."""
        return any(not entry.is_baseline for row in self.rows for entry in row.entries if entry)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The ids of the records that belong to no leaderboard, by reason."""

    several_kinds: tuple[str, ...]
    seed_streams: tuple[str, ...]
    no_measure: tuple[str, ...]
    incomplete_folds: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many records are left out in all."""
        return len(self.several_kinds) + len(self.seed_streams) + len(self.no_measure) + len(self.incomplete_folds)


def leaderboards(records: Sequence[Record], *, confidence: float = 0.95) -> list[Leaderboard]:
    """Build the leaderboard of every kind that has one.

    A record belongs to the leaderboard of kind K if its recipe is the task's baseline except possibly in K, and on its
    column K is a kind that the task compares or some record deviates from the baseline in K. The plain baseline is
    therefore a row in each of them. The order of the records has no influence.

    Args:
        records: Records as plain mappings; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
    """
    members: defaultdict[str, defaultdict[Column, list[Record]]] = defaultdict(lambda: defaultdict(list))
    plain: defaultdict[Column, list[Record]] = defaultdict(list)
    wanted: set[tuple[str, Column]] = set()
    for record in whole_seeds(records):
        if _why_left_out(record):
            continue
        column, recipe, measure = column_of(record), record["spec"]["recipe"], record["results"]["measure"]
        wanted.update((kind, column) for kind in measure.get("compares", ()) if kind in recipe)
        deviating = deviations(recipe, measure["baseline"])
        if deviating:
            wanted.add((deviating[0], column))
            members[deviating[0]][column].append(record)
        else:
            plain[column].append(record)
    boards: defaultdict[str, dict[Column, list[Record]]] = defaultdict(dict)
    for kind, column in wanted:
        found = members[kind][column] + plain[column]
        if found:
            boards[kind][column] = found
    names = column_labels(sorted({column for held in boards.values() for column in held}))
    return [_leaderboard(kind, boards[kind], names, confidence) for kind in sorted(boards, key=kind_order)]


def left_out(records: Sequence[Record]) -> LeftOut:
    """Return the records that no leaderboard can hold, so that a page can say so."""
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    held = {record["id"] for record in whole_seeds(records)}
    for record in unique(records):
        reason = _why_left_out(record)
        # Of two reasons the folds are told: for them a record of several kinds is in no grid either.
        if record["id"] not in held and reason in (None, "several_kinds"):
            reason = "incomplete_folds"
        if reason:
            reasons[reason].append(record["id"])
    names = ("several_kinds", "seed_streams", "no_measure", "incomplete_folds")
    return LeftOut(*(tuple(sorted(reasons[name])) for name in names))


def unique(records: Iterable[Record]) -> list[Record]:
    """Return the records sorted by id, each id once: a trial that is given twice is no second seed."""
    by_id: dict[str, Record] = {}
    for record in records:
        known = by_id.get(record["id"])
        # Two records of one id differ in costs and environment only; which one stays must not depend on the order.
        if known is None or canonical(record) < canonical(known):
            by_id[record["id"]] = record
    return [by_id[id] for id in sorted(by_id)]


def whole_seeds(records: Iterable[Record]) -> list[Record]:
    """Return the records sorted by id, each id once, without those of seeds whose folds are not all there."""
    held = unique(records)
    # A fold that does not say what it measures is as good as missing.
    lacking = incomplete_folds([record for record in held if record["results"].get("measure")])
    return [record for record in held if record["id"] not in lacking]


def column_of(record: Record) -> Column:
    """Return what a record shares with all others of its column."""
    spec = record["spec"]
    return Column(
        task=spec["task"]["name"],
        task_version=spec["task"]["version"],
        epochs=spec["epochs"],
        batch_size=spec["batch_size"],
        precision=spec["precision"],
        device=spec["device"],
        engine=spec["engine"],
        folds=fold_count(record),
    )


def kind_order(kind: str) -> tuple[int, str]:
    """Return the key that sorts kinds into the order in which they are shown."""
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def column_labels(columns: Sequence[Column]) -> dict[Column, str]:
    """Return the task's name, followed by those parts of the budget in which several columns of that task differ."""
    shown = {
        "task_version": "v{}",
        "epochs": "{} epochs",
        "batch_size": "batch {}",
        "precision": "{}",
        "device": "{}",
        "engine": "engine {}",
    }
    result = {}
    for column in columns:
        siblings = [other for other in columns if other.task == column.task]
        parts = [
            form.format(getattr(column, field))
            for field, form in shown.items()
            if len({getattr(other, field) for other in siblings}) > 1
        ]
        folds = [f"{column.folds} folds"] if column.folds else []
        result[column] = " · ".join([column.task, *folds, *parts])
    return result


def _why_left_out(record: Record) -> str | None:
    measure = record["results"].get("measure")
    if not measure:
        return "no_measure"
    if record["spec"].get("streams"):
        # Seeds whose streams are set one by one are not independent draws: they answer another question.
        return "seed_streams"
    return "several_kinds" if len(deviations(record["spec"]["recipe"], measure["baseline"])) > 1 else None


def _leaderboard(
    kind: str, by_column: Mapping[Column, Sequence[Record]], names: Mapping[Column, str], confidence: float
) -> Leaderboard:
    columns = sorted(by_column)
    heads = [head_of(column, names[column], by_column[column]) for column in columns]
    trials: defaultdict[str, defaultdict[Column, list[Record]]] = defaultdict(lambda: defaultdict(list))
    components: dict[str, Components] = {}
    for column in columns:
        for record in by_column[column]:
            held = tuple(record["spec"]["recipe"].get(kind, ()))
            components[canonical(held)] = held
            trials[canonical(held)][column].append(record)
    keys = sorted(components)
    grid = [[entry_of(trials[key].get(head.column), head, confidence) for head in heads] for key in keys]
    for position, head in enumerate(heads):
        _rank(grid, position, head.direction)
    rows = []
    for key, label, entries in zip(keys, labels([components[key] for key in keys]), grid, strict=True):
        ranks = [entry.rank for entry in entries if entry is not None and entry.rank is not None]
        mean_rank = sum(ranks) / len(ranks) if ranks else None
        name = joined_name(components[key])
        rows.append(Row(label, name, components[key], tuple(entries), mean_rank, len(ranks)))
    # A mean over fewer tasks is another quantity: such rows stand below those that were ranked on all.
    rows.sort(key=lambda row: (row.mean_rank is None, -row.ranked, row.mean_rank or 0.0, row.label))
    return Leaderboard(kind, tuple(heads), tuple(rows), confidence)


def head_of(column: Column, label: str, records: Sequence[Record]) -> ColumnHead:
    """Return what the records of a column say of its task and budget."""
    measure = min((record["results"]["measure"] for record in records), key=canonical)
    return ColumnHead(
        column=column,
        label=label,
        primary=measure["primary"],
        direction=measure["direction"],
        targets=tuple(float(target) for target in measure["targets"]),
        saturated=saturated_targets(records),
        # Unknown to trials that died early; one that did not is enough.
        steps_per_epoch=max(record["results"]["measure"].get("steps_per_epoch") or 0 for record in records),
    )


def entry_of(records: Sequence[Record] | None, head: ColumnHead, confidence: float) -> Entry | None:
    """Return the entry of the trials that share a recipe, if there are any."""
    if not records:
        return None
    measure = records[0]["results"]["measure"]
    is_baseline = not deviations(records[0]["spec"]["recipe"], measure["baseline"])
    return summarize(records, head.saturated, is_baseline=is_baseline, confidence=confidence)


def _rank(grid: list[list[Entry | None]], position: int, direction: Direction) -> None:
    """Give every entry of one column its rank by the median; a column with fewer than two medians ranks nothing."""
    held = [(row, entry) for row, entries in enumerate(grid) if (entry := entries[position]) is not None]
    medians = [(row, entry, entry.final.estimate) for row, entry in held if entry.final is not None]
    if len(medians) < 2:
        return
    ranks = average_ranks([estimate for _, _, estimate in medians], direction)
    for (row, entry, estimate), rank in zip(medians, ranks, strict=True):
        grid[row][position] = replace(entry, rank=rank, leads=rank == min(ranks) and math.isfinite(estimate))
