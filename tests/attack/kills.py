"""SIGKILL and other signals at random moments: no record is lost, torn, doubled or falsely failed, and nothing survives."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.attack.sabotage import sabotaged
from tests.attack.study import GRACE, Numbers, Study
from tests.attack.table import Attack, Found

KILLS = 55
"""Of the main process, and as many of workers."""
STUDY = ("--no-local", "--task", "noisy_quadratic", "--optimizer", "sgd,adam,momentum", "--workers", "2")
LONG = ("--seeds", "20", "--epochs", "300")
SHORT = ("--seeds", "3", "--epochs", "100")
KILLED_WHILE_WRITING = """
import os, signal, sys
if sys.orig_argv[1:3] == ["-m", "benchsuite"]:
    original, calls = os.{function}, []
    def {function}(*given, **more):
        calls.append(1)
        if len(calls) == {times}:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **more)
    os.{function} = {function}
"""
_undisturbed: dict[tuple[Path, tuple[str, ...]], Numbers] = {}
_first_record: dict[tuple[str, ...], float] = {}


def undisturbed(folder: Path, size: tuple[str, ...]) -> Numbers:
    """Return the numbers of the study when nobody disturbs it; computed once, with the time to its first record.

    Kills fall into twice that time: on a slow machine, too, they hit processes that start, wait and train.
    """
    if (folder, size) not in _undisturbed:
        study = Study(folder / str(len(_undisturbed)), cache=folder / "cache")
        started = time.monotonic()
        running = study.start("run", *STUDY, *size)
        running.wait_for(study.files, 300)
        _first_record[size] = time.monotonic() - started
        ended = running.ended()
        assert ended.code == 0, ended
        _undisturbed[folder, size] = study.numbers()
    return _undisturbed[folder, size]


class Watched:
    """A study whose records are looked at after each blow.

    Args:
        folder: Where.
        size: Seeds and epochs.
        wanted: What an undisturbed run gives.
        cache: Where it keeps compiled code; its own unless given. Who is killed may well find what others have compiled.
    """

    def __init__(self, folder: Path, size: tuple[str, ...], wanted: Numbers, cache: Path | None = None) -> None:
        self.study = Study(folder, cache=cache)
        self.size = size
        self.wanted = wanted
        self.written: dict[str, bytes] = {}

    def look(self, found: Found) -> None:
        """Note what is lost, torn, doubled, failed or of other bits."""
        files = self.study.files()
        found.need(self.written.items() <= files.items(), "a record was lost or written again")
        self.written = files
        names = [name.removesuffix(".json") for name in files]
        found.need(set(names) <= set(self.wanted), "there is a record of no trial of the study")
        found.need(not list(self.study.results.glob("stale/*")), "a record was set aside")
        for name, content in files.items():
            try:
                json.loads(content)
            except ValueError:
                found.need(False, f"the record {name} is torn")
                return
        for name, held in self.study.numbers().items():
            if held["outcome"] != "completed":
                found.need(False, f"falsely {held['outcome']}: {held['reason']}")
            elif held != self.wanted.get(name):
                found.need(False, f"the record {name} has other bits")

    def finished(self, found: Found) -> None:
        """Let it go on to its end, undisturbed, and look."""
        ended = self.study.run("run", *STUDY, *self.size)
        found.need(ended.code == 0, f"going on: {ended}")
        self.nothing_left(found, ended.left, "an end of its own")
        self.look(found)
        found.need(len(self.written) == len(self.wanted), f"{len(self.written)} of {len(self.wanted)} records")

    def nothing_left(self, found: Found, left: object, after: str) -> None:
        """Note what survived."""
        if left:
            found.need(False, f"{GRACE:g} s after {after} there is {left}")


def main_kills(folder: Path, kills: int, chance: random.Random, size: tuple[str, ...] = LONG) -> Found:
    """Kill the main process at random moments from its start on, again and again."""
    found, done, runs, whole, slowest = Found(), 0, 0, 0, 0.0
    wanted, cache = undisturbed(folder.parent / "kills", size), folder.parent / "kills" / "cache"
    watched = Watched(folder / "0", size, wanted, cache)
    while done < kills:
        running = watched.study.start("run", *STUDY, *size)
        runs += 1
        running.wait_for(lambda: False, chance.uniform(0, 2 * _first_record[size]))
        if running.alive:
            running.signal(signal.SIGKILL)
            done += 1
            killed = time.monotonic()
            left = watched.study.left_after()
            slowest = max(slowest, time.monotonic() - killed)
            watched.nothing_left(found, left, f"SIGKILL number {done} of the main process")
        running.ended()
        watched.look(found)
        if len(watched.written) == len(wanted) or done == kills:
            watched.finished(found)
            whole += 1
            watched = Watched(folder / str(whole), size, wanted, cache)
        if len(found.broken) > 20:
            break
    found.measured = (
        f"{done} kills in {runs} runs of {whole} studies of {len(wanted)} trials; all gone within {slowest:.1f} s"
    )
    return found


def worker_kills(folder: Path, kills: int, chance: random.Random, size: tuple[str, ...] = LONG) -> Found:
    """Kill workers at random moments, starting, importing, idle and training ones, until so many are dead."""
    found, done, whole = Found(), 0, 0
    wanted, cache = undisturbed(folder.parent / "kills", size), folder.parent / "kills" / "cache"
    while done < kills and len(found.broken) <= 20:
        watched = Watched(folder / str(whole), size, wanted, cache)
        running = watched.study.start("run", *STUDY, *size)
        while running.alive:
            running.wait_for(lambda: False, chance.uniform(0, _first_record[size]))
            workers = running.workers()
            if done < kills and workers:
                chance.choice(workers).kill()
                done += 1
        ended = running.ended()
        found.need(ended.code == 0, str(ended))
        watched.nothing_left(found, ended.left, "the end")
        watched.look(found)
        found.need(len(watched.written) == len(wanted), f"{len(watched.written)} of {len(wanted)} records")
        whole += 1
    found.measured = f"{done} kills in {whole} studies of {len(wanted)} trials"
    return found


def _in_the_midst_of_writing(folder: Path) -> Found:
    found, blows = Found(), 0
    wanted = undisturbed(folder.parent / "kills", SHORT)
    watched = Watched(folder / "study", SHORT, wanted)
    for function in ("fsync", "replace", "rename", "unlink"):
        for times in (1, 2, 4):
            saboteur = KILLED_WHILE_WRITING.format(function=function, times=times)
            watched.study.variables = sabotaged(folder / f"{function}-{times}", saboteur)
            ended = watched.study.run("run", *STUDY, *SHORT)
            watched.study.variables = {}
            blows += ended.code == -signal.SIGKILL
            watched.nothing_left(found, ended.left, f"a kill in call {times} of {function}")
            watched.look(found)
            if len(watched.written) == len(wanted):
                break
    watched.finished(found)
    found.need(blows >= 3, f"only {blows} kills hit")
    found.measured = f"{blows} kills inside fsync, replace, unlink"
    return found


def _with_signal(number: signal.Signals, to_all: bool) -> Callable[[Path], Found]:
    def attack(folder: Path) -> Found:
        found, codes = Found(), []
        wanted = undisturbed(folder.parent / "kills", SHORT)
        watched = Watched(folder / "study", SHORT, wanted)
        for moment in (0.3, 2.5, None):  # while it imports, while workers start, while they train
            running = watched.study.start("run", *STUDY, *SHORT)
            if moment is None:
                running.wait_for(lambda: len(watched.study.files()) > 0)
            else:
                running.wait_for(lambda: False, moment)
            (running.signal_all if to_all else running.signal)(number)
            ended = running.ended(120)
            codes.append(str(ended.code))
            found.need(ended.code not in (None, 0), f"{number.name} {moment}: {ended}")
            # Where everything was killed nobody is there any more who could remove a file.
            left = [one for one in ended.left if one.startswith("process") or not (to_all and number is signal.SIGKILL)]
            watched.nothing_left(found, left, number.name)
            watched.look(found)
        watched.finished(found)
        found.measured = f"exit {', '.join(codes)} while importing, starting, training; then the same bits"
        return found

    return attack


def _helpers(folder: Path) -> Found:
    """Kill whatever else a run has, beside workers: it is no part of the study."""
    found, killed = Found(), 0
    wanted = undisturbed(folder.parent / "kills", SHORT)
    for moment in (0.0, 0.5):
        watched = Watched(folder / str(moment), SHORT, wanted)
        running = watched.study.start("run", *STUDY, *SHORT)
        running.wait_for(running.workers)
        running.wait_for(lambda: False, moment * _first_record[SHORT])
        for process in watched.study.processes():
            if process.pid != running.process.pid and not process.is_worker:
                process.kill()
                killed += 1
        ended = running.ended(240)
        found.need(ended.code is not None, f"it hangs: {ended}")
        watched.nothing_left(found, ended.left, "the end")
        watched.look(found)
        watched.finished(found)
    found.measured = f"{killed} kills of other processes of a run"
    return found


def attacks(kills: int = KILLS) -> list[Attack]:
    """Return the attacks of this module.

    Args:
        kills: Of the main process, and as many of workers.
    """
    holds = "0 records lost, torn, doubled or falsely failed; the bits of an undisturbed run; nothing left within 2 s"
    seed = int(os.environ.get("ATTACK_SEED", "12"))
    return [
        Attack("SIGKILL of the main process", holds, lambda folder: main_kills(folder, kills, random.Random(seed))),
        Attack("SIGKILL of workers", holds, lambda folder: worker_kills(folder, kills, random.Random(seed))),
        Attack("SIGKILL in the midst of writing", holds, _in_the_midst_of_writing),
        Attack("SIGKILL of whatever else a run started", holds, _helpers),
        Attack("SIGKILL of all at once", holds, _with_signal(signal.SIGKILL, True)),
        Attack("SIGTERM to the main process", holds, _with_signal(signal.SIGTERM, False)),
        Attack("SIGTERM to all", holds, _with_signal(signal.SIGTERM, True)),
        Attack("SIGHUP to all, as a closed terminal does", holds, _with_signal(signal.SIGHUP, True)),
        Attack("SIGINT to all, as Ctrl-C does", holds, _with_signal(signal.SIGINT, True)),
        Attack("SIGQUIT to all", holds, _with_signal(signal.SIGQUIT, True)),
    ]  # fmt: skip
