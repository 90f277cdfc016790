"""The drawing of ROC and precision–recall curves side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis.measures import Curve, Measured
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def measures_figure(recipes: Sequence[Measured]) -> Figure:
    """Return a figure of recipes that have both curves: ROC on the left, precision against recall on the right."""
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
