"""The figures of a paper as PDF: those of the report, in the same colours. Equal boards give equal bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.report.drawings.comparison import comparison
from benchsuite.report.drawings.critical_difference import board_ranks_figure
from benchsuite.report.drawings.palette import Styles, styles_of
from benchsuite.report.drawings.ranking import ranking_figure
from benchsuite.report.drawings.robustness import robustness_figure
from benchsuite.report.drawings.room import Room
from benchsuite.report.drawings.series import series_of
from benchsuite.report.drawings.theme import theme
from benchsuite.report.paper.facts import BoardFacts, PaperFacts, safe_names
from benchsuite.report.tables.latex import escaped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CURVES = 6
"""Tasks of a leaderboard whose learning curves are drawn: the first ones. The report has those of all."""
ROOM = Room(rows=24, lines=150, points=3000, dots=500)


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
                rf"\includegraphics[width=\linewidth,height=0.9\textheight,keepaspectratio]{{figures/{self.slug}.pdf}}",
                rf"\caption{{{self.caption}}}",
                rf"\label{{fig:{self.slug}}}",
                r"\end{figure}",
                "",
            ]
        )


def board_figures(one: BoardFacts, facts: PaperFacts, curves: int = MOST_CURVES) -> Iterator[PaperFigure]:
    """Draw a leaderboard: its ranking, its average ranks, what holds of its first place, and learning curves.

    Args:
        one: The leaderboard.
        facts: Of the paper.
        curves: Tasks whose learning curves are drawn at most.
    """
    styles: Styles = styles_of(held.board for held in facts.boards)
    board = one.board
    title = escaped(board.title[0].upper() + board.title[1:])
    ranking = ranking_figure(board, styles)
    if ranking is not None:
        yield PaperFigure(
            f"ranking-{one.slug}",
            f"{title}: on the left the score of each row with its interval, on the right its rank by score and the ranks that are left "
            "open; bars join rows that are not told apart.",
            pdf(ranking),
        )
    ranks = board_ranks_figure(board, styles)
    if ranks is not None:
        yield PaperFigure(
            f"ranks-{one.slug}", f"{title}: average ranks of the medians. {escaped(ranks[1])}", pdf(ranks[0])
        )
    robust = robustness_figure(board)
    if robust is not None:
        yield PaperFigure(
            f"robustness-{one.slug}", f"{title}: what becomes of the first row when one thing is left out.", pdf(robust)
        )
    by_drawn = {(held.kind, held.key): held for held in facts.contents.drawn}
    drawn = by_drawn.get((board.kind, board.key), board)
    by_id = {record.id: record for record in facts.contents.records}
    heads = drawn.columns[:curves]
    for at, (head, slug) in enumerate(zip(heads, safe_names([head.label for head in drawn.columns]), strict=False)):
        series = series_of(drawn, at, by_id, styles, ROOM)
        if series:
            yield PaperFigure(
                f"curves-{one.slug}-{slug}",
                f"{title} on {escaped(head.label)}: validation {escaped(head.primary)} over training steps, the median over seeds thick and "
                "each seed faint; on the right what every seed reached on the test part.",
                pdf(comparison(series, head, ROOM)),
            )


def pdf(figure: Figure) -> bytes:
    """Return a figure as PDF, without a date."""
    import matplotlib as mpl

    file = io.BytesIO()
    with theme(), mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 9}):
        figure.savefig(file, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})
    return file.getvalue()
