"""The script that runs the shards of a study as an array of SLURM."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

GIB = 2**30
TIER_GIB = {"quick": 4, "full": 4, "standard": 8, "large": 16}
"""Tier of a task → GiB of main memory that a worker gets at least. Workers of the quick tier were seen to reach 1.3 GiB, and
are replaced once they are larger than that; a limit counts what a process asks for, which is more."""
ROOM = 1.5
"""A worker gets so many times the most memory that one was seen to have with the same tasks."""
BESIDE_GIB = 2
"""For the process that feeds the workers."""
PATIENCE = 3.0
"""A shard gets so many times the seconds that are predicted: what tasks say is meant for an ordinary core."""
START_SECONDS = 600
"""And these besides, for starting, data that must be fetched, and a slow drive."""
STEP_SECONDS = 300
"""Time limits are multiples of it."""
_NO_WORD = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, kw_only=True)
class ArrayJob:
    """An array of shards.

    Args:
        name: Of the job.
        shards: How many tasks the array has.
        cores: Of each.
        gib: Main memory of each.
        seconds: Time limit of each.
        gpu: Whether each has a GPU.
        folder: Where it runs, absolute.
        command: The command of a shard but for ``--shard`` and ``--results``.
        results: The results folder of the study, absolute.
        one_folder: Whether all shards write to it; otherwise each has a folder beside it.
        more: Options of ``sbatch``, as the user wrote them.
        about: What stands at the top, line by line.
    """

    name: str
    shards: int
    cores: int
    gib: int
    seconds: int
    gpu: bool
    folder: str
    command: Sequence[str]
    results: str
    one_folder: bool = False
    more: Sequence[str] = ()
    about: Sequence[str] = ()

    def script(self) -> str:
        """Return the text of the script."""
        options = [
            f"--job-name={_NO_WORD.sub('-', self.name)}",
            f"--array=1-{self.shards}",
            "--ntasks=1",
            f"--cpus-per-task={self.cores}",
            f"--mem={self.gib}G",
            f"--time={as_limit(self.seconds)}",
            *(["--gres=gpu:1"] if self.gpu else []),
            "--output=slurm-%x-%A_%a.out",
            "--open-mode=append",
            "--requeue",
            *self.more,
        ]
        return "\n".join(
            [
                "#!/bin/bash",
                *(f"#SBATCH {one}" for one in options),
                *(f"# {line}".rstrip() for line in self.about),
                f"# When all tasks have ended: {self.collect}",
                "# A task that was stopped goes on where it was when it runs again: sbatch --array=K with this file.",
                "set -eu",
                f"cd {shlex.quote(self.folder)}",
                'K="$SLURM_ARRAY_TASK_ID"',
                # exec: what SLURM sends when the time is over reaches the run itself, which then stops as after Ctrl-C.
                f'exec {shlex.join(self.command)} --shard "$K/{self.shards}" --results {self._place()}',
                "",
            ]
        )

    @property
    def logs_elsewhere(self) -> bool:
        """Whether an option of the user says where logs are, by an absolute path."""
        said = [shlex.split(one)[0] for one in self.more]
        return any(one.startswith(("--output=/", "-o/")) for one in said)

    @property
    def collect(self) -> str:
        """The command that joins the shards, as words of a shell."""
        place = f"--results {shlex.quote(self.results)}"
        if self.one_folder:
            return f"benchsuite collect {place}"
        return f"benchsuite collect {shlex.quote(self._beside)}*-of-{self.shards} {place}"

    @property
    def _beside(self) -> str:
        return f"{self.results}-shards/"

    def _place(self) -> str:
        if self.one_folder:
            return shlex.quote(self.results)
        return f'{shlex.quote(self._beside)}"$K"-of-{self.shards}'


def as_limit(seconds: int) -> str:
    """Return a time as ``sbatch`` reads it: ``D-HH:MM:SS``, without days where there are none."""
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def limit_of(predicted: float, hours: float | None) -> int:
    """Return the time limit of a shard in seconds.

    Args:
        predicted: Seconds that it is predicted to take.
        hours: What the user chose, if so.
    """
    if hours is not None:
        return max(60, math.ceil(hours * 3600))
    return STEP_SECONDS * math.ceil((START_SECONDS + PATIENCE * predicted) / STEP_SECONDS)


def gib_of_worker(tiers: Sequence[str], seen: Sequence[int], asked: float | None) -> float:
    """Return the GiB of main memory that a worker gets.

    Args:
        tiers: Of the tasks.
        seen: Bytes that workers were seen to have with these tasks.
        asked: What the user chose, if so.
    """
    if asked is not None:
        return asked
    return max(
        *(TIER_GIB.get(tier, max(TIER_GIB.values())) for tier in tiers), math.ceil(ROOM * max(seen, default=0) / GIB)
    )


def gib_of_job(workers: int, worker: float) -> int:
    """Return the GiB of main memory that a shard gets."""
    return math.ceil(workers * worker + BESIDE_GIB)
