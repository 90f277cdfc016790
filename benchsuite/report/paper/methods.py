"""The methods section: what was done, in the words that a careful author would use, every number of it from records and searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchsuite.report.paper.facts import PaperFacts
from benchsuite.report.paper.on_computation import computation
from benchsuite.report.paper.on_evaluation import evaluation, failures, tests
from benchsuite.report.paper.on_tasks import tasks
from benchsuite.report.paper.on_tuning import hyperparameters
from benchsuite.report.paper.works import Bibliography

PARAGRAPHS: tuple[tuple[str, Callable[[PaperFacts, Bibliography], Iterator[str]]], ...] = (
    ("Tasks.", tasks),
    ("Hyperparameters.", hyperparameters),
    ("Evaluation.", evaluation),
    ("Tests.", tests),
    ("Failures.", failures),
    ("Computation.", computation),
)
"""Paragraph → its sentences, in LaTeX."""


def methods(facts: PaperFacts, bibliography: Bibliography) -> str:
    """Return the section in LaTeX, without its heading.

    Args:
        facts: What the paper is made of.
        bibliography: Takes in what is cited.
    """
    found = []
    for title, sentences in PARAGRAPHS:
        said = list(sentences(facts, bibliography))
        if said:
            found.append("\n".join([rf"\paragraph{{{title}}}", *said]))
    return "\n\n".join(found) + "\n"
