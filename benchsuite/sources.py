"""Sources: what proposes trials and is told of their records. A plan is the simplest one; tuners are others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from benchsuite.record import Record
from benchsuite.trial import Trial


class Source(Protocol):
    """Proposes trials.

    It is asked once when a study begins, and again after every record that it is told. It is told the records of its
    trials in the order in which it proposed them, whichever ended first: what it proposes may depend on results, and
    can depend neither on the number of workers nor on who was faster. The study ends when every trial has been told and
    nothing more is proposed.
    """

    def propose(self) -> Sequence[Trial]:
        """Return trials to run now; none if it waits for records, or has no more.

        To keep workers busy, propose several before waiting for the first.
        """
        ...

    def tell(self, record: Record) -> None:
        """Learn what came of the next of its trials; one that had a record already is told like any other."""
        ...


class Together:
    """Several sources that run side by side, each as if it were alone.

    Each is told its own records in the order of its own proposals, and never waits for what another one proposed: what it
    proposes depends neither on the others nor on the number of workers.

    Args:
        sources: In the order in which they are asked.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)


def alone(source: Source | Together) -> tuple[Source, ...]:
    """Return the sources that run side by side; one of its own is the only one."""
    return source.sources if isinstance(source, Together) else (source,)


class Planned:
    """A source that knows all its trials beforehand.

    Args:
        trials: In the order in which tables name them.

    Attributes:
        planned: The same.
    """

    def __init__(self, trials: Iterable[Trial]) -> None:
        self.planned: Sequence[Trial] = tuple(trials)
        self._left = self.planned

    def propose(self) -> Sequence[Trial]:
        """Return all of them, once."""
        proposed, self._left = self._left, ()
        return proposed

    def tell(self, record: Record) -> None:
        """Learn nothing; see :func:`learns`."""


def learns(source: Source) -> bool:
    """Say whether a source does anything with what it is told: a plan does not, and its records need not be read for it."""
    return type(source).tell is not Planned.tell
