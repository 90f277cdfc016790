"""Local worker processes: long-lived, one thread each. A dying or hanging one costs at most the trial that it was running.

Each has one lineage: it trains bundled components only, or trials of the same plugins only, see
:mod:`benchsuite.execution.lineage`.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator

from benchsuite.execution.interface import Cell, Event, Finished, Options
from benchsuite.execution.waiting import Waiting
from benchsuite.execution.worker_thread import Learned, WorkerThread


class LocalExecutor:
    """Runs cells on this machine, each worker a process of its own.

    Args:
        options: What workers are told.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._waiting = Waiting(options.workers)
        self._events: queue.SimpleQueue[Event | Exception] = queue.SimpleQueue()
        self._learned = Learned()
        self._threads: list[WorkerThread] = []
        self._open = 0

    def submit(self, cell: Cell) -> None:
        """Take a cell; see :class:`~benchsuite.execution.interface.Executor`."""
        self._open += len(cell.trials)
        self._waiting.put(cell)

    def events(self) -> Iterator[Event]:
        """Yield what happens in the order in which it happens."""
        while self._open:
            # A study of one cell needs one worker; a tuner's may need more later.
            while len(self._threads) < min(self._options.workers, self._waiting.claimed):
                thread = WorkerThread(len(self._threads), self._waiting, self._events, self._options, self._learned)
                self._threads.append(thread)
                thread.start()
            try:
                event = self._events.get(timeout=0.2)  # never for ever: Ctrl-C must get through
            except queue.Empty:
                continue
            if isinstance(event, Exception):
                yield from self.rest()
                raise event
            if isinstance(event, Finished):
                self._open -= 1
            yield event

    def more(self) -> bool:
        """Say whether another event has happened already; see :class:`~benchsuite.execution.interface.KnowsMore`."""
        return self._open > 0 and not self._events.empty()

    def rest(self) -> Iterator[Finished]:
        """Stop all workers; what some of them had finished until then still counts, see
        :class:`~benchsuite.execution.interface.KeepsRest`."""
        self.close()
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, Finished):
                yield event

    def close(self) -> None:
        """Stop all workers."""
        self._waiting.close()
        for thread in self._threads:
            thread.stopping.set()
        for thread in self._threads:
            thread.join()  # at once: a thread looks several times a second
