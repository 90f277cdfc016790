"""Verdicts on claims on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import cell, say, show

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict


def tell_verdicts(verdicts: Sequence[ClaimVerdict], remarks: Mapping[str, Sequence[str]], console: Console) -> None:
    """Print verdicts: a table of the parts of each, and its word below."""
    from rich.table import Table

    for verdict in verdicts:
        table = Table(
            box=None, padding=(0, 2, 0, 0), title=cell(f"{verdict.label} {verdict.name}", "bold"), title_justify="left"
        )
        for head in ("part", "effect", "interval", "holds within", "verdict"):
            table.add_column(head)
        for part in verdict.parts:
            table.add_row(*map(cell, (part.name, _number(part.estimate), _interval(part), _bounds(part), part.word)))
        say(console, "")
        show(console, table)
        for part in verdict.parts:
            if part.reason:
                say(console, "{}: {}", part.name, part.reason, prose=True)
        say(console, "[bold]{}: {}.[/] {}", verdict.label, verdict.word, verdict.sentence, prose=True)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _interval(part: PartVerdict) -> str:
    low = "−∞" if part.low is None else f"{part.low:.4g}"
    high = "∞" if part.high is None else f"{part.high:.4g}"
    return f"{low} – {high}"


def _bounds(part: PartVerdict) -> str:
    if part.at_least is None:
        return f"≤ {part.at_most:g}"
    return f"≥ {part.at_least:g}" if part.at_most is None else f"{part.at_least:g} – {part.at_most:g}"
