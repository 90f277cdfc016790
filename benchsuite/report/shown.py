"""What is shown of more than a page can hold: a page of a hundred thousand trials must stay readable, and open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from benchsuite.analysis import Leaderboard, Row

T = TypeVar("T")
EVERY_ROW = "leaderboard.csv"
"""The file that has all rows."""
EVERY_TRIAL = "trials.parquet"
"""The file that has all trials."""
PUBLISHED_TRIALS = "records.jsonl.xz"
"""The file of a publication that has all of them."""

MOST_COLUMNS = 60
"""Tasks of a leaderboard that a page shows and draws: the first ones."""


def best_of_each(items: Sequence[T], most: int, name: Callable[[T], str], is_baseline: Callable[[T], bool]) -> list[T]:
    """Return at most so many items in their order: baselines and the first of each name before any second one.

    Args:
        items: The best first.
        most: How many.
        name: Of an item.
        is_baseline: Whether an item is a baseline.
    """
    if len(items) <= most:
        return list(items)
    seen: set[str] = set()
    places: list[tuple[int, int]] = []
    for place, item in enumerate(items):
        rank = 0 if is_baseline(item) else 1 if name(item) not in seen else 2
        seen.add(name(item))
        places.append((rank, place))
    return [items[place] for place in sorted(place for _, place in sorted(places)[:most])]


def shown_rows(board: Leaderboard, most: int) -> list[Row]:
    """Return the rows of a leaderboard that a table of at most ``most`` rows shows."""
    return best_of_each(
        board.rows, most, lambda row: row.name, lambda row: any(entry.is_baseline for entry in row.entries if entry)
    )


def spread(values: Sequence[float], most: int) -> list[float]:
    """Return at most so many values, sorted and evenly spread over their ranks, the smallest and the largest among them."""
    return list(values) if len(values) <= most else evenly(sorted(values), most)


def evenly(items: Sequence[T], most: int) -> list[T]:
    """Return at most so many items in their order, evenly spread over their places, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round(number * (len(items) - 1) / (most - 1))] for number in range(most)]
