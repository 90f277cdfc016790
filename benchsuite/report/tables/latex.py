"""Tables of rankings as LaTeX, with the rules of booktabs, to be taken into a paper by ``\\input``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchsuite.report.tables.ranking_cells import NAME, Cells
from benchsuite.text import one_line

NEEDS = "% Needs \\usepackage{booktabs}; of wide tables \\usepackage{graphicx} and \\resizebox may be of use.\n"
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}", "[": "{[}", "]": "{]}",
    "–": "--", "÷": r"$\div$", "×": r"$\times$", "±": r"$\pm$", "−": "$-$", "∞": r"$\infty$", "·": r"$\cdot$",
    "≥": r"$\geq$", "≤": r"$\leq$", "→": r"$\to$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "\u00a0": "~", "…": r"\dots{}",
    "“": "``", "”": "''", "ε": r"$\varepsilon$", "α": r"$\alpha$", "β": r"$\beta$", "λ": r"$\lambda$", "μ": r"$\mu$",
}  # fmt: skip
_ANY = re.compile("|".join(map(re.escape, _SPECIAL)))


def latex(tables: Iterable[Cells]) -> str:
    """Return all tables, each an environment of its own: what it is of in its caption, its notes in small print below it."""
    return NEEDS + "\n".join(_table(table) for table in tables)


def escaped(text: str) -> str:
    """Return a text that means itself in LaTeX; a letter that plain LaTeX may lack is written as its number."""
    found = _ANY.sub(lambda match: _SPECIAL[match.group()], one_line(text))
    # Latin letters and their accents are known to every LaTeX that reads UTF-8.
    return "".join(letter if ord(letter) < 0x180 else f"{{[}}U+{ord(letter):04X}{{]}}" for letter in found)


def _table(table: Cells) -> str:
    columns = "".join("l" if head == NAME else "r" for head in table.heads)
    caption = f"{escaped(table.title)}."
    notes = " ".join(map(escaped, table.notes))
    lines = [" & ".join(map(escaped, row)) + r" \\" for row in table.rows]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{caption}}}",
            r"\centering",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(escaped, table.heads)) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            *([r"\par\smallskip", rf"{{\footnotesize\raggedright {notes}\par}}"] if notes else []),
            r"\end{table}",
            "",
        ]
    )
