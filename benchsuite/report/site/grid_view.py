"""Interaction grids as the page shows them: one table for each task and pair of kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import Entry, Grid
from benchsuite.report.site.words import Note, anchor, notes_of, title
from benchsuite.report.tables.grid_words import grid_format, left_out_text
from benchsuite.report.tables.numbers import (
    Format,
    deviation_text,
    folds_text,
    interval_text,
    outcome_word,
)


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair of settings.

    Args:
        median: The median over the seeds, in words.
        deviation: The standard deviation over the folds of a cross-validation; empty without them.
        interval: Its interval; empty with one seed.
        notes: What did not complete, one line each.
        shade: How good it is among all pairs, 0 (worst) to 4 (best); ``None`` where there is no number.
        leads: Whether no other pair is better.
        is_baseline: Whether it is the task's baseline recipe.
    """

    median: str
    deviation: str
    interval: str
    notes: tuple[Note, ...]
    shade: int | None
    leads: bool
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class GridView:
    """A grid as text."""

    title: str
    anchor: str
    row_kind: str
    column_kind: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[PairView | None, ...]], ...]


def grid_views(grids: Sequence[Grid], every: str) -> list[GridView]:
    """Return every grid as text.

    Args:
        grids: The grids.
        every: The file that has all trials.
    """
    return [_view(grid, every) for grid in grids]


def _view(grid: Grid, every: str) -> GridView:
    form = grid_format(grid)
    ranked = [entry.rank for line in grid.entries for entry in line if entry is not None and entry.rank is not None]
    worst = max(ranked, default=1.0)
    one, other = (kind.replace("_", " ") for kind in grid.kinds)
    folds = folds_text([grid.head.column.folds])
    said = left_out_text(grid, every)
    better = "larger" if grid.head.direction == "max" else "smaller"
    return GridView(
        title=f"{title(grid.kinds[0])} × {other} on {grid.head.label}",
        anchor=anchor("grid", f"{grid.kinds[0]}-{grid.kinds[1]}-{grid.head.label}"),
        row_kind=one,
        column_kind=other,
        caption=f"Test {grid.head.primary} after the last epoch, {better} is better: median over the seeds and its interval. "
        "Darker is better; the best pair in bold. If the order of the rows is another in each column, the two interact."
        + (f" ± standard deviation over the {folds} (mean over seeds)." if folds else "")
        + f" {said}" * bool(said),
        columns=grid.columns,
        rows=tuple(
            (label, tuple(_pair(entry, form, worst) for entry in line))
            for label, line in zip(grid.rows, grid.entries, strict=True)
        ),
    )


def _pair(entry: Entry | None, form: Format, worst: float) -> PairView | None:
    if entry is None:
        return None
    if entry.final is None:
        return PairView(outcome_word(entry.without_value), "", "", (), None, False, entry.is_baseline)
    shade = None if entry.rank is None or worst <= 1 else round(4 * (worst - entry.rank) / (worst - 1))
    interval = interval_text(entry.final, form) if entry.final.attained else ""
    deviation = deviation_text(entry, form)
    return PairView(
        form(entry.final.estimate), deviation, interval, notes_of(entry), shade, entry.leads, entry.is_baseline
    )
