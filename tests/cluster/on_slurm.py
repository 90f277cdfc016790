"""A study as an array of a real SLURM: one shard cancelled and requeued, another one requeued as it runs; then the same bits.

``python -m tests.cluster.on_slurm`` installs and starts a SLURM of this machine alone, has ``benchsuite slurm`` write
the script, submits it, disturbs it, collects, and compares every record with those of a run without SLURM. What it
installed and started is gone at its end. Prints a table, and ends with 1 if anything did not hold; with 0 and the reason
where there can be no SLURM. ``--keep DIR`` keeps what was written, ``--keep-packages`` what was installed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.attack.study import Numbers, Study
from tests.attack.table import HEAD, Attack, Found, tried
from tests.cluster.slurm import CannotBe, Slurm, installed

SHARDS = 4
DISTURBED = 2
STUDY = """
task = ["noisy_quadratic", "digits_mlp"]
optimizer = ["sgd", "adam", "momentum", "rmsprop"]
seeds = 6
epochs = 8
store_weights = true
"""
LIMIT = 1200.0
"""Seconds in which a study must be through, on a busy machine too."""
ENDED = ("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL")


class Array:
    """A study that runs as an array.

    Args:
        slurm: Where.
        folder: Of the study.
        one_folder: Whether all shards write to one results folder.
    """

    def __init__(self, slurm: Slurm, folder: Path, one_folder: bool) -> None:
        self.slurm = slurm
        self.study = Study(folder)
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
        self._layout = ["--one-folder"] if one_folder else []
        self._one_folder = one_folder
        self.job = ""

    def submit(self, found: Found) -> None:
        """Have the script written, and submit it."""
        options = ["--no-local", "--shards", str(SHARDS), "--workers", "1", "--memory", "3", *self._layout]
        ended = self.study.run("slurm", "study.toml", *options)
        found.need(ended.code == 0, str(ended))
        self.job = self.slurm.call(
            "sbatch", "--parsable", "study.sbatch", where=self.study.folder, **self.study.environment
        ).strip()
        found.need(self.job.isdigit(), f"sbatch: {self.job}")

    @property
    def disturbed(self) -> str:
        """The task that is disturbed, as SLURM names it."""
        return f"{self.job}_{DISTURBED}"

    def places(self) -> list[Path]:
        """Return the results folders of the shards."""
        if self._one_folder:
            return [self.study.results]
        return [self.study.folder / "results-shards" / f"{number}-of-{SHARDS}" for number in range(1, SHARDS + 1)]

    def records(self, place: Path | None = None) -> dict[Path, bytes]:
        """Return the content of each record's file, of one folder or of all."""
        paths = (path for folder in ([place] if place else self.places()) for path in folder.glob("trials/??/*.json"))
        return {path: path.read_bytes() for path in paths}

    def state(self) -> tuple[str, str]:
        """Return state and exit code of the task that is disturbed."""
        return self.slurm.states(self.job).get(DISTURBED, ("", ""))

    def wait_for(self, what: Callable[[], object]) -> bool:
        """Wait until something is so; say whether it became so."""
        end = time.monotonic() + LIMIT
        while not (reached := bool(what())) and time.monotonic() < end:
            time.sleep(0.2)
        return reached

    def begun(self) -> bool:
        """Say whether the task that is disturbed runs and has written a record: in one folder, whether any has."""
        place = None if self._one_folder else self.places()[DISTURBED - 1]
        return self.state()[0] == "RUNNING" and bool(self.records(place))

    def requeue(self, found: Found) -> None:
        """Let the task run again, without the minutes that SLURM waits before."""
        said = self.slurm.call("scontrol", "requeue", self.disturbed)
        found.need(not said, f"requeue: {said}")
        found.need(self.wait_for(lambda: self.state()[0] == "PENDING"), f"requeued it is {self.state()}")
        found.need(not (left := self.left_of_task()), f"of the requeued task there is {left}")
        self.slurm.call("scontrol", "update", f"JobId={self.disturbed}", "StartTime=now")

    def left_of_task(self) -> list[str]:
        """Return the processes of the task that is disturbed."""
        marks = (f"SLURM_ARRAY_JOB_ID={self.job}", f"SLURM_ARRAY_TASK_ID={DISTURBED}")
        found = []
        for process in self.study.processes():
            try:
                held = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if all(mark.encode() in held for mark in marks):
                found.append(str(process))
        return found

    def printed(self) -> str:
        """Return the end of what each task printed."""
        return " | ".join(
            path.read_text(errors="replace")[-300:] for path in sorted(self.study.folder.glob("slurm-*.out"))
        )


