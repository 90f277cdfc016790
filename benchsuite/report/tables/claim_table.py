"""Verdicts on claims as a table: for the terminal, one row for each claim at 80 columns; as CSV, a row for each part; as Markdown."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.report.tables.claim_words import (
    CANNOT_TELL,
    DOES_NOT_HOLD,
    HOLDS,
    bounds_text,
    deciding,
    effect_text,
    estimate_text,
    in_order,
    interval_text,
    minutes_text,
    overall_sentence,
    seeds_text,
    with_unit,
)
from benchsuite.report.tables.csv_table import safe_cell
from benchsuite.report.tables.markdown import escaped
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

STYLES = {HOLDS: "bold green", DOES_NOT_HOLD: "bold red", CANNOT_TELL: "yellow"}
LONGEST_SENTENCE = 120
"""Letters of a claim's beginning in the terminal's table; `benchsuite claim info` has all of them."""
LABEL_WIDTH = 16
"""Of a claim without a number."""


def claim_table(claims: Iterable[ClaimVerdict], *, title: str = "claims") -> Table:
    """Return the terminal's table: a row for each claim, in the order of their numbers.

    The effect is that of the part which decided the claim, with its interval and for which effects the part holds.

    Args:
        claims: The verdicts.
        title: Above the table.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    held = in_order(claims)
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(one_line(title), style="bold"),
        title_justify="left",
        caption=Text(_caption(held), style="dim"),
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    widest = max((len(claim.label) for claim in held), default=0)
    table.add_column("claim", width=min(max(widest, 5), LABEL_WIDTH), overflow="fold")
    table.add_column("says", ratio=1, min_width=16, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("effect\ninterval\nwanted", no_wrap=True)
    table.add_column("seeds", justify="right", no_wrap=True)
    table.add_column("min", justify="right", no_wrap=True)
    for claim in held:
        table.add_row(*_row(claim))
    return table


def _row(claim: ClaimVerdict) -> Iterator[Text]:
    from rich.text import Text

    part = deciding(claim)
    yield Text(one_line(claim.label))
    yield Text(textwrap.shorten(one_line(claim.sentence), LONGEST_SENTENCE, placeholder=" …"))
    word = Text(claim.word, style=STYLES[claim.word])
    if claim.quick:
        word.append("\nquick", "dim")
    if len(claim.parts) > 1:
        word.append(f"\n{sum(one.word == claim.word for one in claim.parts)} of {len(claim.parts)} parts", "dim")
    yield word
    effect = Text(estimate_text(part))
    lines = (interval_text(part), bounds_text(part))
    effect.append("".join(f"\n{line}" for line in lines if line), "dim")
    yield effect
    yield Text(seeds_text(claim))
    yield Text(minutes_text(claim.seconds))


def _caption(claims: list[ClaimVerdict]) -> str:
    if not claims:
        return "no claim has a verdict"
    return (
        f"{overall_sentence(claims)}\n"
        "effect: of the part that decided, with its interval, and for which effects it holds"
    )


def claim_rows(claims: Iterable[ClaimVerdict]) -> list[dict[str, Any]]:
    """Return the lines of the CSV, column → value: one for each part of each claim."""
    return [
        {name: of(claim, part) for name, of in COLUMNS.items()} for claim in in_order(claims) for part in claim.parts
    ]


def claim_csv(claims: Iterable[ClaimVerdict]) -> str:
    """Return all parts of all claims as CSV, numbers to the last digit; an empty field is a number that there is not."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for line in claim_rows(claims):
        writer.writerow(
            {
                key: safe_cell(value) if isinstance(value, str) else "" if value is None else value
                for key, value in line.items()
            }
        )
    return text.getvalue()


COLUMNS: dict[str, Callable[[ClaimVerdict, PartVerdict], Any]] = {
    "claim": lambda claim, _: claim.name,
    "number": lambda claim, _: claim.number,
    "sentence": lambda claim, _: claim.sentence,
    "source": lambda claim, _: claim.source,
    "basis": lambda claim, _: claim.basis,
    "verdict": lambda claim, _: claim.word,
    "quick": lambda claim, _: claim.quick,
    "part": lambda _, part: part.name,
    "says": lambda _, part: part.says,
    "part_verdict": lambda _, part: part.word,
    "reason": lambda _, part: part.reason,
    "unit": lambda _, part: part.unit,
    "at_least": lambda _, part: part.at_least,
    "at_most": lambda _, part: part.at_most,
    "estimate": lambda _, part: part.estimate,
    "low": lambda _, part: part.low,
    "high": lambda _, part: part.high,
    "confidence": lambda _, part: part.confidence,
    "seeds": lambda _, part: part.seeds,
    "trials": lambda _, part: len(part.trials),
    "seconds": lambda claim, _: claim.seconds,
    "version": lambda claim, _: claim.version,
    "origin": lambda claim, _: claim.origin,
    "fingerprint": lambda claim, _: claim.fingerprint,
    "numerics": lambda claim, _: claim.numerics,
    "decided_at": lambda claim, _: claim.decided_at,
}
"""Of the CSV: name → the value of a part."""
HEADS = ("Claim", "Says", "Verdict", "Effect with its interval", "Wanted", "Seeds", "Minutes")


def claim_markdown(claims: Iterable[ClaimVerdict], link: Callable[[ClaimVerdict], str] | None = None) -> str:
    """Return the table of all claims as Markdown.

    Args:
        claims: The verdicts.
        link: Returns where the label of a claim leads; nowhere unless given.
    """
    lines = [_line(HEADS), _line([":---", ":---", ":---", ":---", ":---", "---:", "---:"])]
    for claim in in_order(claims):
        part, label = deciding(claim), escaped(claim.label)
        cells = (
            f"[{label}]({link(claim)})" if link else label,
            escaped(claim.sentence),
            f"**{claim.word}**" + (" (quick)" if claim.quick else ""),
            escaped(effect_text(part)),
            escaped(with_unit(bounds_text(part), part.unit)),
            seeds_text(claim),
            minutes_text(claim.seconds),
        )
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
