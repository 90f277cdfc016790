"""The table of figures: name → what it shows, what may be chosen, and who makes it of the contents of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.figures import of_axis, of_board, of_claim, of_pair, of_search, of_task
from benchsuite.report.figures.asked import FigureChoice, FigureSource

BOARD = ("kind", "track", "change", "budget")
"""What chooses a leaderboard."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One sort of figure.

    Args:
        summary: What it shows, a line.
        takes: Which fields of :class:`~benchsuite.report.figures.asked.FigureChoice` mean something to it.
        make: Makes one picture for each leaderboard or measure that fits what is asked.
    """

    summary: str
    takes: tuple[str, ...]
    make: Callable[[FigureSource, FigureChoice], list[Picture]]


FIGURES: Mapping[str, FigureKind] = {
    "learning-curves": FigureKind(
        "Validation measure over training, median with interval and faint seeds, beside what every seed ended with.",
        (*BOARD, "task", "components", "across"), of_task.learning_curves,
    ),
    "seeds": FigureKind(
        "What every seed ended with on a task, with the median and its interval.", (*BOARD, "task", "components"), of_task.seeds
    ),
    "sensitivity": FigureKind(
        "What came of each value of a hyperparameter on a task.",
        ("kind", "track", "change", "task", "components", "over", "measure"), of_task.sensitivity,
    ),
    "heat-map": FigureKind("Scores of components × tasks.", (*BOARD, "components"), of_board.heat_maps),
    "performance-profile": FigureKind(
        "Share of tasks on which a row is within a factor of the fastest.", (*BOARD, "components", "measure"), of_board.profiles
    ),
    "ecdf": FigureKind("Share of targets reached within parts of the budget.", (*BOARD, "components"), of_board.ecdfs),
    "budget-curves": FigureKind(
        "What the best of k settings of a search is worth, on a task or over all.", (*BOARD, "task", "components"),
        of_search.budget_curves,
    ),
    "critical-difference": FigureKind("Average ranks, and bars that join what is not told apart.", BOARD, of_board.critical_differences),
    "rank-ranges": FigureKind("Score of every row, and the ranks that chance leaves open.", BOARD, of_board.rank_ranges),
    "rank-robustness": FigureKind("Whether the first is still first without one task, seed or entrant.", BOARD, of_board.robustnesses),
    "forest": FigureKind(
        "Paired differences of two components on every task, with intervals.", (*BOARD, "components", "measure"), of_pair.forests
    ),
    "scaling": FigureKind(
        "Two components along an axis of a task: both, their difference, and the speed-up with its trend.",
        (*BOARD, "task", "components", "over", "measure"), of_axis.scalings,
    ),
    "instances": FigureKind(
        "Difference of two components on every instance of a task, with intervals.", (*BOARD, "task", "components"), of_pair.instances
    ),
    "pareto": FigureKind("Score against the time of a step, and the front.", (*BOARD, "components"), of_board.trade_offs),
    "interaction": FigureKind("Two kinds varied together on a task.", ("task",), of_task.interactions),
    "probes": FigureKind("What was measured in the layers of a task after each epoch.", ("task", "measure"), of_task.probe_maps),
    "claim": FigureKind(
        "Every seed of a claim, part by part, with the interval and the region in which it holds.", ("components",), of_claim.claim_effects
    ),
}  # fmt: skip
"""In the order of a list of them."""


def pictures(name: str, source: FigureSource, asked: FigureChoice | None = None) -> list[Picture]:
    """Return the pictures of one sort that fit what is asked.

    Args:
        name: Of the sort, one of :data:`FIGURES`.
        source: What there is to draw.
        asked: The choice.

    Raises:
        BenchsuiteError: If there is no such sort, something was chosen that means nothing to it, or there is nothing to draw.
    """
    figure = figure_kind(name)
    asked = asked or FigureChoice()
    usual = FigureChoice()
    for one in fields(FigureChoice):
        if one.name not in figure.takes and getattr(asked, one.name) != getattr(usual, one.name):
            raise BenchsuiteError(
                f"a figure {name!r} has no choice of {one.name}. Received: {getattr(asked, one.name)!r}. "
                f"What can be chosen: {', '.join(figure.takes)}."
            )
    return figure.make(source, asked)


def figure_kind(name: str) -> FigureKind:
    """Return a sort of figure.

    Raises:
        BenchsuiteError: If there is none of that name.
    """
    if name not in FIGURES:
        raise unknown("figure", name, FIGURES)
    return FIGURES[name]
