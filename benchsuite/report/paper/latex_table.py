"""A table of a paper: booktabs, no wider than a line, no longer than a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.report.tables.latex import escaped

MOST_ROWS = 44
"""Rows of one float; what is longer goes on in the next."""
MADE = "% Made by `benchsuite paper`; it is written again by the next one, unless it was edited."


@dataclass(frozen=True)
class LatexCell:
    """A cell.

    Args:
        text: What stands in it, as anybody wrote it.
        bold: Whether it stands out.
        cite: What follows it, as LaTeX.
    """

    text: str
    bold: bool = False
    cite: str = ""

    @property
    def latex(self) -> str:
        """The cell as LaTeX."""
        text = escaped(self.text)
        return (rf"\textbf{{{text}}}" if self.bold and text else text) + self.cite


@dataclass(frozen=True)
class LatexTable:
    """A table.

    Args:
        slug: Names its file and its label.
        caption: As LaTeX.
        heads: One for each column, as anybody wrote it.
        align: A letter for each column: ``l``, ``r``, or ``p{...}``.
        rows: As many cells each.
        notes: What stands below it, as LaTeX, one sentence or more each.
        groups: Places before which a little room is left.
        most: Rows of one float.
    """

    slug: str
    caption: str
    heads: tuple[str, ...]
    align: tuple[str, ...]
    rows: tuple[tuple[LatexCell, ...], ...]
    notes: tuple[str, ...] = ()
    groups: frozenset[int] = frozenset()
    most: int = MOST_ROWS

    @property
    def latex(self) -> str:
        """The file: a float, or as many as it takes."""
        starts = range(0, max(len(self.rows), 1), self.most)
        parts = [self._float(start, last=start == starts[-1]) for start in starts]
        return "\n".join([MADE, *parts])

    def _float(self, start: int, *, last: bool) -> str:
        lines = []
        for place in range(start, min(start + self.most, len(self.rows))):
            if place in self.groups and place > start:
                lines.append(r"\addlinespace")
            lines.append(" & ".join(cell.latex for cell in self.rows[place]) + r" \\")
        label = [rf"\label{{tab:{self.slug}}}"] if not start else []
        caption = self.caption if not start else rf"Continuation of Table~\ref{{tab:{self.slug}}}."
        notes = " ".join(self.notes) if last else ""
        return "\n".join(
            [
                r"\begin{table}[htbp]",
                r"\centering\small",
                rf"\caption{{{caption}}}",
                *label,
                # As wide as it is, but never wider than a line.
                r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
                rf"\begin{{tabular}}{{{''.join(self.align)}}}",
                r"\toprule",
                " & ".join(map(escaped, self.heads)) + r" \\",
                r"\midrule",
                *lines,
                r"\bottomrule",
                r"\end{tabular}}",
                *([r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize {notes}}}"] if notes else []),
                r"\end{table}",
                "",
            ]
        )


def cells(texts: Sequence[str]) -> tuple[LatexCell, ...]:
    """Return a row of plain cells."""
    return tuple(map(LatexCell, texts))
