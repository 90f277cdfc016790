"""A comparison that goes on until it has an answer: seeds in looks, and a decision after each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.trial import Trial

FIRST_LOOK = 10
"""Seeds of the first look: fewer cannot pass Holm's correction for a handful of tasks at a part of the error rate."""
LAST_LOOK = 40
"""Seeds of the last look, unless told otherwise."""
GROWTH = 2
"""Each look has so many times the seeds of the one before: few looks, so that little is spent on looking."""


class Sequential:
    """A source that proposes the trials of one look after another, until a look decides or there are no more.

    Whether it goes on is asked once all trials of a look were told, which happens in the order of their proposals: it
    depends neither on the number of workers nor on who was faster, and a run that was stopped goes on the same way.

    Args:
        looks: The trials that each look adds, in the order in which they are proposed.
        decided: Given a look's number, from 0, and all records until then, says whether it decides.

    Attributes:
        look: Number of the last look that was proposed, from 0.
        planned: The trials of the first look, which run in any case.
    """

    def __init__(self, looks: Sequence[Sequence[Trial]], decided: Callable[[int, Sequence[Record]], bool]) -> None:
        self.look = 0
        self._looks = [list(trials) for trials in looks]
        self._decided = decided
        self._records: list[Record] = []
        self._waiting: list[Trial] = self._looks[0] if self._looks else []
        self.planned: Sequence[Trial] = tuple(self._waiting)
        self._asked = len(self._waiting)

    def propose(self) -> Sequence[Trial]:
        """Return the trials of the present look, once."""
        proposed, self._waiting = self._waiting, []
        return proposed

    def tell(self, record: Record) -> None:
        """Take a record; after the last one of a look, ask whether to go on."""
        self._records.append(record)
        if len(self._records) < self._asked or self.look + 1 >= len(self._looks):
            return
        if not self._decided(self.look, tuple(self._records)):
            self.look += 1
            self._waiting = self._looks[self.look]
            self._asked += len(self._waiting)


def look_sizes(at_most: int) -> tuple[int, ...]:
    """Return how many seeds each look has in all: 10, 20, 40, …, and the bound last.

    Args:
        at_most: The bound; where it is 10 or less there is one look.
    """
    sizes = []
    size = FIRST_LOOK
    while size < at_most:
        sizes.append(size)
        size *= GROWTH
    return (*sizes, at_most)
