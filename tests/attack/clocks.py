"""Clocks that jump, processes that are stopped, laptops that sleep: the outcome of every trial is what it would have been."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.attack.kills import STUDY, Watched, undisturbed
from tests.attack.sabotage import sabotaged
from tests.attack.study import Running
from tests.attack.survivors import Process
from tests.attack.table import Attack, Found

SIZE = ("--seeds", "4", "--epochs", "300")
LIMIT = int(os.environ.get("ATTACK_TIMEOUT", "12"))
"""Seconds that a trial may take here."""
JUMPS = (3600, -3600, 10**6, -(10**9))

# The offset lies in a file, so that it can change at any moment, in all processes at once.
JUMPING = """
import os, time
def _jumping(original, unit):
    def now():
        try:
            with open({file!r}) as file:
                return original() + unit * int(file.read() or 0)
        except (OSError, ValueError):
            return original()
    return now
for name in {names!r}:
    setattr(time, name, _jumping(getattr(time, name), 1))
    setattr(time, name + "_ns", _jumping(getattr(time, name + "_ns"), 10**9))
"""
WALL = ("time",)
# What a suspended machine does to the clocks that go on meanwhile; in some virtual machines the monotonic one does.
EVERY = ("time", "monotonic", "perf_counter")


class Clock:
    """A clock that jumps.

    Args:
        folder: For its file.
        names: Functions of the module ``time`` that jump with it.
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "offset"
        self.variables = sabotaged(folder, JUMPING.format(file=str(self._file), names=names))

    def jump(self, seconds: int) -> None:
        """Go forward, or back, from the true time."""
        self._file.write_text(str(seconds), encoding="ascii")


def _attack(
    blow: Callable[[Running, Clock | None], str], names: tuple[str, ...] = (), at: str = "training"
) -> Callable[[Path], Found]:
    def attack(folder: Path) -> Found:
        found = Found()
        wanted = undisturbed(folder.parent / "kills", SIZE)
        watched = Watched(folder / "study", SIZE, wanted)
        clock = Clock(folder / "clock", names) if names else None
        if clock:
            watched.study.variables = clock.variables
        running = watched.study.start("run", *STUDY, *SIZE, "--timeout", str(LIMIT))
        if at == "training":
            hit = running.wait_for(lambda: len(watched.study.files()) > 0, 90)
        else:
            hit = running.wait_for(lambda: running.workers(), 60)
        found.need(hit and running.alive, "it was over before the blow")
        said = blow(running, clock)
        ended = running.ended(180)
        found.need(ended.code == 0, str(ended))
        watched.nothing_left(found, ended.left, "the end")
        watched.look(found)
        found.need(len(watched.written) == len(wanted), f"{len(watched.written)} of {len(wanted)} records")
        found.measured = f"{said}; limit {LIMIT} s; {len(watched.written)} of {len(wanted)} trials completed, same bits"
        return found

    return attack


def _jumps(running: Running, clock: Clock | None) -> str:
    assert clock is not None
    for seconds in JUMPS:
        clock.jump(seconds)
        running.wait_for(lambda: False, 1.5)
    return "jumps of " + ", ".join(f"{seconds:+} s" for seconds in JUMPS)


def _stopped(running: Running, chosen: Callable[[], list[Process]], clock: Clock | None = None) -> str:
    seconds = 1.5 * LIMIT if clock is None else 2.0
    stopped = chosen()
    for process in stopped:
        process.signal(signal.SIGSTOP)
    running.wait_for(lambda: False, seconds)
    if clock is not None:
        clock.jump(3600)
    for process in reversed(stopped):
        process.signal(signal.SIGCONT)
    return f"{len(stopped)} stopped for {seconds:g} s"


def _one_worker(running: Running, clock: Clock | None) -> str:
    return _stopped(running, lambda: running.workers()[:1])


def _all_workers(running: Running, clock: Clock | None) -> str:
    return _stopped(running, running.workers)


def _everything(running: Running, clock: Clock | None) -> str:
    return _stopped(running, running.everything, clock)


def _main(running: Running, clock: Clock | None) -> str:
    return _stopped(running, lambda: running.everything()[:1])


def _terminal(running: Running, clock: Clock | None) -> str:
    """What Ctrl-Z does: the signal goes to the group of the shell's job, and the job stops of itself."""
    running.signal_group(signal.SIGTSTP)
    running.wait_for(lambda: False, 1.5 * LIMIT)
    running.signal_group(signal.SIGCONT)
    return f"stopped for {1.5 * LIMIT:g} s"


def attacks() -> list[Attack]:
    """Return the attacks of this module."""
    holds = "exit 0; every trial completed, with the bits of an undisturbed run"
    return [
        Attack("the wall clock is set forward and back", holds, _attack(_jumps, WALL)),
        Attack("SIGSTOP and SIGCONT of a worker that trains", holds, _attack(_one_worker)),
        Attack("SIGSTOP and SIGCONT of workers that start", holds, _attack(_all_workers, at="starting")),
        Attack("SIGSTOP and SIGCONT of the main process", holds, _attack(_main)),
        Attack("SIGSTOP and SIGCONT of everything", holds, _attack(_everything)),
        Attack("SIGTSTP to the job, as Ctrl-Z does", holds, _attack(_terminal)),
        Attack("the machine sleeps for an hour, all clocks jump", holds, _attack(_everything, EVERY)),
    ]
