"""The measures of stored predictions in a task's section: a table of recipes, and the curves where there are two classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis.measures import DIRECTIONS, MeasureTable
from benchsuite.report.drawings.measures import measures_figure
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.tables.numbers import folds_text, number_text

MOST_CURVES = 8
"""Recipes whose curves are drawn; more would hide one another."""
MOST_ROWS = 200
"""Recipes in the table."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One recipe: its values as text, and which of them no other recipe beats."""

    label: str
    is_baseline: bool
    seeds: int
    values: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """The measures of one task.

    Args:
        heads: Name and arrow of each measure.
        rows: One for each recipe.
        folds: How many folds of a seed were pooled, in words; empty without a cross-validation.
        svg: ROC and precision–recall curves; empty unless there are two classes.
        left_out: How many recipes have curves that are not drawn.
        more_rows: How many recipes are not in the table.
    """

    heads: tuple[str, ...]
    rows: tuple[MeasureRow, ...]
    folds: str
    svg: str
    left_out: int
    more_rows: int


def measures_view(table: MeasureTable) -> MeasuresView:
    """Return the view of one task's measures."""
    names = table.measures
    best = {
        name: _best([recipe.values[name] for recipe in table.recipes if name in recipe.values], name) for name in names
    }
    shown = table.recipes[:MOST_ROWS]
    rows = tuple(
        MeasureRow(
            recipe.label,
            recipe.is_baseline,
            recipe.seeds,
            tuple(
                (number_text(recipe.values[name]), recipe.values[name] == best[name])
                if name in recipe.values
                else ("", False)
                for name in names
            ),
        )
        for recipe in shown
    )
    drawn = [recipe for recipe in table.recipes if recipe.roc and recipe.precision_recall]
    svg, folds = "", folds_text([table.column.folds])
    if drawn:
        description = f"ROC and precision–recall curves on {table.label}, class 1, first seed of each recipe"
        description += f", of the pooled test parts of {folds}" if folds else ""
        svg = to_svg(measures_figure(drawn[:MOST_CURVES]), f"measures/{table.label}", description)
    arrows = {"max": "↑", "min": "↓"}
    heads = tuple(f"{name.replace('_', ' ')} {arrows[DIRECTIONS[name]]}" for name in names)
    return MeasuresView(heads, rows, folds, svg, max(0, len(drawn) - MOST_CURVES), len(table.recipes) - len(shown))


def _best(values: Sequence[float], name: str) -> float:
    return max(values) if DIRECTIONS[name] == "max" else min(values)
