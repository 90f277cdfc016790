"""The records of a study while it runs: each can be asked for, and those that are written meanwhile take no memory for long."""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from contextlib import closing

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.reading import read_beside
from benchsuite.record import Record
from benchsuite.store import Store

HELD = 1000
"""So many of the records that were written last are held; any other is read again when somebody asks for it."""


class StudyRecords(Mapping[str, Record]):
    """Trial → its record, in the order in which they came. After a day there are 100,000 of them, 8 kB each and more.

    Args:
        store: Where all of them lie.

    Raises:
        BenchsuiteError: By whoever asks for one that has gone from the store, or is none any more.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: deque[str] = deque()
        self._records: dict[str, Record | None] = {}

    def found(self, record: Record) -> None:
        """Add one that was there before the run, and was read: as many as there are, and no more while it runs."""
        self._records[record.id] = record

    def written(self, record: Record) -> None:
        """Add one that was written to the store."""
        self._records[record.id] = record
        self._held.append(record.id)
        if len(self._held) > HELD:
            self._records[self._held.popleft()] = None

    def items(self) -> ItemsView[str, Record]:
        """Return each with its record, one after another. Those that are not held are read, of many some by other processes."""
        return _Items(self)

    def values(self) -> ValuesView[Record]:
        """Return the records, as :meth:`items` does."""
        return _Values(self)

    def one_by_one(self) -> Iterator[tuple[str, Record]]:
        """Yield each with its record; what was read is not held."""
        known = list(self._records.items())
        with closing(read_beside(self._store.trials, [one for one, record in known if record is None])) as found:
            for trial_id, record in known:
                yield trial_id, self._there(trial_id, self._store.judged(next(found))) if record is None else record

    def __getitem__(self, trial_id: str) -> Record:
        record = self._records[trial_id]
        return self._there(trial_id, self._store.read(trial_id)) if record is None else record

    def _there(self, trial_id: str, record: Record | None) -> Record:
        """Return what was read in a record's place, if it is there."""
        if record is None:
            self._store.check(self)  # says how many are lost
            raise BenchsuiteError(
                f"the record {self._store.path(trial_id)} went and came back. Run the same command again."
            )
        return record

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, trial_id: object) -> bool:
        return trial_id in self._records


class _Items(ItemsView[str, Record]):
    def __init__(self, records: StudyRecords) -> None:
        super().__init__(records)
        self._records = records

    def __iter__(self) -> Iterator[tuple[str, Record]]:
        return self._records.one_by_one()


class _Values(ValuesView[Record]):
    def __init__(self, records: StudyRecords) -> None:
        super().__init__(records)
        self._records = records

    def __iter__(self) -> Iterator[Record]:
        return (record for _, record in self._records.one_by_one())
