"""Starting a worker, and who is to blame where that fails: nobody, until the worker imports a plugin that is not bundled."""

from __future__ import annotations

from collections.abc import Callable

from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.execution.death import Death, too_little
from benchsuite.execution.interface import Options
from benchsuite.execution.lineage import ImportFailure
from benchsuite.execution.messages import Importing, NotImported, Ready
from benchsuite.execution.process import Died, Stopped, TookTooLong, WorkerProcess
from benchsuite.outcomes import Outcome

START_SECONDS = 120.0
"""A worker may take so long to start, or as long as a trial where that is more: on a busy machine imports take a while."""
DEATHS_AT_START = 3
"""So many workers in a row that end by themselves while they start mean that none can."""
KILLS_AT_START = 100
"""And so many that somebody killed."""
KILLS_BELIEVED = 10
"""A trial whose worker somebody killed runs again on a fresh one; so many times in a row, it is the trial's own doing.

The same for a plugin whose import is killed.
"""
SOON_BELIEVED = 2
"""The same where the kernel says that it killed for want of memory, and for the other trials of such a trial's program.

In every case the last time must have been without another worker beside it: whom the kernel kills was large, and another
one may have used up the memory. Only of the limit of its own, which it reached, nobody else can have used up anything.
"""


class CannotImport(Exception):
    """Raised when a worker has gone because of a plugin that it was importing."""

    def __init__(self, failure: ImportFailure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class NotAlone(Exception):
    """Raised when workers were killed so often while they started that another one may be to blame: the next is to start alone."""


def start(
    options: Options, number: int, stopping: Callable[[], bool], seconds: float, alone: bool | None
) -> tuple[WorkerProcess, tuple[str, ...]]:
    """Return a worker process that is ready, and what the import of its plugins changed in it.

    Args:
        options: What it is told, its lineage included.
        number: Its number.
        stopping: Says whether the study ends.
        seconds: A trial may take, and the import of a plugin.
        alone: Whether no other worker is there; ``None`` if nobody can tell.

    Raises:
        BenchsuiteError: If none can start.
        CannotImport: If a plugin of its lineage cannot be imported.
        NotAlone: If it was killed so often that it would be believed, and is not alone.
        Stopped: If the study ends.
    """
    deaths: list[Death] = []
    killed = 0
    while True:
        try:
            process = WorkerProcess(options, number, stopping)
        except OSError as error:  # a full disk, too many processes
            raise BenchsuiteError(
                f"a worker cannot start: {said_by(error)}. Every record is whole. Mend that and run the same command again."
            ) from error
        plugin = ""
        limit = max(seconds, START_SECONDS)
        try:
            said = process.ready(limit)
            while isinstance(said, Importing):  # what happens now is the doing of that plugin
                plugin, limit = said.plugin, seconds
                said = process.ready(limit)
        except TookTooLong:
            if plugin:
                how = f"it took longer than {limit:g} seconds (--timeout)"
                raise CannotImport(ImportFailure(plugin, Outcome.TIMED_OUT, how, process.printed, True)) from None
            raise BenchsuiteError(
                f"a worker did not start within {limit:g} seconds. {_look(options, number)}"
            ) from None
        except Died as gone:
            death = gone.death
            if plugin:
                killed += 1
                believed = SOON_BELIEVED if death.full or (death.starved and alone is not None) else KILLS_BELIEVED
                if death.from_outside and alone is False and not death.full and killed + 1 >= believed:
                    raise NotAlone from None
                if death.from_outside and killed < believed:
                    continue
                outcome, how = death.verdict(killed if death.from_outside else 1, alone is True)
                failure = ImportFailure(plugin, outcome, how, death.printed, death.from_outside)
                raise CannotImport(failure) from None
            deaths.append(death)
            own = [death for death in deaths if death.starved or not death.from_outside]
            if alone is False and death.from_outside and death.starved and not death.full:
                raise NotAlone from None
            if len(own) >= DEATHS_AT_START or len(deaths) >= KILLS_AT_START:
                raise BenchsuiteError(cannot_start(len(deaths), death, options, number)) from None
            continue
        except Stopped:
            process.end()
            raise
        if isinstance(said, NotImported):
            process.end()
            raise CannotImport(ImportFailure(said.plugin, Outcome.CRASHED, said.reason, said.traceback))
        assert isinstance(said, Ready)
        if said.problem:
            process.end()
            if plugin:  # all was well before it was imported
                raise CannotImport(ImportFailure(plugin, Outcome.CRASHED, said.problem, process.printed))
            raise BenchsuiteError(said.problem)
        return process, said.changed


def cannot_start(times: int, death: Death, options: Options, number: int) -> str:
    """Return what to say where workers end that nothing was asked of.

    Args:
        times: How many, in a row.
        death: The end of the last one.
        options: What they were told.
        number: Of the worker.
    """
    if death.full:
        return too_little(options.memory_bytes)
    return (
        f"workers cannot start: {times} in a row ended while they did, the last one {death}. "
        f"No trial was blamed for it. {_look(options, number)}"
    )


def _look(options: Options, number: int) -> str:
    return f"Look at {options.log(number).name} in {options.logs}, mend that, and run the same command again."
