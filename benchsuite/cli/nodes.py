"""Where the workers of a run are, for its display: on nodes of a cluster, or nowhere in particular."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchsuite.cli.console import cell
from benchsuite.report.tables.numbers import count_of

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROWS = 16
"""Workers that have a row each; of more, each node has one, and there are no more of these."""
MOST_NAMED = 6
"""Nodes that the closing line names."""


class NodesAtWork:
    """Which worker is on which node, and how many trials ended on each."""

    def __init__(self) -> None:
        self._of: dict[int, str] = {}
        self._ended: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._of)

    @property
    def workers(self) -> list[int]:
        """The workers that have a place, node by node."""
        return sorted(dict(self._of), key=lambda worker: (self._of.get(worker, ""), worker))

    def placed(self, worker: int, node: str) -> None:
        """Note a worker's place; an empty one is that of none."""
        if node:
            self._of[worker] = node
            self._ended[node] += 0
        else:
            self._of.pop(worker, None)

    def ended(self, worker: int) -> None:
        """Count a trial."""
        if worker in self._of:
            self._ended[self._of[worker]] += 1

    def called(self, worker: int) -> str:
        """Return what a worker is called: with its node, where it has one."""
        return f"{self._of[worker]} {worker}" if worker in self._of else f"worker {worker}"

    @property
    def many(self) -> bool:
        """Whether there are too many workers for a row each."""
        return len(self._of) > MOST_ROWS

    def add_rows(self, rows: Table, running: set[int]) -> None:
        """Add a row for each node.

        Args:
            rows: Of three columns.
            running: The workers that are at work.
        """
        there = Counter(self._of.values())
        busy = Counter(node for worker, node in self._of.items() if worker in running)
        for node in sorted(there)[:MOST_ROWS]:
            at_work = f"{busy[node]} of {count_of(there[node], 'worker')} at work"
            rows.add_row(cell(node, "dim"), cell(at_work), cell(count_of(self._ended[node], "trial"), "dim"))
        if len(there) > MOST_ROWS:
            rows.add_row(cell(f"and {count_of(len(there) - MOST_ROWS, 'more node')}", "dim"), cell(""), cell(""))

    def line(self) -> str:
        """Return how many trials ended on each node, as a sentence with a space before it; empty where there is no cluster."""
        if not self._ended:
            return ""
        parts = [f"{node} {count}" for node, count in self._ended.most_common(MOST_NAMED)]
        more = f" and {count_of(len(self._ended) - MOST_NAMED, 'more node')}" if len(self._ended) > MOST_NAMED else ""
        return f" By node: {', '.join(parts)}{more}."
