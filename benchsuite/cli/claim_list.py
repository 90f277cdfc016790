"""``benchsuite claim list``: every claim, and what came of it in a results folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.claim_files import read_claims, read_computed
from benchsuite.cli.claim_choice import by_number
from benchsuite.cli.claim_standing import is_current
from benchsuite.cli.console import as_json, beside, cell, echo, say, show
from benchsuite.record_files import some_of

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.computed_numbers import ComputedNumbers
    from benchsuite.damage import Damage
    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import Claiming


OF_OTHER_CODE = ", of other code"
"""Behind a word that was found with other code than is here now."""


def list_claims(asked: Claiming, known: Registry, console: Console) -> None:
    """Print all claims with what they rest on, and the verdict where there is one.

    A verdict of other code than is here now is marked as such. Into a file or a pipe each is one line: number or name, name, basis,
    verdict, sentence, with tabs between them. Files of claims that are damaged are named beside it.
    """
    from rich.table import Table

    folder = asked.results.resolve()
    damaged: list[Damage] = []
    verdicts = {one.name: one for one in read_claims(folder, damaged)}
    computed: dict[str, dict[str, ComputedNumbers]] = {}
    for numbers in read_computed(folder, damaged):
        computed.setdefault(numbers.claim, {})[numbers.part] = numbers
    for line in some_of(damaged, folder):
        say(beside(), "[yellow]![/] {}", line)
    words = {
        name: verdict.word
        + ("" if is_current(verdict, known.claim(name), known, computed.get(name, {})) else OF_OTHER_CODE)
        for name, verdict in verdicts.items()
        if known.has("claim", name)
    }
    claims = sorted((known.claim(name) for name in known.names("claim")), key=by_number)
    rows = [(one.label, one.name, one.basis, words.get(one.name, ""), one.sentence) for one in claims]
    if asked.json:
        heads = ("label", "name", "basis", "verdict", "sentence")
        as_json(
            {
                "claims": [
                    {
                        **dict(zip(heads, row, strict=True)),
                        "verdict": row[3].removesuffix(OF_OTHER_CODE),
                        "current": bool(row[3]) and not row[3].endswith(OF_OTHER_CODE),
                    }
                    for row in rows
                ]
            }
        )
        return
    if not console.is_terminal:
        for row in rows:
            echo("{}\t{}\t{}\t{}\t{}", *row)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), title=cell("claims", "bold"), title_justify="left")
    for head, style in (("", {"no_wrap": True}), ("basis", {}), ("verdict", {}), ("sentence", {"ratio": 1})):
        table.add_column(cell(head), **style)
    for label, _, basis, verdict, sentence in rows:
        table.add_row(*[cell(one) for one in (label, basis, verdict, sentence)])
    show(console, table)
