"""All files of a paper, each made once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchsuite.report.contents import Contents
from benchsuite.report.figures.asked import FigureSource
from benchsuite.report.paper.board_tables import ranking_table, result_tables
from benchsuite.report.paper.document import MAIN, MAKEFILE, README, results
from benchsuite.report.paper.facts import Declared, PaperFacts
from benchsuite.report.paper.figures import board_figures
from benchsuite.report.paper.latex_table import MADE
from benchsuite.report.paper.methods import methods
from benchsuite.report.paper.other_tables import failure_table, setting_table, space_table, task_table
from benchsuite.report.paper.works import Bibliography
from benchsuite.report.paper.writing import PaperFolder, write_folder


def paper_files(facts: PaperFacts, *, figures: bool = True) -> dict[str, bytes]:
    """Return name → content of all files; equal facts give equal bytes.

    Args:
        facts: What the paper is made of.
        figures: Whether figures are drawn, which takes most of the time.
    """
    bibliography = Bibliography()
    files: dict[str, bytes] = {}
    text = methods(facts, bibliography)
    of_boards = []
    source = FigureSource(facts.contents)
    for one in facts.boards:
        tables = [ranking_table(one, facts, bibliography), *result_tables(one)]
        of_boards.append((one, tables, list(board_figures(one, source)) if figures else []))
    found = (task_table(facts, bibliography), space_table(facts), setting_table(facts), failure_table(facts))
    others = [table for table in found if table is not None]
    for table in [table for _, tables, _ in of_boards for table in tables] + others:
        files[f"tables/{table.slug}.tex"] = table.latex.encode()
    for _, _, drawn in of_boards:
        files |= {f"figures/{figure.slug}.pdf": figure.pdf for figure in drawn}
    files["methods.tex"] = f"{MADE}\n{text}".encode()
    files["results.tex"] = results(of_boards, others).encode()
    files["references.bib"] = bibliography.bibtex().encode()
    return files | {"main.tex": MAIN.encode(), "Makefile": MAKEFILE.encode(), "README.md": README.encode()}


def write_paper(contents: Contents, folder: Path, declared: Declared, kinds: Sequence[str] = ()) -> PaperFolder:
    """Write a paper's folder.

    Args:
        contents: Of the report.
        folder: Where it goes; made if it is missing. The folder that it lies in must be there.
        declared: What is declared of components.
        kinds: The kinds whose leaderboards are shown; all unless given.

    Raises:
        BenchsuiteError: If a file cannot be written.
    """
    return write_folder(folder, paper_files(PaperFacts.of(contents, declared, kinds)))
