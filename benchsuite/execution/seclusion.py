"""Who trains beside whom: a worker may have the machine to itself for one attempt, with no other worker process there.

Where the kernel kills for want of memory, it kills who is large, not who is to blame. So a death that only such a kill
explains is believed of a trial that met it while no other worker was there that could have used the memory up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from benchsuite.execution.process import Stopped

LOOK_EVERY = 0.2
"""Seconds between two looks at whether the study ends."""


class Seclusion:
    """The workers of a run, each busy beside others, busy alone, or at rest.

    Who wants to begin waits in line: nobody passes one that waits to be alone, so it waits no longer than the trials take
    that run already, and nobody waits for ever.

    Args:
        possible: Whether all workers that share the machine are known here. Those of a node of a cluster are not.
    """

    def __init__(self, possible: bool = True) -> None:
        self.possible = possible
        self._changed = threading.Condition()
        self._line: list[tuple[int, bool]] = []
        self._busy: set[int] = set()
        self._alone = False
        self._resting: dict[int, Callable[[], None]] = {}
        self._ending: set[int] = set()

    def enter(self, worker: int, alone: bool, end: Callable[[], None], stopping: Callable[[], bool]) -> None:
        """Wait until a worker may begin a trial. If it is alone then, the processes of all others have been ended.

        Args:
            worker: Its number.
            alone: Whether it must be alone.
            end: Ends its process, if it has one; called, for whoever is alone, only while it waits or is at rest.
            stopping: Says whether the study ends.

        Raises:
            Stopped: If the study ends.
        """
        self.rest(worker, end)
        place = (worker, alone)
        with self._changed:
            self._line.append(place)
            try:
                while not self._may(place):
                    if stopping():
                        raise Stopped
                    self._changed.wait(LOOK_EVERY)
                self._busy.add(worker)
                self._alone = alone
                del self._resting[worker]
            finally:
                self._line.remove(place)
                self._changed.notify_all()
            others = dict(self._resting) if alone else {}
            self._ending.update(others)
        self._end(others, stopping)

    def rest(self, worker: int, end: Callable[[], None]) -> None:
        """Let a worker be busy no more.

        Args:
            worker: Its number.
            end: As for :meth:`enter`.
        """
        with self._changed:
            self._leave(worker)
            self._resting[worker] = end

    def forget(self, worker: int) -> None:
        """Let a worker go for good; nobody else ends its process any more."""
        with self._changed:
            self._leave(worker)
            self._resting.pop(worker, None)
            self._changed.wait_for(lambda: worker not in self._ending)

    def _end(self, others: dict[int, Callable[[], None]], stopping: Callable[[], bool]) -> None:
        """End processes side by side, since one may take seconds; meanwhile whoever is alone keeps theirs from beginning."""
        failed: list[BaseException] = []

        def end(other: int) -> None:
            try:
                others[other]()
            except BaseException as error:  # told to whoever is alone
                failed.append(error)
            finally:
                with self._changed:
                    self._ending.discard(other)
                    self._changed.notify_all()

        for other in others:
            try:
                threading.Thread(target=end, args=(other,), daemon=True, name=f"end of worker {other}").start()
            except RuntimeError:  # no more threads may be
                end(other)
        with self._changed:
            while not self._ending.isdisjoint(others):
                if stopping():
                    raise Stopped
                self._changed.wait(LOOK_EVERY)
        if failed:
            raise failed[0]

    def _leave(self, worker: int) -> None:
        if worker in self._busy:
            self._busy.discard(worker)
            self._alone = False
            self._changed.notify_all()

    def _may(self, place: tuple[int, bool]) -> bool:
        worker, alone = place
        if worker in self._ending:  # whoever was alone did not wait for it, since the study ends
            return False
        before = self._line[: self._line.index(place)]
        if alone:
            return not self._busy and not before
        return not self._alone and not any(wants_alone for _, wants_alone in before)
