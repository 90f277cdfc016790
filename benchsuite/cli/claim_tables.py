"""Verdicts on claims on a terminal: one table of all, and of few what each part says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import paragraph, say, show

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.claim_verdicts import ClaimVerdict

FEW = 3
"""Claims of which every part is told; of more the table alone, and what must be said."""


def tell_verdicts(verdicts: Sequence[ClaimVerdict], remarks: Mapping[str, Sequence[str]], console: Console) -> None:
    """Print verdicts.

    Args:
        verdicts: The verdicts.
        remarks: Name of a claim → what is to be said beside its verdict.
        console: Where to.
    """
    from benchsuite.report.tables.claim_edges import edges_line
    from benchsuite.report.tables.claim_table import claim_table

    say(console, "")
    show(console, claim_table(verdicts))
    for verdict in verdicts:
        if len(verdicts) <= FEW:
            say(console, "[bold]{}[/] {}: [bold]{}[/]", verdict.label, verdict.name, verdict.word)
            tell_parts(verdict, console)
            lines = list(remarks[verdict.name])
        else:
            lines = [*filter(None, [edges_line(verdict)]), *remarks[verdict.name]]
            if lines:
                say(console, "[bold]{}[/] {}", verdict.label, verdict.name)
        for line in lines:
            paragraph(console, "{}", line, by=2)
    if len(verdicts) > FEW:
        say(console, "Every part of one: benchsuite claim info {}", verdicts[0].label)


def tell_parts(verdict: ClaimVerdict, console: Console) -> None:
    """Print what came of each part of a claim."""
    from benchsuite.report.tables.claim_edges import edge_sentences
    from benchsuite.report.tables.claim_words import part_sentence

    for part in verdict.parts:
        paragraph(console, "{}: {}", part.name, " ".join([part_sentence(part), *edge_sentences(part)]), by=2)
