"""The cells that wait for a worker, and which of them a worker gets next."""

from __future__ import annotations

import threading
from bisect import insort
from collections import Counter
from collections.abc import Callable

from benchsuite.execution.interface import Cell
from benchsuite.execution.lineage import Lineage

PROGRAMS_KEPT = 2
"""Of its last programs a worker has so many still, see :mod:`benchsuite.engine.session`: a search goes on in the program in
which it began, though another cell was run meanwhile."""
CHANGE_SECONDS = 5.0
"""What it costs a worker to change its lineage: another process, which imports TensorFlow."""


class Waiting:
    """The cells that wait, the longest first: the last worker to finish decides how long a study takes.

    A worker gets one of a program that it has, if there is one; then one of its lineage. It changes its lineage where
    no cell of its own waits, then to one that no other worker has, and before that only for a cell that can wait no
    longer, since all that waits, spread over the workers, takes no longer than that cell alone.

    Args:
        workers: How many there are.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._cells: list[Cell] = []
        self._programs: Counter[tuple[Lineage, str]] = Counter()
        self._lineages: Counter[Lineage] = Counter()
        self._seconds = 0.0
        self._last: dict[int, Cell] = {}
        self._kept: dict[int, list[tuple[Lineage, str]]] = {}  # of the same worker process, the last one first
        self._changed = threading.Condition()
        self._closed = False
        self.claimed = 0
        """Cells that wait or are being run."""

    def put(self, cell: Cell) -> None:
        """Add a cell."""
        with self._changed:
            insort(self._cells, cell, key=lambda one: (-one.seconds, one.trials[0].id))
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
            self._changed.wait_for(lambda: self._cells or self._closed)
            if self._closed:
                return None
            cell = self._cells.pop(self._choice(worker))
            self._programs[cell.lineage, cell.program] -= 1
            self._lineages[cell.lineage] -= 1
            self._seconds -= cell.seconds
            self._last[worker] = cell
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

    def _choice(self, worker: int) -> int:
        """Return the position of the cell that a worker gets."""
        last = self._last.get(worker)
        for kept in self._kept.get(worker, []):
            if self._programs[kept]:
                return self._first(lambda cell, kept=kept: (cell.lineage, cell.program) == kept)  # type: ignore[misc]
        if self._lineages[self._cells[0].lineage] == len(self._cells):  # nothing to choose
            return 0
        longest = self._cells[0]
        if last is not None and longest.lineage == last.lineage:
            return 0
        urgent = max(self._seconds / self._workers, CHANGE_SECONDS)
        if last is not None and self._lineages[last.lineage] and longest.seconds < urgent:
            return self._first(lambda cell: cell.lineage == last.lineage)
        taken = {cell.lineage for other, cell in self._last.items() if other != worker}
        free = [number for number, cell in enumerate(self._cells) if cell.lineage not in taken]
        return free[0] if free and longest.seconds < urgent else 0

    def _first(self, wanted: Callable[[Cell], bool]) -> int:
        return next(number for number, cell in enumerate(self._cells) if wanted(cell))
