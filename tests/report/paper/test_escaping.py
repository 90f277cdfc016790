"""Text of anybody means itself in LaTeX and in BibTeX, whatever it holds."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.report.tables.latex import escaped, escaped_for_bibtex

ANY_TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\\{}$&#%_^~<>|\"'`[]*-,.–—×±∞ε²₂ \t\n")), max_size=60
)
COMMANDS = re.compile(
    r"\\text[a-z]+\{\}|\\dots\{\}|\\[{}$&#%_]|\$\\?[A-Za-z|]+\$|\$[\^_]\{\d\}\$|\$-\$|\{\[\}|\{\]\}|\{\*\}|\{\[\}U\+[0-9A-F]{4,6}\{\]\}"
    r"|-\{\}|,\{\}"
)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_nothing_is_left_that_latex_obeys(text: str):
    left = COMMANDS.sub("", escaped(text))
    assert not re.search(r"[\\{}$&#%_^<>|\"\[\]*]", left), left
    assert not re.search(
        r"--|,,", COMMANDS.sub("x", escaped(text)).replace("--", "", text.count("–") + 2 * text.count("—"))
    )
    assert all(letter == " " or letter.isprintable() for letter in left)
    assert max(map(ord, left), default=0) < 0x180


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_a_field_of_bibtex_ends_where_it_should(text: str):
    depth = 0
    for letter in escaped_for_bibtex(text):
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0


def test_every_letter_that_is_written_as_itself_compiles(tmp_path: Path):
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex here: texlive-latex-base has it")
    letters = [
        chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x370, 0x400), *range(0x2010, 0x2060))
    ]
    letters += list("⁰¹²³₀₁₂√∞∇→↑↓≈≠≤≥−名\U0001f600\u0301")
    # Alone, at the beginning of a cell after a line's end, and twice.
    rows = "\n".join(rf"{escaped(letter)}x & {escaped(letter * 2)} \\" for letter in letters)
    text = "\n".join(
        [
            r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{textcomp}\begin{document}",
            *(rf"\begin{{tabular}}{{ll}}{chunk}\end{{tabular}}\par" for chunk in _chunks(rows.splitlines(), 40)),
            r"\end{document}",
        ]
    )
    (tmp_path / "all.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in done.stdout


def _chunks(lines: list[str], size: int) -> list[str]:
    return ["\n" + "\n".join(lines[at : at + size]) + "\n" for at in range(0, len(lines), size)]
