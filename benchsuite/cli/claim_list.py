"""``benchsuite claim list``: every claim, and what came of it in a results folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.claim_files import read_claims
from benchsuite.cli.claim_choice import by_number
from benchsuite.cli.console import as_json, cell, echo, show

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import Claiming


def list_claims(asked: Claiming, known: Registry, console: Console) -> None:
    """Print all claims with what they rest on, and the verdict where there is one.

    Into a file or a pipe each is one line: number or name, name, basis, verdict, sentence, with tabs between them.
    """
    from rich.table import Table

    verdicts = {one.name: one for one in read_claims(asked.results.resolve(), [])}
    claims = sorted((known.claim(name) for name in known.names("claim")), key=by_number)
    rows = [
        (one.label, one.name, one.basis, verdicts[one.name].word if one.name in verdicts else "", one.sentence)
        for one in claims
    ]
    if asked.json:
        heads = ("label", "name", "basis", "verdict", "sentence")
        as_json({"claims": [dict(zip(heads, row, strict=True)) for row in rows]})
        return
    if not console.is_terminal:
        for row in rows:
            echo("{}\t{}\t{}\t{}\t{}", *row)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), title=cell("claims", "bold"), title_justify="left")
    for head, style in (("", {"no_wrap": True}), ("basis", {}), ("verdict", {}), ("sentence", {"ratio": 1})):
        table.add_column(head, **style)
    for label, _, basis, verdict, sentence in rows:
        table.add_row(*map(cell, (label, basis, verdict, sentence)))
    show(console, table)
