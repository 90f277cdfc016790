"""Figures of one task: curves, seeds, sensitivity, grids, and what was measured in the layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.probes import layer_probes
from benchsuite.analysis.sample import column_labels
from benchsuite.analysis.sensitivity import Sensitivities, sensitivities
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.report.drawings.comparison import comparison, comparison_words
from benchsuite.report.drawings.grid_map import grid_picture
from benchsuite.report.drawings.learning_curves import ACROSS, draw_learning_curves
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.probe_map import probe_picture
from benchsuite.report.drawings.probe_scale import MEASURES
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.seed_strip import draw_seed_strip
from benchsuite.report.drawings.sensitivity import sensitivity_picture
from benchsuite.report.drawings.series import Series, series_of
from benchsuite.report.drawings.series_legend import Named, draw_legend, width_of
from benchsuite.report.figures.asked import FigureChoice, FigureSource, chosen_names, one_task
from benchsuite.report.tables.numbers import folds_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CURVES_HEIGHT = 3.5
"""Of the axes, in inches."""


def learning_curves(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the learning curves of a task beside what every seed ended with."""
    if asked.across not in ACROSS:
        raise unknown("thing that curves run over:", asked.across, ACROSS)
    return [_curves_of(source, asked, board, at) for board, at in source.columns(asked)]


def _curves_of(source: FigureSource, asked: FigureChoice, board: Leaderboard, at: int) -> Picture:
    head, series = board.columns[at], _series(source, asked, board, at)
    named = [Named(one.label, one.style, one.component, one.shade) for one in series]

    def draw(axes: Axes) -> Axes:
        over = folds_text([head.column.folds])
        draw_learning_curves(axes, series, head.primary, head.direction, over=over, across=asked.across)
        return draw_legend(axes, named, CURVES_HEIGHT)

    return Picture(
        f"learning-curves {board.key} {head.label}", f"{board.title} on {head.label}", comparison_words(series, head),
        draw, 5.6, CURVES_HEIGHT, Margins(0.7, 0.2 + (width_of(named, CURVES_HEIGHT) if named else 0)),
        lambda: comparison(series, head, across=asked.across),
    )  # fmt: skip


def seeds(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return what every seed of a task ended with."""
    return [_seeds_of(source, asked, board, at) for board, at in source.columns(asked)]


def _seeds_of(source: FigureSource, asked: FigureChoice, board: Leaderboard, at: int) -> Picture:
    head, series = board.columns[at], _series(source, asked, board, at)
    left = 0.35 + 0.066 * max((len(short(one.label)) for one in series), default=0)
    return Picture(
        f"seeds {board.key} {head.label}", f"{board.title} on {head.label}", comparison_words(series, head),
        lambda axes: draw_seed_strip(axes, series, head.primary, head.direction),
        5.6, max(0.6, 0.225 * len(series)), Margins(left, 0.3),
    )  # fmt: skip


def _series(source: FigureSource, asked: FigureChoice, board: Leaderboard, at: int) -> list[Series]:
    wanted = chosen_names(asked, board)
    held = series_of(board, at, source.records, source.styles, across=asked.across)
    return [one for one in held if one.label in wanted]


def sensitivity(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return what came of each value of a hyperparameter on a task."""
    board = source.boards(asked)[0]
    track = board.protocol.track
    found = sensitivities(
        source.contents.sample, source.contents.searches, kind=asked.kind, hyperparameter=asked.over,
        measure=asked.measure or "validation", track=track,
    )  # fmt: skip
    if not found:
        tried = "any search" if track != "default" else "trials that differ in nothing else"
        raise BenchsuiteError(
            f"no {asked.kind.replace('_', ' ')} has two values of {asked.over!r} in {tried}. `benchsuite sweep` tries some, and "
            "--track tuned draws those that a search tried."
        )
    labels = column_labels([one.column for one in found])
    task = one_task(asked.task, labels.values(), f"task on which {asked.over} was varied:")
    return [_sensitivity(source, asked, one, task) for one in found if labels[one.column] == task]


def _sensitivity(source: FigureSource, asked: FigureChoice, found: Sensitivities, task: str) -> Picture:
    held = tuple(one for one in found.held if not asked.components or {one.label, one.name} & set(asked.components))
    if not held:
        raise unknown(
            f"component with values of {asked.over} on {task}:", asked.components[0], [one.label for one in found.held]
        )
    shown = Sensitivities(found.column, found.hyperparameter, found.measure, found.quantity, found.direction, held)
    name = f"sensitivity {asked.kind} {asked.over} {task}"
    return sensitivity_picture(shown, asked.kind, source.styles, name, f"{task}: {found.measure} over {asked.over}")


def interactions(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the interaction grids of a task."""
    grids = source.contents.grids
    if not grids:
        raise BenchsuiteError(
            "no two kinds were varied together in these trials. `benchsuite run --cross KIND,KIND` does that, such as "
            "--cross optimizer,schedule --optimizer adam,sgd --schedule constant,cosine."
        )
    task = one_task(asked.task, (grid.head.label for grid in grids), "task with an interaction grid:")
    return [
        grid_picture(grid, f"interaction {' '.join(grid.kinds)} {task}", f"{' × '.join(grid.kinds).replace('_', ' ')} on {task}")
        for grid in grids
        if grid.head.label == task
    ]  # fmt: skip


def probe_maps(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return what was measured in the layers of a task: one picture for each measure."""
    found = layer_probes(source.contents.sample, source.probes)
    if not found:
        raise BenchsuiteError(
            "no layer of these trials was probed. `benchsuite run --probe` does that; the numbers lie in results/probes."
        )
    by_label = {one.head.label: one for one in found.values()}
    held = by_label[one_task(asked.task, by_label, "task whose layers were probed:")]
    there = [name for name in MEASURES if any(name in recipe.means for recipe in held.recipes)]
    if asked.measure and asked.measure not in there:
        raise unknown(f"measure of the layers of {held.head.label}:", asked.measure, there)
    chosen: Sequence[str] = [asked.measure] if asked.measure else there
    return [
        probe_picture(
            held, name, f"probes {name} {held.head.label}", f"{held.head.label}: {MEASURES[name].title.lower()}"
        )
        for name in chosen
    ]
