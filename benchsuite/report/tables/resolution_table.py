"""The resolution of a task as tables for the terminal: a line for each kind, and one for each of its measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchsuite.analysis.resolution import most_seeds
from benchsuite.certified_resolution import told_text
from benchsuite.kinds import RECIPE_KINDS

if TYPE_CHECKING:
    from rich.table import Table

NOTHING = "–"
WIDEST_KIND = max(len(word) for kind in RECIPE_KINDS for word in kind.split("_"))


def resolution_tables(task: str, block: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a block ``resolution``, each no wider than 80 characters.

    Args:
        task: Its name.
        block: Of its certificate.
    """
    kinds = block["kinds"]
    seeds = list(dict.fromkeys(size for held in kinds.values() for size in held["told"]))
    main = _table(
        f"{task}: share of pairs told apart, by seeds",
        ("kind", "pairs", *seeds, "variance", "floor", "once", "fail", "s", "/min"),
    )
    for kind, held in kinds.items():
        shares = held["variance"]
        variance = "/".join(_whole(shares[part]) for part in ("component", "seed", "interaction"))
        main.add_row(
            *_texts(
                kind.replace("_", " "), held["pairs"], *(_percent(held["told"].get(size)) for size in seeds), variance,
                _number(held["floor"]), _percent(held["saturated"]), _percent(held["failed"]), _number(held["seconds"]),
                _number(held["pairs_per_minute"]),
            )
        )  # fmt: skip
    by_measure = _table("", ("kind", "measure", *seeds))
    for kind, held in kinds.items():
        most = most_seeds(held["told"])
        ordered = sorted(held["measures"], key=lambda name: (-(held["measures"][name].get(most) or 0), name))
        lines = [(name, held["measures"][name]) for name in ordered] + [("same seeds, as compare", held["paired"])]
        for place, (name, told) in enumerate(lines):
            by_measure.add_row(
                *_texts(
                    kind.replace("_", " ") if not place else "", name, *(_percent(told.get(size)) for size in seeds)
                )
            )
    return [main, by_measure]


def _table(title: str, heads: tuple[str, ...]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, title=Text(title) or None, title_justify="left", pad_edge=False, show_edge=False, padding=(0, 1, 0, 0)
    )  # fmt: skip
    for place, head in enumerate(heads):
        table.add_column(
            Text(head),
            justify="left" if head in ("kind", "measure") else "right",
            no_wrap=place > 0,
            min_width=WIDEST_KIND if head == "kind" else None,
        )
    return table


def _texts(*values: object) -> list[Any]:
    from rich.text import Text

    return [Text(str(value)) for value in values]


def _percent(share: float | None) -> str:
    return told_text(share).replace(" ", "")


def _whole(share: float | None) -> str:
    return NOTHING if share is None else f"{100 * share:.0f}"


def _number(value: float | None) -> str:
    """Return a number in at most five letters."""
    if value is None:
        return NOTHING
    return f"{value:.2g}" if value < 100 else f"{value:.0f}" if value < 1000 else f"{value / 1000:.0f}k"
