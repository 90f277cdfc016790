"""The parts of a paper that are no table: ``main.tex``, ``results.tex`` that takes in all others, and how to compile it."""

from __future__ import annotations

from collections.abc import Sequence

from benchsuite.report.paper.facts import BoardFacts
from benchsuite.report.paper.figures import PaperFigure
from benchsuite.report.paper.latex_table import MADE, LatexTable
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.ranking_words import said_of

MAIN = r"""% Yours: once you changed it, `benchsuite paper` leaves it alone.
\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{textcomp}
\usepackage[a4paper,margin=2.5cm]{geometry}
\usepackage{array}
\usepackage{graphicx}
\usepackage{booktabs}
\usepackage{url}
\emergencystretch=3em
% Two figures of a page's width share a page, where the defaults would give each of them one.
\setcounter{topnumber}{4}
\setcounter{totalnumber}{6}
\renewcommand{\topfraction}{0.9}
\renewcommand{\bottomfraction}{0.6}
\renewcommand{\textfraction}{0.07}
\renewcommand{\floatpagefraction}{0.8}

\title{A comparison with benchsuite}
\author{}
\date{}

\begin{document}
\maketitle

\section{Methods}
\input{methods}

\section{Results}
\input{results}

\bibliographystyle{plain}
\bibliography{references}

\end{document}
"""

MAKEFILE = """# make, or by hand what README.md says.
all: main.pdf

main.pdf: main.tex methods.tex results.tex references.bib $(wildcard tables/*.tex) $(wildcard figures/*.pdf)
\tpdflatex -interaction=nonstopmode -halt-on-error main
\tbibtex main
\tpdflatex -interaction=nonstopmode -halt-on-error main
\tpdflatex -interaction=nonstopmode -halt-on-error main

clean:
\trm -f main.aux main.bbl main.blg main.log main.out main.pdf

.PHONY: all clean
"""

README = """# A paper made of results

`benchsuite paper` wrote this folder. It compiles as it is, with `make` or by hand:

    pdflatex main
    bibtex main
    pdflatex main
    pdflatex main

| file | what it is |
|---|---|
| `main.tex` | yours: once you changed it, it is left alone |
| `methods.tex` | how it was done: tasks, budgets, tuning, seeds, intervals, tests, failures, machines; every number is of the records |
| `results.tex` | takes in all tables and figures, one section for each leaderboard |
| `tables/` | one file for each table, for `booktabs`, `array` and `graphicx` |
| `figures/` | one PDF for each figure |
| `references.bib` | everything used, made of what components and tasks say of themselves: complete it where titles are missing |

What you edit stays: a file that is not as `benchsuite paper` wrote it is left alone by the next one, which puts what it
would have written beside it, as `NAME.new`. `written.json` has the SHA-256 of what was written.
"""


def results(
    of_boards: Sequence[tuple[BoardFacts, Sequence[LatexTable], Sequence[PaperFigure]]], others: Sequence[LatexTable]
) -> str:
    """Return ``results.tex``.

    Args:
        of_boards: Each leaderboard with its tables and figures.
        others: The tables that belong to none.
    """
    lines = [MADE]
    for one, tables, figures in of_boards:
        title = escaped(one.board.title[0].upper() + one.board.title[1:])
        said = said_of(one.board)
        lines += [
            "",
            rf"\subsection{{{title}}}",
            f"{one.table} has the ranking. " + " ".join(map(escaped, said.lines)),
            "",
        ]
        lines += [rf"\input{{tables/{table.slug}}}" for table in tables]
        lines += [figure.latex for figure in figures]
        lines += [r"\clearpage"]
    lines += ["", r"\subsection{Tasks, searches and failures}"]
    lines += [rf"\input{{tables/{table.slug}}}" for table in others]
    lines += [r"\clearpage", ""]
    return "\n".join(lines)
