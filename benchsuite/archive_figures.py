"""The figures of a report on axes of one's own: what :class:`benchsuite.archive.Archive` can draw."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from benchsuite.report.drawings.picture import Picture
    from benchsuite.report.figures.asked import FigureChoice, FigureSource


class ArchiveFigures(ABC):
    """Draws the figures of ``benchsuite plot``: every method takes axes, or makes new ones, and returns them.

    What methods share: ``kind`` is which components are compared, ``track`` how their hyperparameters were chosen (the first
    track that the kind has, unless given), ``axes`` where to draw. All raise :class:`~benchsuite.errors.BenchsuiteError` where a
    name is that of nothing here, or there is nothing to draw.
    """

    @abstractmethod
    def _source(self) -> FigureSource:
        """Return what there is to draw."""

    def pictures(self, figure: str, asked: FigureChoice) -> list[Picture]:
        """Return all pictures of one figure that fit a choice, not drawn yet.

        Args:
            figure: Its name.
            asked: The choice.
        """
        from benchsuite.report.figures.figure_kinds import pictures

        return pictures(figure, self._source(), asked)

    def draw(self, figure: str, axes: Axes | None = None, **asked: Any) -> Axes:
        """Draw any figure of ``benchsuite plot --list`` by its name.

        Args:
            figure: Its name, such as ``ecdf``.
            axes: Where to draw; new ones unless given.
            asked: The choice: fields of :class:`~benchsuite.report.figures.asked.FigureChoice`.

        Returns:
            The axes.

        Raises:
            BenchsuiteError: If there is no such figure or nothing to draw, or several figures are what is asked.
        """
        from benchsuite.report.drawings.theme import theme
        from benchsuite.report.figures.asked import FigureChoice

        found = self.pictures(figure, FigureChoice(**asked))
        if len(found) != 1:
            raise BenchsuiteError(
                f"{len(found)} figures are what is asked: {'; '.join(one.title for one in found)}. Axes hold one: choose by track, "
                "budget, kind, task or measure."
            )
        with theme():
            return found[0].draw(axes if axes is not None else _new_axes(found[0]))

    def draw_learning_curves(
        self, task: str, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "", across: str = "step"
    ) -> Axes:
        """Draw the validation measure of a task over its training, the median of the seeds thick and each seed faint.

        Args:
            task: Name of the task; with several budgets or precisions the label that the leaderboard gives a column.
            kind: Which components are compared.
            axes: Where to draw; new ones unless given.
            track: How hyperparameters were chosen.
            across: What curves run over: ``step``, ``epoch`` or ``seconds``.

        Returns:
            The axes.

        Raises:
            BenchsuiteError: If the task has no trial that compares the kind.
        """
        return self.draw("learning-curves", axes, task=task, kind=kind, track=track, across=across)

    def draw_seeds(self, task: str, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the test value that every seed ended with, a row for each component, with the median and its interval.

        Arguments, result and errors are those of :meth:`draw_learning_curves`.
        """
        return self.draw("seeds", axes, task=task, kind=kind, track=track)

    def draw_sensitivity(
        self,
        task: str,
        over: str = "learning_rate",
        kind: str = "optimizer",
        axes: Axes | None = None,
        *,
        track: str = "",
    ) -> Axes:
        """Draw what came of each value of a hyperparameter on a task: of trials that differ in it alone, or of searches.

        Args:
            task: The task.
            over: The hyperparameter, a number above 0.
            kind: Which components are compared.
            axes: Where to draw; new ones unless given.
            track: ``tuned`` draws all that searches tried.
        """
        return self.draw("sensitivity", axes, task=task, over=over, kind=kind, track=track)

    def draw_heat_map(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the median score of each component on each task, from an untrained network to the best that is known."""
        return self.draw("heat-map", axes, kind=kind, track=track)

    def draw_performance_profile(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw on what share of the tasks each row is within a factor of the fastest to the middle target."""
        return self.draw("performance-profile", axes, kind=kind, track=track)

    def draw_ecdf(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the share of all targets that each row reached within parts of the budget."""
        return self.draw("ecdf", axes, kind=kind, track=track)

    def draw_budget_curves(
        self, kind: str = "optimizer", axes: Axes | None = None, *, task: str = "", track: str = ""
    ) -> Axes:
        """Draw what the best of k settings of a search is worth: on a task, or as the mean of scores over all."""
        return self.draw("budget-curves", axes, kind=kind, task=task, track=track)

    def draw_critical_difference(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw average ranks, and bars that join what is not told apart."""
        return self.draw("critical-difference", axes, kind=kind, track=track)

    def draw_rank_ranges(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the rank of each row by score, and the ranks that chance leaves open."""
        return self.draw("rank-ranges", axes, kind=kind, track=track)

    def draw_rank_robustness(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the rank of the first row without each task, seed and entrant."""
        return self.draw("rank-robustness", axes, kind=kind, track=track)

    def draw_forest(
        self, a: str, b: str, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "", measure: str = ""
    ) -> Axes:
        """Draw the paired difference of two components on every task, with its interval.

        Args:
            a: The first, a component or the label of a row.
            b: The second.
            kind: Of both.
            axes: Where to draw; new ones unless given.
            track: How hyperparameters were chosen.
            measure: What is compared; the test measure unless given.
        """
        return self.draw("forest", axes, components=(a, b), kind=kind, track=track, measure=measure)

    def draw_pareto(self, kind: str = "optimizer", axes: Axes | None = None, *, track: str = "") -> Axes:
        """Draw the score of each row against the time of its step, and the front of those that no other beats in both."""
        return self.draw("pareto", axes, kind=kind, track=track)

    def draw_interaction(self, task: str = "", axes: Axes | None = None) -> Axes:
        """Draw two kinds varied together on a task; the only such task unless one is named."""
        return self.draw("interaction", axes, task=task)

    def draw_probes(self, task: str, measure: str, axes: Axes | None = None) -> Axes:
        """Draw what was measured in the layers of a task after each epoch, under its baseline.

        Args:
            task: The task.
            measure: Such as ``gradient_norm``.
            axes: Where to draw; new ones unless given.
        """
        return self.draw("probes", axes, task=task, measure=measure)


def _new_axes(picture: Picture) -> Axes:
    """Return new axes of the size that a picture has by itself."""
    from matplotlib import pyplot

    room = picture.margins
    width, height = room.left + picture.width + room.right, room.bottom + picture.height + room.top
    place = (room.left / width, room.bottom / height, picture.width / width, picture.height / height)
    return pyplot.figure(figsize=(width, height)).add_axes(place)
