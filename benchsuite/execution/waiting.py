"""The cells that wait for a worker, and which of them a worker gets next."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Hashable
from heapq import heappop, heappush
from typing import TypeVar

from benchsuite.execution.interface import Cell
from benchsuite.execution.lineage import Lineage

PROGRAMS_KEPT = 2
"""Of its last programs a worker has so many still, see :mod:`benchsuite.engine.session`: a search goes on in the program in
which it began, though another cell was run meanwhile."""
CHANGE_SECONDS = 5.0
"""What it costs a worker to change its lineage: another process, which imports TensorFlow."""

Key = TypeVar("Key", bound=Hashable)


class _Waits:
    """A cell, as it stands in several orders at once; once taken, it is gone from all of them.

    Args:
        cell: The cell.
        number: How many were put before it.
    """

    __slots__ = ("cell", "place")

    def __init__(self, cell: Cell, number: int) -> None:
        self.cell: Cell | None = cell
        self.place = -cell.seconds, cell.trials[0].id, number

    def __lt__(self, other: _Waits) -> bool:
        return self.place < other.place


class _Order:
    """Cells, the longest first, of equally long ones by the ids of their first trials; the first is found at once."""

    def __init__(self) -> None:
        self._heap: list[_Waits] = []

    def put(self, one: _Waits) -> None:
        """Add a cell."""
        heappush(self._heap, one)

    def first(self) -> _Waits:
        """Return the first that nobody has taken; there must be one."""
        while self._heap[0].cell is None:
            heappop(self._heap)
        return self._heap[0]


class Waiting:
    """The cells that wait, the longest first: the last worker to finish decides how long a study takes.

    A worker gets one of a program that it has, if there is one; then one of its lineage. It changes its lineage where
    no cell of its own waits, then to one that no other worker has, and before that only for a cell that can wait no
    longer, since all that waits, spread over the workers, takes no longer than that cell alone. What that takes grows with the
    logarithm of the number of cells.

    Args:
        workers: How many there are.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._count = self._put = 0
        self._all = _Order()
        self._of_program: defaultdict[tuple[Lineage, str], _Order] = defaultdict(_Order)
        self._of_lineage: defaultdict[Lineage, _Order] = defaultdict(_Order)
        self._programs: Counter[tuple[Lineage, str]] = Counter()
        self._lineages: Counter[Lineage] = Counter()
        self._seconds = 0.0
        self._last: dict[int, Cell] = {}
        self._workers_of: Counter[Lineage] = Counter()
        self._kept: dict[int, list[tuple[Lineage, str]]] = {}  # of the same worker process, the last one first
        self._changed = threading.Condition()
        self._closed = False
        self.claimed = 0
        """Cells that wait or are being run."""

    def put(self, cell: Cell) -> None:
        """Add a cell."""
        with self._changed:
            one = _Waits(cell, self._put)
            for cells in (self._all, self._of_program[cell.lineage, cell.program], self._of_lineage[cell.lineage]):
                cells.put(one)
            self._put += 1
            self._count += 1
            self._programs[cell.lineage, cell.program] += 1
            self._lineages[cell.lineage] += 1
            self._seconds += cell.seconds
            self.claimed += 1
            self._changed.notify()

    def take(self, worker: int) -> Cell | None:
        """Wait for a cell and take it; ``None`` once closed.

        Args:
            worker: Number of who asks.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._count or self._closed)
            if self._closed:
                return None
            one = self._choice(worker).first()
            cell, one.cell = one.cell, None
            assert cell is not None
            self._count -= 1
            self._leave(self._programs, (cell.lineage, cell.program), self._of_program)
            self._leave(self._lineages, cell.lineage, self._of_lineage)
            self._seconds -= cell.seconds
            if worker in self._last:
                self._workers_of[self._last[worker].lineage] -= 1
            self._last[worker] = cell
            self._workers_of[cell.lineage] += 1
            kept = [one for one in self._kept.get(worker, []) if one[0] == cell.lineage and one[1] != cell.program]
            self._kept[worker] = [(cell.lineage, cell.program), *kept][:PROGRAMS_KEPT]
            return cell

    def done(self) -> None:
        """Count a cell as run."""
        with self._changed:
            self.claimed -= 1

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _choice(self, worker: int) -> _Order:
        """Return the cells of which a worker gets the longest."""
        last = self._last.get(worker)
        for kept in self._kept.get(worker, []):
            if self._programs[kept]:
                return self._of_program[kept]
        longest = self._all.first().cell
        assert longest is not None
        if self._lineages[longest.lineage] == self._count:  # nothing to choose
            return self._all
        if last is not None and longest.lineage == last.lineage:
            return self._all
        urgent = max(self._seconds / self._workers, CHANGE_SECONDS)
        if last is not None and self._lineages[last.lineage] and longest.seconds < urgent:
            return self._of_lineage[last.lineage]
        # How many other workers have a lineage: this one is no other.
        others = self._workers_of - Counter([last.lineage] if last is not None else [])
        free = [cells for lineage, cells in self._of_lineage.items() if self._lineages[lineage] and not others[lineage]]
        return min(free, key=_Order.first) if free and longest.seconds < urgent else self._all

    @staticmethod
    def _leave(counts: Counter[Key], key: Key, cells: dict[Key, _Order]) -> None:
        """Count a cell less, and forget what holds none."""
        counts[key] -= 1
        if not counts[key]:
            del counts[key], cells[key]
