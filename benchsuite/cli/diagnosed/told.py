"""Findings as lines that fit on one screen: alarms first, then what is worth knowing, then what is healthy in one line each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.diagnostics import Diagnosis

WIDTH = 80
ASKED_FOR = frozenset(f"gradient_noise_{when}" for when in ("start", "end")) | {
    "gradient_check",
    "curvature",
    "stationary_point",
    "spectrum",
    "flatness",
    "between_solutions",
}
"""What took long, and was asked for, is told in full."""


def tell(found: Sequence[Diagnosis], console: Console) -> None:
    """Print findings."""
    alarms = [one for one in found if one.alarm]
    notes = [one for one in found if not one.alarm and one.remedy]
    healthy = [one for one in found if not one.alarm and not one.remedy and one.name not in ASKED_FOR]
    described = [one for one in found if not one.alarm and not one.remedy and one.name in ASKED_FOR]
    for one in alarms:
        say(console, "[red]![/] [bold]{}: {}[/]", _name(one), one.word)
        for line in _lines(one.says, f"→ {one.remedy}" if one.remedy else "", f"({one.source})"):
            say(console, "{}", line)
    for one in notes:
        say(console, "[yellow]~[/] {}: {}", _name(one), one.word)
        for line in _lines(one.says, f"→ {one.remedy}"):
            say(console, "{}", line)
    for one in healthy:
        say(console, "[green]✓[/] {}", _short(f"{_name(one)}: {one.word}. {one.says}", WIDTH - 2))
    for one in described:
        say(console, "[green]✓[/] {}: {}", _name(one), one.word)
        for line in _lines(one.says):
            say(console, "{}", line)
    count = f"{len(alarms)} alarm{'s' * (len(alarms) != 1)}" if alarms else "No alarm"
    say(console, "{}; {} looked at.", count, len(found))


def _name(one: Diagnosis) -> str:
    return one.name.replace("_", " ")


def _lines(*texts: str) -> Iterator[str]:
    for text in filter(None, texts):
        yield from textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _short(text: str, most: int) -> str:
    """Return a text of one line, cut after a word where it is too long."""
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(
        " "
    )  # whoever ends just before the last letter leaves room for the ellipsis
    return (head if space else text[: most - 1]).rstrip(" ,;:(") + "…"
