"""All about a claim: what it says and rests on, what decides it, what that costs, what came of it, and its example worked out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.claim_files import claim_verdict, registration
from benchsuite.cli.claim_arms import arms_text
from benchsuite.cli.claim_run import ClaimRun, times_of
from benchsuite.cli.claim_standing import changed_since, day, registered
from benchsuite.cli.console import as_json, cell, say, show
from benchsuite.components import Trained
from benchsuite.store import Store
from benchsuite.text import shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from benchsuite.components import Claim, Part
    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import ClaimShowing

RESTS = {
    "theorem": "a theorem: it is proved",
    "theory": "theory: it is derived for a simpler case",
    "experience": "experience: somebody saw it",
}
LONGEST = 4_000
LONGEST_LABEL = 26
"""Letters of a line of the column of labels; longer names of parts take several."""
Rows = list[tuple[str, str]]


def show_claims(claims: Sequence[Claim], asked: ClaimShowing, known: Registry, console: Console) -> None:
    """Print all about claims.

    Args:
        claims: The claims.
        asked: The options: of the results folder, the workers and ``--quick``.
        known: The plugins that were found.
        console: Where to.
    """
    found = [ClaimFacts(claim, asked, known) for claim in claims]
    if asked.json:
        as_json({"claims": [one.as_json() for one in found]})
        return
    for one in found:
        one.show(console)


class ClaimFacts:
    """What there is to know of a claim.

    Args:
        claim: The claim.
        asked: The options.
        known: The plugins that were found.
    """

    def __init__(self, claim: Claim, asked: ClaimShowing, known: Registry) -> None:
        self._claim, self._known = claim, known
        self._store = Store(asked.results.resolve(), create=False)
        self._run = ClaimRun([claim], asked, known)
        self._verdict = claim_verdict(self._store.folder, claim.name)

    def show(self, console: Console) -> None:
        """Print it."""
        groups = [
            self._about(),
            *(self._part(part) for part in self._claim.parts),
            [("cost", self._run.cost_words(self._store))],
            self._came(),
            self._plugin(),
        ]
        number = f"{self._claim.number} " if self._claim.number else ""
        show(console, _table(f"claim {number}{self._claim.name}", [group for group in groups if group]))
        if self._claim.example is not None:
            rows = _example(self._claim, self._known)
            say(console, "[bold]example, worked out now[/]")
            show(console, rows)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        from dataclasses import asdict

        claim = self._claim
        return {
            "name": claim.name, "number": claim.number, "sentence": claim.sentence, "source": claim.source,
            "basis": claim.basis, "depends": claim.depends, "version": claim.version,
            "parts": [
                {
                    "name": part.name, "says": part.says, "because": part.because, "unit": part.unit,
                    "at_least": part.at_least, "at_most": part.at_most, "seeds": part.evidence.seeds,
                    "evidence": "trained" if isinstance(part.evidence, Trained) else "computed",
                }
                for part in claim.parts
            ],
            "verdict": asdict(self._verdict) if self._verdict else None,
            "remarks": self._remarks(),
        }  # fmt: skip

    def _about(self) -> Rows:
        claim = self._claim
        return [
            ("sentence", claim.sentence),
            ("source", claim.source),
            ("rests on", RESTS[claim.basis]),
            ("depends", claim.depends),
        ]

    def _part(self, part: Part) -> Rows:
        from benchsuite.report.tables.claim_words import bounds_text, with_unit

        rows = [
            (part.name, part.says),
            ("holds if", with_unit(bounds_text(part), part.unit)),
            ("because", part.because),
        ]
        if not isinstance(part.evidence, Trained):
            seeds = part.evidence.seeds
            return [*rows, ("computed", "once: nothing is random" if seeds == 1 else f"for the seeds 0 to {seeds - 1}")]
        arms, seeds = part.evidence.of_seed(0), part.evidence.seeds
        drawn = "; arms drawn for each seed, those of seed 0:" if callable(part.evidence.arms) else ":"
        return [*rows, ("trained", f"{len(arms)} arms on the seeds 0 to {seeds - 1}{drawn}\n{arms_text(arms)}")]

    def _came(self) -> Rows:
        from benchsuite.report.tables.claim_edges import edge_sentences
        from benchsuite.report.tables.claim_words import part_sentence

        verdict = self._verdict
        if verdict is None:
            word = "none yet: benchsuite claim run " + self._claim.label
            return [("verdict", word), ("registered", "\n".join(self._remarks()))]
        quick = ", with the fewest seeds that can decide (--quick)" if verdict.quick else ""
        return [
            ("verdict", f"{verdict.word}, on {day(verdict.decided_at)}{quick}"),
            *((part.name, " ".join([part_sentence(part), *edge_sentences(part)])) for part in verdict.parts),
            ("to note", "\n".join(self._remarks())),
        ]

    def _remarks(self) -> list[str]:
        verdict, name = self._verdict, self._claim.name
        records, computed = self._run.there(self._store)
        (plan,) = self._run.plans
        found = registration(self._store.folder, name)
        if verdict is None and found is None:
            return []
        lines = registered(self._claim, found, self._known, times_of(plan, records, computed))
        if verdict is not None and (changed := changed_since(verdict, self._run.fingerprint(plan, computed))):
            lines.insert(0, f"{changed} benchsuite claim run {self._claim.label} makes it again.")
        return lines

    def _plugin(self) -> Rows:
        entry = self._known.entry("claim", self._claim.name)
        text = shortened(inspect.getdoc(entry.plugin.module) or "", LONGEST)
        return [
            ("version", str(self._claim.version)),
            ("plugin", f"{entry.plugin.name} ({entry.plugin.origin}), fingerprint {entry.fingerprint}"),
            ("about", " ".join(text.split())),
        ]


def _table(title: str, groups: Sequence[Rows]) -> Table:
    from rich.table import Table

    shown = Table(
        box=None, show_header=False, padding=(0, 2, 0, 0), title=cell(title, "bold"), title_justify="left",
    )  # fmt: skip
    shown.add_column(style="dim", max_width=LONGEST_LABEL, overflow="fold")
    shown.add_column(ratio=1)
    for number, rows in enumerate(groups):
        if number:
            shown.add_row()
        for key, value in rows:
            if value:
                for line in in_lines(key)[:-1]:
                    shown.add_row(cell(line), "")
                shown.add_row(cell(in_lines(key)[-1]), cell(shortened(value, LONGEST)))
    return shown


def in_lines(label: str) -> list[str]:
    """Return a label in lines that fit the column of labels: the names of parts end a line behind an underscore."""
    lines = [""]
    for word in re.findall(r"[^_ ]+[_ ]*|[_ ]+", label):
        if len(lines[-1] + word.rstrip()) > LONGEST_LABEL and lines[-1]:
            lines.append("")
        lines[-1] += word
    return lines


def _example(claim: Claim, known: Registry) -> Table:
    """Work a claim's example out, and return it as a table; its first row are the heads.

    Raises:
        BenchsuiteError: If it gives no rows of texts.
    """
    from rich.table import Table

    from benchsuite.cli.quiet import tensorflow_on_cpu
    from benchsuite.errors import BenchsuiteError
    from benchsuite.text import reason_of

    tensorflow_on_cpu()
    from benchsuite.engine.lab import Lab

    assert claim.example is not None
    try:
        rows = [[str(one) for one in row] for row in claim.example(Lab(known, known.task))]
    except Exception as error:  # a plugin's function may raise anything
        raise BenchsuiteError(f"the example of {claim.title} cannot be worked out: {reason_of(error)}") from error
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise BenchsuiteError(f"the example of {claim.title} must be rows of equally many texts, the heads first.")
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for head in rows[0]:
        shown.add_column(cell(head))
    for row in rows[1:]:
        shown.add_row(*[cell(one) for one in row])
    return shown
