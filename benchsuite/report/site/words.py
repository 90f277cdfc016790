"""Headings, links and settings as the page writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from benchsuite.analysis import Entry, Leaderboard, Row
from benchsuite.recipe import Setting
from benchsuite.report.tables.numbers import outcome_word, whole

if TYPE_CHECKING:
    from markupsafe import Markup


def title(kind: str) -> str:
    """Return a kind as a heading."""
    return kind.replace("_", " ").capitalize()


def anchor(prefix: str, name: str) -> str:
    """Return an id for links within the page, of letters, digits and hyphens only."""
    return prefix + "-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)


def settings_text(settings: Sequence[Setting]) -> str:
    """Return all settings of a row, for the reader who wants to know exactly."""
    parts = []
    for setting in settings:
        held = ", ".join(f"{key}={value}" for key, value in setting.values)
        parts.append(f"{setting.name} v{setting.version}" + (f": {held}" if held else ""))
    return " + ".join(parts)


def row_text(row: Row) -> str:
    """Return the settings of a row, its twins' behind them; of what a search chose anew on each task that alone."""
    return "; ".join([_own(row), *(settings_text(held) for _, held in row.twins)])


def _own(row: Row) -> str:
    if not any(row.chosen):
        return settings_text(row.settings)
    ran = {settings_text(held) for held, entry in zip(row.of, row.entries, strict=True) if entry}
    if len(ran) == 1:
        return ran.pop()
    names = " + ".join(f"{setting.name} v{setting.version}" for setting in row.settings)
    return f"{names}: as its search chose on each task"


def settings_by_task(board: Leaderboard, row: Row) -> tuple[tuple[str, str], ...]:
    """Return the settings that a row ran with, each with the tasks on which it did; without these where all share one."""
    found: dict[str, list[str]] = {}
    for head, held, entry in zip(board.columns, row.of, row.entries, strict=True):
        if entry:
            found.setdefault(settings_text(held), []).append(head.label)
    if len(found) == 1:
        return (("", next(iter(found))),)
    return tuple((", ".join(tasks), told) for told, tasks in found.items())


LONGEST_PIECE = 24
"""Letters that stay on one line: longer words are no words."""
_PIECES = re.compile(rf"[^_\[,=+/\s]{{{LONGEST_PIECE}}}(?=\w)|[_\[,=+/]+(?=\w)")


@lru_cache(maxsize=2**14, typed=True)  # a text and one that is escaped already are two
def breakable(text: str) -> Markup:
    """Return a name, escaped, that a narrow column breaks after ``_``, ``[``, ``,`` and ``=`` and never inside of a word."""
    from markupsafe import Markup, escape

    parts, last = [], 0
    for found in _PIECES.finditer(text):
        parts.append(escape(text[last : found.end()]))
        last = found.end()
    return Markup("<wbr>").join([*parts, text[last:]])


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of an entry, and whether that is a failure."""

    text: str
    failed: bool


def notes_of(entry: Entry) -> tuple[Note, ...]:
    """Return how many seeds of an entry did not complete, by outcome."""
    return tuple(
        Note(f"{whole(number)} of {whole(len(entry.seeds))} {outcome_word(outcome)}", outcome.failed)
        for outcome, number in entry.outcomes.items()
        if not outcome.finished
    )
