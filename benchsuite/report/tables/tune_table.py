"""What a search found: its best settings as a table, and all of it as plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.analysis.importance.order_of_notes import class_of
from benchsuite.analysis.outlook import Outlook
from benchsuite.report.tables.numbers import FAILED
from benchsuite.report.tables.values import value_text
from benchsuite.searches import Search, Tried
from benchsuite.spaces import Value
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table

MOST = 5


def best_settings_table(search: Search, larger: bool, most: int = MOST) -> Table:
    """Return the best settings, and the default wherever it stands."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(Text("place"), justify="right")
    table.add_column(Text("validation"), justify="right")
    table.add_column(Text("setting"), overflow="fold")
    ranked = sorted(range(len(search.tried)), key=lambda place: _order(search.tried[place]))
    shown = [*ranked[:most], *(place for place in ranked[most:] if not place)]
    for place in shown:
        one = search.tried[place]
        words = setting_words(one.values) + (" (default)" if not place else "")
        chosen = "bold" if place == search.chosen else ""
        table.add_row(
            Text(str(ranked.index(place) + 1)), Text(shown_score(one.score, larger), chosen or ("" if one.score is not None else "red")),
            Text(one_line(words), chosen),
        )  # fmt: skip
    return table


def setting_words(values: Mapping[str, Value]) -> str:
    """Return values by the names that a reader knows, in the order in which they are taught to matter."""
    shown = names_of(values)
    return ", ".join(f"{shown[name]}={value_text(values[name])}" for name in shown)


def names_of(searched: Iterable[str]) -> dict[str, str]:
    """Return what is searched → the name that a reader knows: whole where one name stands for two; the learning rate first."""
    ordered = sorted(searched, key=lambda name: (class_of(name) or 4, name))
    own = [name.rpartition(".")[2] for name in ordered]
    return {name: short if own.count(short) == 1 else name for name, short in zip(ordered, own, strict=True)}


def shown_score(score: float | None, larger: bool) -> str:
    """Return a score as the measure that it was made of."""
    return FAILED if score is None else f"{score if larger else -score:.4g}"


def outlook_json(found: Outlook | None, larger: bool) -> dict[str, Any] | None:
    """Return what a search says of a longer one, in the measure itself."""
    if found is None:
        return None
    sign = 1.0 if larger else -1.0

    def numbers(values: Sequence[float]) -> list[float | None]:
        return [sign * value if math.isfinite(value) else None for value in values]

    return {
        "k": list(found.k),
        "expected_best": numbers(found.expected),
        "tenth_below": numbers(found.low),
        "tenth_above": numbers(found.high),
        "last_doubling": found.last_doubling,
        "any_order": found.any_order,
    }


def _order(one: Tried) -> tuple[bool, float]:
    return one.score is None, -(one.score or 0.0)