def _attack(slurm: Slurm, wanted: Numbers, one_folder: bool, cancels: bool, folder: Path) -> Found:
    found = Found()
    array = Array(slurm, folder, one_folder)
    started = time.monotonic()
    array.submit(found)
    found.need(array.wait_for(array.begun), f"it never began: {slurm.states(array.job)} {array.printed()}")
    before = array.records()
    if cancels:
        slurm.call("scancel", array.disturbed)
        found.need(array.wait_for(lambda: array.state()[0] == "CANCELLED"), f"cancelled it is {array.state()}")
        found.need(not (left := array.left_of_task()), f"of the cancelled task there is {left}")
    array.requeue(found)
    through = array.wait_for(lambda: all(state in ENDED for state, _ in slurm.states(array.job).values()))
    states = slurm.states(array.job)
    found.need(through and len(states) == SHARDS, f"not through: {states}")
    found.need(all(one == ("COMPLETED", "0:0") for one in states.values()), f"{states} {array.printed()}")
    after = array.records()
    found.need(before.items() <= after.items(), "a record was lost or written again")
    seconds = time.monotonic() - started
    names = [path.name for path in after]
    found.need(
        len(names) == len(set(names)) == len(wanted),
        f"{len(names)} records of {len(set(names))} trials, not {len(wanted)}",
    )
    parts = [] if one_folder else [str(place) for place in array.places()]
    ended = array.study.run("collect", *parts, "--no-local")
    found.need(ended.code == 0, f"collect: {ended}")
    found.need(array.study.numbers() == wanted, "other numbers than without SLURM")
    kept = len(list(array.study.results.glob("weights/??/*.npz")))
    found.need(kept == len(wanted), f"{kept} of {len(wanted)} weights")
    found.need(not (left := array.study.left_after()), f"left behind: {left}")
    found.measured = (
        f"{len(wanted)} trials in {SHARDS} tasks, task {DISTURBED} {'cancelled and ' if cancels else ''}requeued after "
        f"{len(before)} records; all COMPLETED after {seconds:.0f} s, collected: {len(names)} records, the same bits"
    )
    return found


def undisturbed(folder: Path) -> Numbers:
    """Return the numbers of the study as one command on this machine gives them."""
    study = Study(folder)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    ended = study.run("run", "study.toml", "--no-local", "--workers", "2", limit=LIMIT)
    assert ended.code == 0, ended
    return study.numbers()


def attacks(slurm: Slurm, wanted: Numbers) -> list[Attack]:
    """Return what is tried.

    Args:
        slurm: Where.
        wanted: What a run without SLURM gives.
    """
    holds = "all tasks end with 0, nothing twice, nothing lost, nothing left; the bits of a run without SLURM"
    return [
        Attack(
            "an array on SLURM, one task cancelled, then requeued", holds, partial(_attack, slurm, wanted, False, True)
        ),
        Attack(
            "an array on one folder, one task requeued as it runs", holds, partial(_attack, slurm, wanted, True, False)
        ),
    ]


def main() -> None:
    """Install, start, try, print; leave nothing."""
    options = argparse.ArgumentParser(prog="python -m tests.cluster.on_slurm", description=__doc__)
    options.add_argument("--keep", type=Path, help="a folder that does not exist, instead of a temporary one")
    options.add_argument("--keep-packages", action="store_true", help="do not remove what was installed")
    chosen = options.parse_args()
    folder = (chosen.keep or Path(tempfile.mkdtemp(prefix="slurm-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # munged refuses a socket that not everybody can reach
    broken: list[str] = []
    try:
        with installed(keep=chosen.keep_packages):
            wanted = undisturbed(folder / "local")
            slurm = Slurm(folder / "slurm", SHARDS)
            with slurm.running():
                print(HEAD, flush=True)
                for row in tried(attacks(slurm, wanted), folder):
                    print(row, flush=True)
                    broken += row.found.broken
            if left := slurm.processes():
                broken.append(f"of SLURM there is {left}")
    except CannotBe as why:
        print(f"not tried: {why}")
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for line in broken:
        print(f"  - {line}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
