"""Who watches a study, and what a run says that it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.trial import Trial


class Watcher(Protocol):
    """Watches a study; the live display is one."""

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        """See trials proposed: how many have records, how many will run, stale records among them, predicted seconds of work left.

        All are totals since the study began.
        """
        ...

    def started(self, trial: Trial, worker: int) -> None:
        """See a worker begin a trial."""
        ...

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        """See a trial end; ``left`` is the predicted seconds of work that remain."""
        ...

    def placed(self, worker: int, node: str) -> None:
        """See a worker get its place on a node of a cluster, or lose it: then the name of the node is empty."""
        ...

    def problem(self, text: str) -> None:
        """See something go wrong beside the trials, such as a logger's hook that raised."""
        ...


@dataclass
class Summary:
    """What a run did.

    Args:
        done: Trials that had records already.
        ran: Trials that ran.
        stale: Records set aside because source code changed.
        outcomes: Outcome → number of trials that ran.
        compiled: Functions that were compiled.
        loaded: Functions whose compiled code was there already.
        records: The study's records, by trial id; known at its end. Of very many, most are read when they are asked for.
        unrepeated: Trials with a record that ran again for an extra and did not give the numbers of their record, each
            with what differs.
        unkept: Trials with a record that ran again for an extra, and of which nothing could be kept, each with the reason.
        no_data: Trials that had no data, each with the reason: they run again with the next command.
    """

    done: int = 0
    ran: int = 0
    stale: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    compiled: int = 0
    loaded: int = 0
    records: Mapping[str, Record] = field(default_factory=dict)
    unrepeated: dict[str, str] = field(default_factory=dict)
    unkept: dict[str, str] = field(default_factory=dict)
    no_data: dict[str, str] = field(default_factory=dict)
