"""Reading the records of many trials: processes beside this one read and check some of them, to the letter as this one does."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchsuite.control_groups import usable_processors
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.channel import Closed, Garbled
from benchsuite.execution.child import Child
from benchsuite.processes import without_collecting
from benchsuite.record import Record
from benchsuite.record_files import RecordFiles

MANY = 4_000
"""Records that make it worth while to start another process: it takes half a second to begin."""
MOST_HELPERS = 3
"""This process takes a tenth of the time of reading a record to receive it: more would wait for it."""
PIECE = 128
"""Trials whose records a process is asked for at once."""
AHEAD = 2
"""Pieces that each has before it: one that it reads, and the next."""
OFTEN = 8
"""After so many records that this process has read itself, it takes what others have sent, or they would wait."""

Found = Record | Damage | None
"""What lies in the place of a record."""


def read_beside(
    trials: Path, ids: Sequence[str], helpers: int | None = None, many: int = MANY
) -> Generator[Found, None, None]:
    """Yield what lies in the place of each trial's record, as :meth:`benchsuite.record_files.RecordFiles.load` says it.

    Nobody is waited for: what another process has not read when all else is there is read here. One that cannot be started,
    or dies, costs time alone.

    Args:
        trials: The folder of records.
        ids: Of the trials.
        helpers: Processes beside this one; one for each processor that is left, up to :data:`MOST_HELPERS`, unless given.
        many: They are started once a tenth as many records were found, while at least as many trials are left.
    """
    if len(ids) < many:
        files = RecordFiles(trials)
        yield from map(files.load, ids)
        return
    reading = _Reading(trials, ids, helpers, many)
    with without_collecting():
        try:
            yield from reading.found()
        finally:
            reading.close()
            gc.freeze()  # they stay: to scan them again and again would take as long


def all_beside(trials: Path, damaged: list[Damage], held: Mapping[str, Record] | None = None) -> Iterator[Record]:
    """Yield record after record of a folder, sorted by id; of many, other processes read some.

    Args:
        trials: The folder of records.
        damaged: Filled with what is no record, in the order of its path once all was read.
        held: By id, records that this process has read or written: their files need only be there.
    """
    known, before = held or {}, len(damaged)
    ids = [name.removesuffix(".json") for _, name in RecordFiles(trials).names(damaged)]
    with closing(read_beside(trials, [one for one in ids if one not in known])) as found:
        for one in ids:
            record = known[one] if one in known else next(found)
            if isinstance(record, Damage):
                damaged.append(record)
            elif record is not None:  # it may go meanwhile
                yield record
    # What lies in a wrong place was found before what cannot be read.
    damaged[before:] = sorted(damaged[before:], key=lambda one: one.path.split("/"))


class _Reading:
    def __init__(self, trials: Path, ids: Sequence[str], helpers: int | None, many: int) -> None:
        self._files, self._folder = RecordFiles(trials), trials
        self._pieces = [ids[start : start + PIECE] for start in range(0, len(ids), PIECE)]
        self._wanted = min(usable_processors() - 1, MOST_HELPERS) if helpers is None else helpers
        self._many = many
        self._helpers: dict[Child, int] = {}  # each with how many pieces it has before it
        self._given = 0
        self._came: dict[int, list[Found]] = {}
        self._next = 0

    def found(self) -> Iterator[Found]:
        """Yield what was found, in the order of the trials."""
        there = 0
        while self._next < len(self._pieces):
            left = PIECE * (len(self._pieces) - self._given)
            if self._wanted and there * 10 >= self._many and left >= self._many:
                self._start()
            self._listen()
            if self._next not in self._came:
                # Another one, as long as there is one that nobody reads; then the one that is waited for.
                number = self._given if self._given < len(self._pieces) else self._next
                self._given = max(self._given, number + 1)
                self._came[number] = self._read(self._pieces[number])
            if self._next in self._came:
                piece = self._came.pop(self._next)
                self._next += 1
                there += sum(one is not None for one in piece)
                yield from piece

    def close(self) -> None:
        """End the other processes."""
        for helper in self._helpers:
            helper.close()
        self._helpers.clear()

    def _read(self, ids: Sequence[str]) -> list[Found]:
        found: list[Found] = []
        for number, trial_id in enumerate(ids):
            if number % OFTEN == 0:
                self._listen()
            found.append(self._files.load(trial_id))
        return found

    def _start(self) -> None:
        for _ in range(self._wanted):
            try:
                helper = Child("benchsuite.execution.reading_child", str(self._folder.resolve()), "to read records in")
            except BenchsuiteError:  # this process reads them
                break
            self._helpers[helper] = 0
            self._give(helper)
        self._wanted = 0

    def _give(self, helper: Child) -> None:
        while self._helpers[helper] < AHEAD and self._given < len(self._pieces):
            helper.send((self._given, list(self._pieces[self._given])))
            self._helpers[helper] += 1
            self._given += 1

    def _listen(self) -> None:
        for helper in list(self._helpers):
            try:
                while (said := helper.receive(0)) is not None:
                    number, found = said
                    if number >= self._next:
                        self._came[number] = found
                    self._helpers[helper] -= 1
                    self._give(helper)
            except (Closed, Garbled):
                del self._helpers[helper]
                helper.close()
