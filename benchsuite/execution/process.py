"""One worker process, seen from the run: started, given trials, waited for, ended."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import psutil

from benchsuite.control_groups import kills_for_memory
from benchsuite.discovery.guard import search_path
from benchsuite.engine.surroundings import worker_environment
from benchsuite.execution.channel import Channel, Closed, Garbled
from benchsuite.execution.clock import ActiveClock
from benchsuite.execution.containment import Contained, without_forks
from benchsuite.execution.death import Death
from benchsuite.execution.interface import Options
from benchsuite.execution.log import Log
from benchsuite.execution.messages import Answer, Begun, EpochMeasured, Starting, Writing
from benchsuite.trial import Trial

LOOK_EVERY = 0.1
"""Seconds between two looks at a process that is waited for; an answer itself is noticed at once."""
GOING_SECONDS = 1.0
"""A process may be there so long after it has closed its end of the connection."""
EXITING_SECONDS = 10.0
"""And so long if the kernel is taking it down."""
WAKES = 3
"""A worker that somebody stopped for as long as its limit is woken, so often at most: it may have stopped itself."""

GONE = (psutil.STATUS_DEAD, psutil.STATUS_ZOMBIE)

Message = TypeVar("Message", Starting, Begun, Answer)

# The search path is the run's own: a module that it can import, a worker can. It is set before anything is imported, so
# that no file of the working folder can pass for a module of the standard library.
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from benchsuite.execution.worker import serve; serve(int(sys.argv[1]))"
)


class Stopped(Exception):
    """Raised when the study ends before the worker did what it was waited for."""


class TookTooLong(Exception):
    """Raised when a worker takes longer than it may; it has been ended."""


class Died(Exception):
    """Raised when a worker process has gone without being asked to."""

    def __init__(self, death: Death) -> None:
        super().__init__(str(death))
        self.death = death


class WorkerProcess:
    """A worker process.

    Args:
        options: What it is told.
        number: Its number.
        stopping: Says whether the study ends: whoever waits is let go with :class:`Stopped`.
    """

    def __init__(self, options: Options, number: int, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        starved = kills_for_memory()
        with without_forks():
            self._start(options, number)
        self._starved = starved if self._process.kills is None else 0
        self._full, self._elsewhere = 0, self._process.shortages_elsewhere
        self._clock = ActiveClock(self._is_stopped)
        self._begun = False
        self.resident_bytes = 0
        self.told: Callable[[EpochMeasured], None] = lambda _: None
        """Told of epochs, if the options ask for them."""
        self._channel.send((options, number))

    def _start(self, options: Options, number: int) -> None:
        self._log = Log(options.log(number), options.results)
        self._channel = Channel()
        try:
            with self._channel.theirs as theirs, self._log.pipe() as log:
                self._process = Contained(
                    [sys.executable, "-c", BOOT, str(theirs.fileno()), "\n".join(search_path())],
                    worker_environment(os.environ),
                    output=log,
                    channel=theirs.fileno(),
                    memory=options.memory_bytes if options.device.startswith("cpu") else 0,
                )
        except OSError:
            self._channel.close()
            raise

    def ready(self, seconds: float) -> Starting:
        """Wait for what it says next while it starts. From the first on its memory is limited: before, it imports what is bundled.

        Args:
            seconds: In which it may run before it is ready; see :class:`~benchsuite.execution.clock.ActiveClock`.

        Raises:
            Died: If it goes meanwhile.
            TookTooLong: If it takes longer than ``seconds``.
            Stopped: If the study ends.
        """
        said = self._wait(seconds, Starting)
        self._process.limit()
        return said

    def run(self, trials: Sequence[Trial], seconds: float) -> list[Answer]:
        """Run one trial, or several that train side by side.

        Args:
            trials: They.
            seconds: In which each of them may run.

        Raises:
            Died: If it goes; :attr:`Death.begun` says whether it had begun them.
            TookTooLong: If they take longer together than ``seconds`` for each.
            Stopped: If the study ends.
        """
        self._log.begin()
        self._process.limit()
        self._starved, self._full = self._kills(), self._process.full
        self._elsewhere = self._process.shortages_elsewhere
        self._begun = False
        self._channel.send([trial.spec for trial in trials])
        self._wait(seconds, Begun)
        self._begun = True
        clock = ActiveClock(self._is_stopped)  # one for all of them
        answers = [self._wait(seconds * len(trials), Answer, clock) for _ in trials]
        self._begun = False
        self.resident_bytes = answers[-1].resident_bytes
        return answers

    @property
    def seconds(self) -> float:
        """The seconds in which it ran since it began what was last asked of it."""
        return self._clock.seconds

    @property
    def printed(self) -> str:
        """The end of what it printed since it was given its last trial."""
        return self._log.printed

    @property
    def left_behind(self) -> bool:
        """Whether something runs that its trials have started."""
        return self._process.left_behind

    def end(self) -> None:
        """End it with all that it has started, whatever it does."""
        self._process.end()
        self._channel.close()
        self._log.close()

    def _wait(self, seconds: float, kind: type[Message], clock: ActiveClock | None = None) -> Message:
        """Return its next message."""
        self._clock = clock = clock or ActiveClock(self._is_stopped)
        wakes, writing = 0, False
        while True:
            gone = self._process.poll() is not None
            try:
                message = self._channel.receive(0 if gone else LOOK_EVERY)  # what it said before it went still counts
            except (Closed, Garbled) as why:
                self._gone(isinstance(why, Garbled))
            if isinstance(message, kind):
                return message
            if isinstance(message, EpochMeasured):
                self.told(message)
            elif isinstance(message, Writing):
                writing = message.begins
            elif gone or message is not None:
                self._gone(message is not None)
            if self._stopping():
                raise Stopped
            if (
                not writing
            ):  # a drive may hang for hours: that is no trial's doing, and the same command goes on after it
                clock.tick()
            if clock.stopped_seconds > seconds * (wakes + 1):
                self._process.resume()
                wakes += 1
            if clock.seconds > seconds or wakes > WAKES:
                self.end()
                raise TookTooLong

    def _kills(self) -> int:
        """Return how many the kernel has killed for want of memory: of its own processes where they are counted, or of all."""
        own = self._process.kills
        return kills_for_memory() if own is None else own

    def _is_stopped(self) -> bool:
        return self._process.status in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)

    def _gone(self, garbled: bool) -> NoReturn:
        """Say how it went; end it if it is there and only its end of the connection is lost."""
        begun = time.monotonic()
        while not garbled and self._process.code is None and self._process.status not in GONE:
            if time.monotonic() - begun > (EXITING_SECONDS if self._process.exiting else GOING_SECONDS):
                break
            time.sleep(0.01)
        cut = self._process.code is None and self._process.status not in GONE
        code = self._process.end()
        self._channel.close()
        self._log.close()
        cut = cut and code == -signal.SIGKILL  # or it was about to go all the same
        starved = self._kills() > self._starved
        full = self._process.full > self._full and self._process.shortages_elsewhere == self._elsewhere
        raise Died(Death(code, self._begun, self.printed, starved, cut, starved and full))
