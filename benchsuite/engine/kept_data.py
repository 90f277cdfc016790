"""The data that a session keeps: as tasks gave them, split, prepared, and uploaded to the device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from benchsuite.components import Task
from benchsuite.data import Dataset, Prepared, Raw, prepare, read, split
from benchsuite.engine.cache import Cache
from benchsuite.engine.ingredients import make
from benchsuite.engine.program.feed import Feed
from benchsuite.engine.program.program import Program
from benchsuite.errors import BenchsuiteError
from benchsuite.instances import certify_command
from benchsuite.selection import Components
from benchsuite.trial import Division, Trial

# Small, since it stays resident.
PREPARED_KEPT = 6
DATA_KEPT_BYTES = 256 * 2**20


@dataclass
class Usable:
    """Data that a program can train on.

    Args:
        prepared: On the host.
        feed: On the device, once they were uploaded.
    """

    prepared: Prepared
    feed: Feed | None = None

    def uploaded(self, program: Program) -> Feed:
        """Return them on a program's device, uploaded once for many trials."""
        self.feed = program.upload(self.prepared.x, self.feed)
        return self.feed


class KeptData:
    """The data of the last tasks and splits.

    Args:
        components: Where preprocessings are looked up.
        certified: Finds the checksum that a task's data must have; ``None`` if any will do.
    """

    def __init__(self, components: Components, certified: Callable[[Task], str | None]) -> None:
        self._components = components
        self._certified = certified
        self._usable: Cache[Usable] = Cache(PREPARED_KEPT)
        self._datasets: Cache[Dataset] = Cache(PREPARED_KEPT, dependents=[self._usable])
        self._raw: Cache[Raw] = Cache(
            most_bytes=DATA_KEPT_BYTES, size=lambda raw: int(raw.arrays.x.nbytes), dependents=[self._datasets]
        )
        self._unreadable: dict[str, tuple[Exception, TracebackType | None]] = {}

    def raw(self, task: Task) -> Raw:
        """Return a task's data as it gave them.

        Raises:
            Exception: Whatever the task raises; the same again without trying, since a broken file may take long to read.
            BenchsuiteError: If they are not those of its certificate.
        """
        if task.name in self._unreadable:
            error, where = self._unreadable[task.name]
            raise error.with_traceback(where)
        try:
            return self._raw.get((task.name,), lambda: self._checked(task, read(task)))
        except MemoryError:
            raise
        except Exception as error:
            self._unreadable[task.name] = error, error.__traceback__
            raise

    def dataset(self, task: Task, division: Division) -> Dataset:
        """Return a task's data, split; raises as :meth:`raw` does."""
        return self._datasets.get((task.name, division), lambda: split(task, self.raw(task), division))

    def usable(self, trial: Trial, dataset: Dataset) -> Usable:
        """Return the data of a trial, preprocessed as its recipe says."""
        setting = trial.recipe.one("preprocessing")
        key = (trial.task, trial.division, setting)
        return self._usable.get(key, lambda: Usable(prepare(dataset, make(setting, self._components))))

    def _checked(self, task: Task, raw: Raw) -> Raw:
        certified = self._certified(task)
        if certified not in (None, raw.checksum):
            raise BenchsuiteError(
                f"the data of {task.title} are not those of its certificate: checksum {raw.checksum}, certified {certified}. "
                f"If that is meant to be, raise its version, and {certify_command(task.name)}."
            )
        return raw
