"""SIGKILL at random moments to the main process, to guards and to workers of studies whose trials take milliseconds."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from tests.attack.survivors import Process
from tests.attack.table import Found
from tests.faults import command, trainer
from tests.faults.lives import Snapshot, contents, copied, snapshot, unfinished

STUDY = (
    "run", "--no-local", "--task", "digits_mlp", "--epochs", "2",
    "--optimizer", "sgd,adam,momentum", "--seeds", "8",
)  # fmt: skip
SECONDS = "0.03"
"""What one training takes."""
MANY = 20
"""So many kills are worth a second worker."""


class Kills:
    """Studies under fire, one after another.

    Args:
        folder: For them.
        chance: Chooses moments and victims.
        workers: Of each study.
        tape: What workers said of its trials, see :data:`trainer.TAPE`.
    """

    def __init__(self, folder: Path, chance: random.Random, workers: int, tape: Path) -> None:
        self._study = (*STUDY, "--workers", str(workers))
        self._folder, self._chance = folder, chance
        self._variables = {trainer.PAUSE: SECONDS, trainer.TAPE: str(tape)}
        self.found = Found()
        self.killed: Counter[str] = Counter()
        self.runs = self.studies = 0
        self.slowest = 0.0
        self._orphans: set[str] = set()
        folder.mkdir(parents=True)
        began = time.monotonic()
        self.wanted = self._undisturbed("undisturbed")
        self._whole = time.monotonic() - began

    def _undisturbed(self, name: str) -> Snapshot:
        study = copied(self._folder / "nothing", self._folder / name)
        ended = command.run(self._study, study, self._variables)
        assert ended.code == 0, ended
        return snapshot(study)

    def study(self, most: int) -> None:
        """Begin a study, kill at random what belongs to it, go on as often as that is needed, and look at its end.

        Args:
            most: Kills.
        """
        study = copied(self._folder / "nothing", self._folder / "study")
        before: list[bytes] = []
        self.studies += 1
        while True:
            running = command.Command(self._study, study, self._variables)
            self.runs += 1
            died, guards = False, self.killed["guard"]
            end = time.monotonic() + command.LIMIT
            while running.alive and time.monotonic() < end:
                if self.killed.total() >= most:
                    time.sleep(0.02)
                    continue
                time.sleep(self._chance.uniform(0, self._whole / 2))
                if running.alive and (victim := self._victim(running)):
                    died = died or victim == "main process"
                    self.killed[victim] += 1
            alone = self.killed["guard"] == guards
            before, died = self._look(study, running, before, died, alone)
            if not died or self.found.broken:
                break
        found = snapshot(study)
        wrong = [name for name in {**found, **self.wanted} if found.get(name) != self.wanted.get(name)]
        self.found.need(not wrong, f"not as undisturbed: {wrong}")

    def _victim(self, running: command.Command) -> str:
        """Kill somebody; return whom, empty if there was nobody."""
        who = self._chance.choice(["main process", "worker", "worker", "guard"])
        if who == "main process":
            there = [Process(running.pid, who)]
        else:
            word = {"worker": "tests.faults.trainer", "guard": "guarded.py"}[who]
            there = [process for process in command.processes() if word in process.command]
        if not there:
            return ""
        self._chance.choice(there).kill()
        return who

    def _look(
        self, study: Path, running: command.Command, before: list[bytes], died: bool, alone: bool
    ) -> tuple[list[bytes], bool]:
        """Note what is lost, torn, doubled or left; return what is there, and whether the main process was killed.

        Args:
            study: Its folder.
            running: Its command, which ends now.
            before: What was there before.
            died: Whether its main process was killed.
            alone: Whether no guard was. Where both were killed, only the next run can remove a worker's temporary files, as
                soon as it starts a worker.
        """
        began = time.monotonic()
        ended = running.ended(clear=False)
        if died and ended.code == 0:  # it had ended of itself at that very moment
            self.killed["main process"] -= 1
            died = False
        if died and not ended.left:
            self.slowest = max(self.slowest, time.monotonic() - began)
        self.found.need(ended.code == (-9 if died else 0), f"it should not end so: {ended}")
        if died and not alone:
            self._orphans.update(one for one in ended.left if not one.startswith("process"))
        left = [one for one in ended.left if not died or one not in self._orphans]
        self.found.need(not left, f"{command.GRACE:g} s after its end there is {left}")
        self.found.need("Traceback" not in ended.out + ended.err, f"it shows a traceback: {ended}")
        there = contents(study)
        lost = [content for content in before if content not in there]
        self.found.need(not lost, f"{len(lost)} of {len(before)} records are lost or written anew")
        for name, content in snapshot(study).items():
            if name.startswith("trials/") and content != self.wanted.get(name):
                self.found.need(False, f"{name} is torn, is of no trial, or has other bits")
        self.found.need(died or not unfinished(study), f"a temporary file is left: {unfinished(study)}")
        return there, died


def kills(number: int, folder: Path, seed: int, tape: Path) -> Found:
    """Kill so many processes.

    Args:
        number: How many.
        folder: For the studies.
        seed: Of chance.
        tape: What workers said of the trials of :data:`STUDY`.
    """
    one = Kills(folder, random.Random(seed), 2 if number >= MANY else 1, tape)
    while one.killed.total() < number and not one.found.broken:
        one.study(number)
    counted = ", ".join(f"{count} of a {who}" for who, count in sorted(one.killed.items()))
    one.found.measured = (
        f"{one.killed.total()} kills ({counted}) in {one.runs} runs of {one.studies} studies of "
        f"{sum(name.startswith('trials/') for name in one.wanted)} trials; all gone within {one.slowest:.1f} s"
    )
    return one.found
