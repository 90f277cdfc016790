"""Tables of rankings as LaTeX, with the rules of booktabs, to be taken into a paper by ``\\input``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchsuite.report.tables.ranking_cells import NAME, Cells
from benchsuite.text import one_line

NEEDS = (
    "% Needs \\usepackage[T1]{fontenc} and \\usepackage{booktabs}; of wide tables \\usepackage{graphicx} and \\resizebox may be "
    "of use.\n"
)
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}", "[": "{[}", "]": "{]}", "*": "{*}",
    "–": "--", "—": "---", "÷": r"$\div$", "×": r"$\times$", "±": r"$\pm$", "−": "$-$", "∞": r"$\infty$", "·": r"$\cdot$",
    "≥": r"$\geq$", "≤": r"$\leq$", "→": r"$\to$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "\u00a0": "~", "…": r"\dots{}",
    "“": "``", "”": "''", "‘": "`", "’": "'", "≈": r"$\approx$", "≠": r"$\neq$", "√": r"$\surd$", "∇": r"$\nabla$",
    "ε": r"$\varepsilon$", "φ": r"$\varphi$", "ο": "$o$", "‖": r"$\|$",
    **{letter: rf"$\{word}$" for letter, word in zip(
        "αβγδζηθικλμνξπρστυχψωΓΔΘΛΞΠΣΥΦΨΩ",
        [
            "alpha", "beta", "gamma", "delta", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
            "pi", "rho", "sigma", "tau", "upsilon", "chi", "psi", "omega", "Gamma", "Delta", "Theta",
            "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
        ], strict=True)},
    **{letter: f"$^{{{digit}}}$" for digit, letter in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{letter: f"$_{{{digit}}}$" for digit, letter in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
# Two hyphens, or two commas, in a row would become one letter.
_ANY = re.compile("|".join(["-(?=-)", ",(?=,)", *map(re.escape, _SPECIAL)]))
_BY_NUMBER = frozenset("ĦħĸĿŀŉŦŧſ")
"""Latin letters that LaTeX does not know."""


def latex(tables: Iterable[Cells]) -> str:
    """Return all tables, each an environment of its own: what it is of in its caption, its notes in small print below it."""
    return NEEDS + "\n".join(_table(table) for table in tables)


def escaped(text: str) -> str:
    """Return a text that means itself in LaTeX; a letter that it may lack is written as its number."""
    found = _ANY.sub(_written, one_line(text))
    # Latin letters and their accents are known to every LaTeX that reads UTF-8 and has the encoding T1.
    return "".join(
        letter if ord(letter) < 0x180 and letter not in _BY_NUMBER else f"{{[}}U+{ord(letter):04X}{{]}}"
        for letter in found
    )


def escaped_for_bibtex(text: str) -> str:
    r"""Return a text that means itself in a field of BibTeX, which counts braces whatever stands before them."""
    return escaped(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")


def _written(match: re.Match[str]) -> str:
    letter = match.group()
    return letter + "{}" if letter in "-," else _SPECIAL[letter]


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
