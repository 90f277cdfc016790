"""``benchsuite certify``: measure what a task is, and compare with its certificate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from benchsuite.cli.certified_variants import certify_variants
from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, TierOption, parameter, registry
from benchsuite.cli.quiet import surround, tensorflow_on_cpu
from benchsuite.cli.resolution import certify_resolution, tell_findings
from benchsuite.cli.sharded import refuse_of_whole
from benchsuite.errors import BenchsuiteError
from benchsuite.instances import base_of, certify_command, is_instance
from benchsuite.study import Execution, Invocation, Study
from benchsuite.text import reason_of

FEWEST_SEEDS, SEEDS, MOST_SEEDS = 2, 10, 100


def _seeds(typed: str | int) -> int:
    """Return how many evaluation seeds were asked for.

    Raises:
        BenchsuiteError: If it is no whole number, or too few or many.
    """
    text = str(typed)
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or not FEWEST_SEEDS <= int(text) <= MOST_SEEDS:
        raise BenchsuiteError(
            f"--seeds must be a number of seeds from {FEWEST_SEEDS} to {MOST_SEEDS}, which are 0, 1, …. Received: {text}. "
            f"Write --seeds {SEEDS}."
        )
    return int(text)


def certify(
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="TASK", help="Tasks; all of the tier unless given.")
    ] = None,
    tier: TierOption = "quick",
    write: Annotated[
        bool, typer.Option("--write", help="Write the certificate beside the file that registers the task.")
    ] = False,
    resolution: Annotated[
        bool,
        typer.Option(
            "--resolution", help="Measure how well the tasks tell methods apart: tune the reference components on them."
        ),
    ] = False,
    variants: Annotated[
        int | None,
        typer.Option(metavar="N", help="Measure what must hold for the variants 1 to N of the tasks that have some."),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="KINDS", help="Of --resolution: these kinds, or all; what each task compares unless given."
        ),
    ] = "",
    budget: Annotated[str, parameter(Study, "budget")] = "",
    seeds: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of --resolution: evaluation seeds, 10 unless given.", parser=_seeds),
    ] = None,
    workers: Annotated[int | None, parameter(Execution, "workers")] = None,
    executor: Annotated[str, parameter(Execution, "executor")] = "local",
    timeout: Annotated[float | None, parameter(Execution, "timeout")] = None,
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
    dry_run: Annotated[bool, parameter(Invocation, "dry_run")] = False,
    shard: Annotated[str | None, parameter(Invocation, "shard")] = None,
) -> None:
    """Measure data, network, losses and gradients of tasks, and compare them with their certificates.

    With --resolution: measure how well they tell methods apart, in a study that goes on where it stopped. Exit code 1 if
    something differs, or a task compares what it does not tell apart.
    """
    from benchsuite.shards import asked_shard
    from benchsuite.studies.plan import tasks_of

    asked_shard(shard)
    if not resolution:
        where = executor if executor != "local" else None
        _refuse(
            kind=kind, budget=budget, seeds=seeds, workers=workers, executor=where, timeout=timeout, dry_run=dry_run,
            shard=shard,
        )  # fmt: skip
    count = SEEDS if seeds is None else seeds
    if resolution and variants is not None:
        raise BenchsuiteError(
            "--resolution and --variants measure different things. Received: both. Take one after the other."
        )
    if not resolution:
        surround()
    known = registry(plugin, no_local)
    chosen = tasks_of(tuple(tasks or ()), tier, known)
    if instances := [task.name for task in chosen if is_instance(task.name)]:
        raise BenchsuiteError(
            f"a task is certified with its variants, not one alone. Received: {instances[0]!r}. Write "
            f"{_resolution_command(instances[0]) if resolution else certify_command(instances[0])}."
        )
    console = terminal()
    if resolution:
        from benchsuite.tuning.reference_study import read_kinds

        execution = Execution(
            workers=workers, executor=executor, timeout=timeout, results=results, plugin=tuple(plugin or ())
        )
        invocation = Invocation(no_local=no_local, dry_run=dry_run, shard=shard)
        if shard:
            refuse_of_whole(write=write)
        broken = certify_resolution(
            chosen, read_kinds(kind), budget, count, execution, invocation, known, console, writing=write
        )
        if broken:
            raise typer.Exit(1)
        return
    if variants is not None:
        chosen = chosen if tasks else [task for task in chosen if task.variation is not None]
        tensorflow_on_cpu()
        broken = certify_variants(chosen, variants, known, console, writing=write)
        _end(broken, len(chosen), "with its variants " if len(chosen) == 1 else "with their variants ", console)
        return
    tensorflow_on_cpu()
    broken = sum(_certify(task, known, write, console) for task in chosen)
    _end(broken, len(chosen), "", console)


def _resolution_command(name: str) -> str:
    return f"benchsuite certify --resolution {base_of(name)} --write"


def _end(broken: int, count: int, what: str, console: Any) -> None:
    """Say how many tasks were certified, and end with 1 unless all were."""
    if broken:
        say(console, "[red]{} of {} tasks not certified.[/]", broken, count)
        raise typer.Exit(1)
    say(console, "[green]{} task{} {}certified.[/]", count, "s" if count > 1 else "", what)


def _refuse(**given: object) -> None:
    """Refuse options that only --resolution has.

    Raises:
        BenchsuiteError: Naming the first.
    """
    for name, value in given.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            typed = flag if value is True else f"{flag} {value}"
            raise BenchsuiteError(
                f"{flag} says how a resolution is measured. Received: {typed} without --resolution. "
                "Add --resolution, or leave it out."
            )


def _certify(task: Any, known: Any, writing: bool, console: Any) -> bool:
    """Certify one task; return whether something is wrong."""

    from benchsuite.certificates import committed, kept, write
    from benchsuite.certified_resolution import BLOCK
    from benchsuite.conformance import judge, measure
    from benchsuite.conformance.of_resolution import notes_on_resolution

    say(console, "[bold]{}[/]", task.name)
    try:
        found = measure(task, known)
        if writing:
            say(console, "  written: {}", write(task.name, known, kept(found, committed(task.name, known))))
        certificate = committed(task.name, known)
        findings = judge(task, known, found, certificate)
    except Exception as error:
        say(console, "  [red]✗[/] {}", reason_of(error))
        return True
    tell_findings(findings, notes_on_resolution(task, (certificate or {}).get(BLOCK)), console)
    return any(finding.problem for finding in findings)
