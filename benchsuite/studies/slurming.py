"""The options of ``benchsuite slurm``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from benchsuite.checks import Check, above, whole
from benchsuite.options import Table, option, same
from benchsuite.study import Execution, Invocation

MOST_SHARDS = 1_000
"""Of an array: SLURM counts tasks up to 1,000 unless it was told another ``MaxArraySize``."""


def _is_one_word(text: str) -> bool:
    """Say whether sbatch reads a text as one word: it takes quotes and ``#`` as a shell does."""
    try:
        words = shlex.split(text)
        return len(words) == 1 and words == shlex.split(text, comments=True)
    except ValueError:  # a quote that is never closed
        return False


OF_SBATCH = Check(
    "be an option of sbatch in one word",
    lambda values: all(text.startswith("-") and text.isprintable() and _is_one_word(text) for text in values),
    then="Quote what is none. Examples: --sbatch=--partition=gpu, --sbatch='--comment=\"a b\"'.",
)


@dataclass(frozen=True)
class Slurming(Table):
    """The options of ``benchsuite slurm``."""

    study: Path | None = option(
        None, "The study file that is run.", metavar="STUDY.toml", positional=True, in_file=False
    )
    shards: int | None = option(
        None,
        "In how many parts the study is divided, each a task of the array; so many that each takes about an hour unless given.",
        whole(1, MOST_SHARDS),
        metavar="N",
        example=16,
    )
    workers: int | None = option(
        None,
        "Worker processes of each shard, and cores for them; 4 unless given. On a GPU the shard decides unless it is given.",
        whole(1, 1_000),
        metavar="N",
        example=8,
    )
    memory: float | None = option(
        None,
        "Memory of each worker; what records of the same tasks say, and at least what the tier needs, unless given.",
        above(0),
        metavar="GIB",
        example=8,
    )
    hours: float | None = option(
        None,
        "Time limit of each shard; three times what is predicted unless given.",
        above(0),
        metavar="HOURS",
        example=2.5,
    )
    sbatch: tuple[str, ...] = option(
        (),
        "One more option for sbatch, such as --sbatch=--partition=gpu. May be repeated.",
        OF_SBATCH,
        metavar="OPTION",
        example=["--partition=gpu"],
    )
    one_folder: bool = option(
        False, "All shards write to the folder of --results; without it each has one of its own, beside that."
    )
    output: Path | None = option(
        None, "The script; STUDY.sbatch in this folder unless given.", metavar="FILE", example="array.sbatch"
    )
    results: Path | None = option(
        None, "The results folder; that of the study file unless given.", metavar="DIR", example="elsewhere"
    )
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")
