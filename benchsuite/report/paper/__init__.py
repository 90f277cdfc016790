"""A paper made of results: tables, figures, a methods section and a bibliography, in a folder that compiles as it is.

Importing this package is cheap; seaborn is imported when figures are drawn.
"""

from benchsuite.report.paper.facts import Declared, PaperFacts
from benchsuite.report.paper.making import paper_files, write_paper
from benchsuite.report.paper.writing import PaperFolder, check_folder

__all__ = ["Declared", "PaperFacts", "PaperFolder", "check_folder", "paper_files", "write_paper"]
