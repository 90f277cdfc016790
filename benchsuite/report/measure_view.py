"""The measures of stored predictions in a task's section: a table of recipes, and the curves where there are two classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.measures import DIRECTIONS, Curve, Measured, MeasureTable
from benchsuite.report.board_view import number_text
from benchsuite.report.figures import theme
from benchsuite.report.numbers import folds_text
from benchsuite.report.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CURVES = 8
"""Recipes whose curves are drawn; more would hide one another."""


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
    """

    heads: tuple[str, ...]
    rows: tuple[MeasureRow, ...]
    folds: str
    svg: str
    left_out: int


def measures_view(table: MeasureTable) -> MeasuresView:
    """Return the view of one task's measures."""
    names = table.measures
    best = {
        name: _best([recipe.values[name] for recipe in table.recipes if name in recipe.values], name) for name in names
    }
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
        for recipe in table.recipes
    )
    drawn = [recipe for recipe in table.recipes if recipe.roc and recipe.precision_recall]
    svg, folds = "", folds_text([table.column.folds])
    if drawn:
        description = f"ROC and precision–recall curves on {table.label}, class 1, first seed of each recipe"
        description += f", of the pooled test parts of {folds}" if folds else ""
        svg = to_svg(_figure(drawn[:MOST_CURVES]), f"measures/{table.label}", description)
    arrows = {"max": "↑", "min": "↓"}
    heads = tuple(f"{name.replace('_', ' ')} {arrows[DIRECTIONS[name]]}" for name in names)
    return MeasuresView(heads, rows, folds, svg, max(0, len(drawn) - MOST_CURVES))


def _best(values: Sequence[float], name: str) -> float:
    return max(values) if DIRECTIONS[name] == "max" else min(values)


def _figure(recipes: Sequence[Measured]) -> Figure:
    import seaborn as sns
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=(8.5, 3.4), facecolor="none", layout="constrained")
        left, right = figure.subplots(1, 2)
        for recipe, colour in zip(recipes, sns.color_palette("colorblind", len(recipes)), strict=True):
            for axes, curve in ((left, recipe.roc), (right, recipe.precision_recall)):
                assert isinstance(curve, Curve)
                axes.plot(curve.x, curve.y, color=colour, linewidth=1.4, label=recipe.label)
        left.plot([0, 1], [0, 1], color="0.6", linewidth=0.8, linestyle=":")
        left.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
        right.set(xlabel="recall", ylabel="precision", title="Precision and recall")
        for axes in (left, right):
            axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
        right.legend(loc="lower left", fontsize=7.5, frameon=False)
    return figure
