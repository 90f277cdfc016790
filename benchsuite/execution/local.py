"""Local worker processes: spawned, long-lived, one thread each. A dying or hanging one costs exactly the trial it was running."""

from __future__ import annotations

import multiprocessing
import queue
import re
import signal
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.interface import Cell, Finished, Options, Started
from benchsuite.execution.worker import execute, initialize
from benchsuite.trial import Trial

if TYPE_CHECKING:
    from pebble import ProcessPool

LOG_TAIL = 4000

RECYCLE_BYTES = 1_380_000_000
"""A worker larger than this is replaced between two cells: XLA keeps every program it ever compiled, about 12 MB each."""


class _Stopped(Exception):
    """The study ends before this trial did; it gets no record."""


class LocalExecutor:
    """Runs cells on this machine: one pebble pool of one process for each worker, so that cells stay where their program is."""

    def run(self, cells: Sequence[Cell], options: Options) -> Generator[Started | Finished, None, None]:
        """Yield events in the order in which they happen; see :class:`~benchsuite.execution.interface.Executor`."""
        # Longest first: the last worker to finish decides how long the study takes.
        waiting: queue.SimpleQueue[Cell] = queue.SimpleQueue()
        for cell in sorted(cells, key=lambda cell: (-cell.seconds, cell.trials[0].id)):
            waiting.put(cell)
        events: queue.SimpleQueue[Started | Finished | Exception | None] = queue.SimpleQueue()
        lanes = [_Lane(number, waiting, events, options) for number in range(min(options.workers, len(cells)))]
        for lane in lanes:
            lane.start()
        running = len(lanes)
        try:
            while running:
                try:
                    event = events.get(timeout=0.2)  # never for ever: Ctrl-C must get through
                except queue.Empty:
                    continue
                if event is None:
                    running -= 1
                elif isinstance(event, Exception):
                    raise event
                else:
                    yield event
        finally:
            for lane in lanes:
                lane.stopping.set()
            for lane in lanes:
                lane.join()  # at once: a lane looks twice a second
            for lane in lanes:
                lane.end_process()


class _Lane(threading.Thread):
    """Feeds one worker process, trial by trial."""

    def __init__(
        self, number: int, waiting: queue.SimpleQueue[Cell], events: queue.SimpleQueue[Any], options: Options
    ) -> None:
        super().__init__(daemon=True, name=f"lane {number}")
        self.number = number
        self.stopping = threading.Event()
        self._waiting = waiting
        self._events = events
        self._options = options
        self._log = Path(options.logs) / f"worker-{number}.log"
        self._resident = 0
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        return ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("spawn"),
            initializer=initialize,
            initargs=(self._options, self.number),
        )

    def end_process(self) -> None:
        """End the worker process, whatever it does."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble types it by halves
        self._pool.join()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    cell = self._waiting.get_nowait()
                except queue.Empty:
                    return
                if self._resident > RECYCLE_BYTES:
                    self.end_process()
                    self._pool, self._resident = self._new_pool(), 0
                for trial in cell.trials:
                    if self.stopping.is_set():
                        return
                    self._events.put(Started(trial, self.number))
                    try:
                        run = self._one(trial, cell.timeout)
                    except _Stopped:
                        return
                    self._events.put(Finished(trial, self.number, run))
        except Exception as error:  # told to the main thread, which stops the study with it
            if not self.stopping.is_set():
                self._events.put(error)
        finally:
            self._events.put(None)

    def _one(self, trial: Trial, timeout: float) -> dict[str, Any]:
        """Run one trial to whatever end."""
        from pebble import ProcessExpired

        started = time.perf_counter()
        written = self._log.stat().st_size if self._log.exists() else 0
        try:
            future = self._pool.schedule(execute, args=[trial.spec], timeout=timeout)
            # Never wait for ever: a stopped pool leaves its futures as they are.
            while not wait([future], timeout=0.5).done:
                if self.stopping.is_set():
                    raise _Stopped
            answer: dict[str, Any] = future.result()
            self._resident = answer.pop("resident_bytes")
            return answer
        except (BenchsuiteError, _Stopped):
            raise
        except FutureTimeoutError:
            limit = f"{timeout:g} seconds (--timeout)"
            outcome, reason = "timed_out", f"it took longer than {limit}, compilation included"
        except ProcessExpired as death:
            outcome, reason = self._death(death.exitcode, self._tail(written))
        except Exception as error:  # an answer that cannot be sent back
            outcome, reason = "crashed", f"{type(error).__name__}: {error}"
        return {
            "outcome": outcome,
            "reason": reason,
            "curves": {},
            "results": {"failure": {"step": None, "traceback": self._tail(written)}},
            "costs": {"wall_seconds": time.perf_counter() - started},
            "data_checksum": "",
            "probes": {},
            "environment": {"worker": self.number, "device": self._options.device},
        }

    def _tail(self, start: int) -> str:
        """Return the end of what the worker printed since a position in its log."""
        try:
            with self._log.open("rb") as log:
                log.seek(max(start, log.seek(0, 2) - 16 * LOG_TAIL))  # it may have printed for hours
                printed = log.read().decode(errors="replace")
                # faulthandler ends with a list of modules that is longer than all that matters.
                return re.sub(r"Extension modules: .*\n?", "", printed)[-LOG_TAIL:]
        except OSError:
            return ""

    def _death(self, code: int | None, printed: str) -> tuple[str, str]:
        if code is not None and code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = f"signal {-code}"
            if name == "SIGABRT" and (
                "bad_alloc" in printed or "out of memory" in printed.lower() or "Cannot allocate" in printed
            ):
                return (
                    "out_of_memory",
                    "the worker process gave up for want of memory (SIGABRT; --memory sets the limit)",
                )
            hint = "; the operating system does so when memory runs out" if name == "SIGKILL" else ""
            return "crashed", f"the worker process was killed by {name}{hint}"
        return "crashed", f"the worker process ended by itself with exit code {code}"
