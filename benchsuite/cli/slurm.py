"""``benchsuite slurm``: a script that runs a study as an array of SLURM, each task a shard."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import registry
from benchsuite.errors import BenchsuiteError, said_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchsuite.execution.sbatch import ArrayJob
    from benchsuite.execution.sharing import Piece
    from benchsuite.registry import Registry
    from benchsuite.sources import Source, Together
    from benchsuite.studies.slurming import Slurming
    from benchsuite.study import Study

WORKERS = 4
"""Of a shard, where nobody chose them."""
AIM_SECONDS = 3600.0
"""What a shard should take where nobody said how many there are."""


def slurm(asked: Slurming) -> None:
    """Write a script for sbatch that runs a study as an array, each task a shard of it.

    Time, memory and cores are asked for from what is predicted; every line may be changed by hand. The script says how the
    results are collected.
    """
    from benchsuite.cli.progress import clock
    from benchsuite.execution.sbatch import ArrayJob, gib_of_job, gib_of_worker, limit_of
    from benchsuite.execution.sharing import divided, pieces_of
    from benchsuite.options import build
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.studies.file import read_study_file
    from benchsuite.study import TABLES, Execution, Study

    console = terminal()
    if asked.study is None:
        raise BenchsuiteError(
            "no study file was named. Write the options of `benchsuite run` into one, such as study.toml, and name it: "
            "benchsuite slurm study.toml."
        )
    path = asked.study.resolve()
    values = read_study_file(path, TABLES)
    study, execution = build(Study, values), build(Execution, values)
    plugins = (*execution.plugin, *asked.plugin)
    known = registry(plugins, asked.no_local)
    workers = asked.workers or execution.workers or WORKERS
    source, tasks, many = _whole(study, known)
    shards = asked.shards or _shards(source, workers, known)
    parts = divided(pieces_of(source, shards, known), shards)
    longest = max(_seconds(part, workers) for part in parts)
    gpu = study.device_kind == "gpu"
    tiers = sorted({known.task(name).tier for name in tasks})
    results = (asked.results or execution.results).resolve()
    worker = gib_of_worker(tiers, _seen(results, tasks), asked.memory or (None if gpu else execution.memory))
    job = ArrayJob(
        name=path.stem,
        shards=shards,
        cores=workers,
        gib=gib_of_job(workers, worker),
        seconds=limit_of(longest, asked.hours),
        gpu=gpu,
        folder=str(path.cwd()),
        command=_command(path, asked, study, workers, worker),
        results=str(results),
        one_folder=asked.one_folder,
        more=asked.sbatch,
        about=[
            f"Written by `benchsuite slurm`: {many} in {count_of(shards, 'shard')},",
            f"the longest predicted to take {clock(longest)} with {count_of(workers, 'worker')}.",
        ],
    )
    if not (job.folder + job.results + str(path)).isprintable():
        raise BenchsuiteError(
            "the path of the study, of its results or of this folder holds a line break or the like, which no script can name."
        )
    _refuse_lost_logs(job)
    target = asked.output or path.cwd() / f"{path.stem}.sbatch"
    _write(target, job.script())
    say(console, "Wrote [bold]{}[/]: {} in {}.", target, many, count_of(shards, "shard"))
    say(
        console, "Each asks for {}, {} GiB{} and {}; the longest is predicted to take {}.", count_of(workers, "core"),
        job.gib, ", a GPU" if gpu else "", clock(job.seconds), clock(longest),
    )  # fmt: skip
    if idle := sum(not part for part in parts):
        say(
            console, "[yellow]![/] {} would have nothing to do: what trains in one program stays together, and so does a search. "
            "--shards {} would do.", count_of(idle, "shard"), shards - idle,
        )  # fmt: skip
    say(console, "Submit it:   sbatch {}", shlex.quote(str(target)))
    say(console, "At the end:  {}", job.collect)


def _whole(study: Study, known: Registry) -> tuple[Source | Together, Sequence[str], str]:
    """Return what a study proposes, its tasks, and how much it is in words."""
    from benchsuite.cli.run import searches_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.sources import Planned
    from benchsuite.studies.plan import plan

    planned = plan(study, known)
    tracked = searches_of(study, planned, known)
    if tracked is None:
        return Planned(planned.trials.values()), sorted(planned.tasks), count_of(len(planned.trials), "trial")
    words = f"{count_of(len(tracked.entrants), 'search', 'searches')} of up to {count_of(tracked.most_trials, 'trial')}"
    return tracked.source(), sorted(tracked.tasks), words


def _shards(source: Source | Together, workers: int, known: Registry) -> int:
    """Return how many shards take about an hour each, none of them empty."""
    from benchsuite.execution.sharing import divided, pieces_of
    from benchsuite.studies.slurming import MOST_SHARDS

    seconds = sum(piece.seconds for piece in pieces_of(source, 1, known))
    wanted = max(1, min(MOST_SHARDS, math.ceil(seconds / workers / AIM_SECONDS)))
    return sum(bool(part) for part in divided(pieces_of(source, wanted, known), wanted)) or 1


def _seconds(part: Sequence[Piece], workers: int) -> float:
    """Return how long a shard is predicted to take: its work, spread over the workers; a search goes its way alone."""
    whole = sum(piece.seconds for piece in part)
    return max(whole / workers, max((piece.seconds for piece in part if piece.trials is None), default=0.0))


def _seen(results: Path, tasks: Sequence[str]) -> list[int]:
    """Return the most bytes that workers had with these tasks, as far as records of the results folder say so."""
    from benchsuite.store import Store

    if not (results / "trials").is_dir():
        return []
    records = Store(results, create=False).records([])
    return [one.costs.peak_memory_bytes or 0 for one in records if one.trial.task in tasks]


def _command(path: Path, asked: Slurming, study: Study, workers: int, worker: float) -> list[str]:
    """Return the command of a shard, but for which it is and where it writes to."""
    import sys

    words = [sys.executable, "-m", "benchsuite", "run", str(path)]
    for plugin in asked.plugin:
        words += ["--plugin", str(path.cwd() / plugin) if plugin.endswith(".py") else plugin]
    if asked.no_local:
        words.append("--no-local")
    if study.device_kind == "cpu":
        return [*words, "--workers", str(workers), "--memory", f"{worker:g}"]
    words += ["--device", "gpu"]  # the one that SLURM gives it, whichever the study file names
    return [*words, *(["--workers", str(workers)] if asked.workers else [])]


def _refuse_lost_logs(job: ArrayJob) -> None:
    """Refuse a folder in whose name SLURM would put something else, as it does in the log's: all tasks end without a log."""
    if not job.logs_elsewhere and (sign := next((sign for sign in "%\\" if sign in job.folder), "")):
        raise BenchsuiteError(
            f"SLURM reads {sign} in the name of the folder of logs as it does in their names, and no task would begin. Received: "
            f"{job.folder}. Write and submit the script in another folder, or say where logs are: "
            "--sbatch=--output=/ABSOLUTE/FOLDER/%x-%A_%a.out."
        )


def _write(path: Path, text: str) -> None:
    """Write the script; one that somebody changed stays."""
    try:
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise BenchsuiteError(
                f"{path} is there already, and is another. Delete it, or name a file with --output FILE."
            )
        path.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = said_by(error) if isinstance(error, OSError) else "it is no text"
        raise BenchsuiteError(f"cannot write {path}: {said}.") from None
