"""The figures of a paper as PDF: those of the report, in the same colours. Equal boards give equal bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.theme import theme
from benchsuite.report.figures.asked import FigureChoice, FigureSource
from benchsuite.report.figures.figure_kinds import pictures
from benchsuite.report.paper.facts import BoardFacts, safe_names
from benchsuite.report.tables.latex import escaped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchsuite.report.drawings.picture import Picture

MOST_CURVES = 6
"""Tasks of a leaderboard whose learning curves are drawn: the first ones. The report has those of all."""
CAPTIONS = {
    "rank-ranges": "on the left the score of each row with its interval, on the right its rank by score and the ranks that are left open; "
    "bars join rows that are not told apart",
    "critical-difference": "average ranks of the medians, the best on the left; bars join rows that nothing tells apart",
    "heat-map": "scores by task, from an untrained network to the best that is known",
    "performance-profile": "share of tasks on which a row takes at most so many times the steps of the fastest to the middle target",
    "ecdf": "share of targets that were reached within a part of the budget",
    "pareto": "score against the time of a step; the line joins rows that no other beats in both",
    "rank-robustness": "rank of the first row when one thing is left out",
    "budget-curves": "what the best of k settings of a search is worth",
}
"""Figures of a leaderboard, in the order in which they stand → what they show. One that has nothing to draw is left out."""


@dataclass(frozen=True)
class PaperFigure:
    """A figure with its caption.

    Args:
        slug: Names its file, ``figures/SLUG.pdf``, and its label.
        caption: As LaTeX.
        pdf: The file's content.
    """

    slug: str
    caption: str
    pdf: bytes

    @property
    def latex(self) -> str:
        """The float that shows it."""
        return "\n".join(
            [
                r"\begin{figure}[htbp]",
                r"\centering",
                rf"\includegraphics[width=\linewidth,height=0.8\textheight,keepaspectratio]{{figures/{self.slug}.pdf}}",
                rf"\caption{{{self.caption}}}",
                rf"\label{{fig:{self.slug}}}",
                r"\end{figure}",
                "",
            ]
        )


def board_figures(one: BoardFacts, source: FigureSource, curves: int = MOST_CURVES) -> Iterator[PaperFigure]:
    """Draw a leaderboard as a whole, and learning curves.

    Args:
        one: The leaderboard.
        source: What there is to draw.
        curves: Tasks whose learning curves are drawn at most.
    """
    board = one.board
    title = escaped(board.title[0].upper() + board.title[1:])
    asked = FigureChoice(board.kind, board.protocol.track, board.change, board.protocol.budget or None)
    for sort, caption in CAPTIONS.items():
        for picture in _found(sort, source, asked, board.key)[:1]:
            yield PaperFigure(f"{sort}-{one.slug}", f"{title}: {caption}.", pdf(picture.figure()))
    labels = [head.label for head in board.columns]
    for label, slug in list(zip(labels, safe_names(labels), strict=True))[:curves]:
        for picture in _found("learning-curves", source, replace(asked, task=label), board.key)[:1]:
            caption = f"{title} on {escaped(label)}: the validation measure over training, the median over seeds thick and each seed faint."
            # Without what stands beside it on a page: the tables have that.
            yield PaperFigure(f"curves-{one.slug}-{slug}", caption, pdf(replace(picture, compose=None).figure()))


def _found(sort: str, source: FigureSource, asked: FigureChoice, key: str) -> list[Picture]:
    """Return the pictures of a sort that are of one leaderboard; none where there is nothing to draw."""
    try:
        found = pictures(sort, source, asked)
    except BenchsuiteError:
        return []
    return [picture for picture in found if f" {key}" in picture.name]


def pdf(figure: Figure) -> bytes:
    """Return a figure as PDF, without a date."""
    import matplotlib as mpl

    file = io.BytesIO()
    # A letter that no font here has is drawn as a box; the tables have its number.
    with warnings.catch_warnings(), theme(), mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 9}):
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(file, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})
    return file.getvalue()
