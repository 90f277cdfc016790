"""``benchsuite run``: run trials, show them live, write the report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.options import NoLocalOption, PluginOption, registry, sources
from benchsuite.components import RECIPE_KINDS
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.execution import Options
    from benchsuite.registry import Registry
    from benchsuite.study import Plan

GIB = 2**30
NO_LIMIT = 2**62


def _kind(kind: str) -> Any:
    return typer.Option(
        f"--{kind.replace('_', '-')}",
        metavar="NAMES",
        help=f"Selections of kind {kind.replace('_', ' ')}: a,b or a* or a[x=1,2]; each runs alone in the task's baseline.",
    )


def run(
    context: typer.Context,
    study_file: Annotated[
        Path | None, typer.Argument(metavar="STUDY.toml", help="A study file; flags override it.")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Every component of every kind, on every task of the tier that compares it.")
    ] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="The baseline of every selected task.")] = False,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KINDS", help="Like --all, for these kinds only.")
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option("--task", metavar="NAMES", help="Tasks: names or globs, separated by commas.")
    ] = None,
    tier: Annotated[
        str, typer.Option(help="Which tasks, where none are named: quick, full, standard, large.")
    ] = "quick",
    optimizer: Annotated[list[str] | None, _kind("optimizer")] = None,
    schedule: Annotated[list[str] | None, _kind("schedule")] = None,
    gradient_transform: Annotated[list[str] | None, _kind("gradient_transform")] = None,
    initializer: Annotated[list[str] | None, _kind("initializer")] = None,
    normalization: Annotated[list[str] | None, _kind("normalization")] = None,
    regularization: Annotated[list[str] | None, _kind("regularization")] = None,
    activation: Annotated[list[str] | None, _kind("activation")] = None,
    preprocessing: Annotated[list[str] | None, _kind("preprocessing")] = None,
    loss: Annotated[list[str] | None, _kind("loss")] = None,
    cross: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND,KIND",
            help="Run all pairs of two kinds: of what their own options select, or of everything registered.",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="N", help="Seeds 0 … N−1.")] = 3,
    folds: Annotated[
        str,
        typer.Option(
            metavar="K", help="Cross-validate: each trial K times, testing on another fold; n leaves one example out."
        ),
    ] = "",
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Budget that replaces the tasks' own.")] = None,
    precision: Annotated[str, typer.Option(help="float32 or bfloat16.")] = "float32",
    device: Annotated[str, typer.Option(help="cpu, gpu or gpu:N.")] = "cpu",
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Worker processes; one for each core or GPU unless given.")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Time limit of one trial, compilation included; 600, or ten times what its task says it costs, unless given.",
        ),
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option(
            metavar="GIB", help="Memory limit of one worker on the CPU; 80 % of the machine, shared, unless given."
        ),
    ] = None,
    probe: Annotated[
        str,
        typer.Option(
            metavar="EPOCHS",
            help="Measure what goes on in each layer after these epochs: 0,5,last or all. Shown in the report.",
        ),
    ] = "",
    store_weights: Annotated[
        bool,
        typer.Option("--store-weights", help="Store each trial's trained weights, for initializers that take them."),
    ] = False,
    store_predictions: Annotated[
        bool,
        typer.Option(
            "--store-predictions",
            help="Store each trial's outputs for validation and test part; the report shows precision, recall, ROC, ….",
        ),
    ] = False,
    results: Annotated[Path, typer.Option(metavar="DIR", help="The results folder.")] = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run and how long it would take; write nothing.")
    ] = False,
) -> None:
    """Run trials and write the report.

    Trials that have a record already are not run again: an interrupted run goes on where it stopped.
    """
    from rich.console import Console

    from benchsuite.study import read_study_file

    given = {name: value for name, value in context.params.items() if _typed(context, name)}
    merged = {**context.params, **(_from_file(read_study_file(study_file)) if study_file else {}), **given}
    console = Console()
    known = registry(merged["plugin"], no_local)
    planned, options = _prepare(merged, known, no_local)
    for problem in (*(f"{p.origin}: {p.name} is broken: {p.reason}" for p in known.broken), *planned.problems):
        console.print(f"[yellow]![/] {_escape(problem)}", highlight=False, soft_wrap=True)
    if dry_run:
        _dry_run(planned, known, Path(merged["results"]), options, console)
        return
    _run(planned, known, Path(merged["results"]), options, console, merged["timeout"])


def _kinds(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip().replace("-", "_") for text in texts or () for part in text.split(","))


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _from_file(found: dict[str, Any]) -> dict[str, Any]:
    """Turn the keys of a study file into parameters."""
    return {"all_" if key == "all" else key: value for key, value in found.items()}


def _prepare(merged: dict[str, Any], known: Registry, no_local: bool) -> tuple[Plan, Options]:
    """Check everything before any work starts."""
    import psutil

    from benchsuite.engine.device import Device
    from benchsuite.execution import Options
    from benchsuite.extras import Extras
    from benchsuite.study import Study, plan

    device = Device.parse(merged["device"])
    for name in ("workers", "timeout", "memory"):
        if merged[name] is not None and not merged[name] > 0:
            raise BenchsuiteError(f"--{name} must be above 0. Received: {merged[name]!r}.")
    workers = merged["workers"] or device.workers()
    available = psutil.virtual_memory().total * 0.8 / workers
    study = Study(
        all=merged["all_"],
        baselines=merged["baselines"],
        kinds=_kinds(merged["kind"]),
        tier=merged["tier"],
        task=tuple(merged["task"] or ()),
        components={kind: tuple(merged[kind]) for kind in RECIPE_KINDS if merged[kind]},
        cross=_kinds(merged["cross"]),
        seeds=merged["seeds"],
        epochs=merged["epochs"],
        precision=merged["precision"],
        device=device.kind,
        folds=merged["folds"],
    )
    options = Options(
        sources=sources(merged["plugin"], no_local),
        device=merged["device"],
        workers=workers,
        memory_bytes=int(min(merged["memory"] * GIB, NO_LIMIT) if merged["memory"] else available),
        logs=str(Path(merged["results"]).resolve() / "logs"),
        parent=os.getpid(),
        weights=str((Path(merged["results"]) / "weights").resolve()),
        predictions=str((Path(merged["results"]) / "predictions").resolve()),
        extras=Extras(merged["store_weights"], merged["probe"], merged["store_predictions"]),
    )
    planned = plan(study, known)
    options.extras.check(trial.epochs for trial in planned.trials.values())
    return planned, options


def _dry_run(planned: Plan, known: Registry, results: Path, options: Options, console: Console) -> None:
    from collections import Counter

    from benchsuite.cli.progress import START_SECONDS, clock
    from benchsuite.execution import Forecast
    from benchsuite.freshness import Freshness, Judge
    from benchsuite.provenance import fingerprints
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    store = Store(results, create=False)
    judge = Judge(lambda trial: fingerprints(trial, known), store.extras, options.extras)
    found: Counter[Freshness] = Counter()
    forecast = Forecast(known)
    for trial in planned.trials.values():
        freshness = judge(trial, store.read(trial.id))
        found[freshness] += 1
        if freshness is not Freshness.FRESH:
            forecast.add(trial)
    stale, lacking = found[Freshness.STALE], found[Freshness.LACKING]
    again = f" {stale} have a stale record (source code changed) and would run again." if stale else ""
    again += f" {lacking} would run again for the weights, predictions or probes that are asked for." if lacking else ""
    console.print(
        f"[bold]{count_of(len(planned.trials), 'trial')}[/] of {count_of(planned.programs, 'program')}; "
        f"{found[Freshness.FRESH]} have a record already.{again}"
    )
    for task, count in sorted(planned.tasks.items()):
        console.print(f"  {task:24} {count:5} {'trial' if count == 1 else 'trials'}")
    for kind, settings in planned.compared.items():
        console.print(f"{kind.replace('_', ' ')}: {_escape(', '.join(settings))}", highlight=False, soft_wrap=True)
    seconds = forecast.seconds / options.workers
    expected = clock(START_SECONDS + seconds) if found[Freshness.FRESH] < len(planned.trials) else clock(0)
    console.print(
        f"Predicted: {expected} with {count_of(options.workers, 'worker')}. Nothing was written.", highlight=False
    )


def _run(
    planned: Plan, known: Registry, results: Path, options: Options, console: Console, timeout: float | None
) -> None:
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.report import show, write
    from benchsuite.execution import LocalExecutor, run_source
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.sources import Planned
    from benchsuite.store import Store

    store = Store(results)
    progress = Progress(console, known, options.workers)
    try:
        with progress:
            source, executor = Planned(planned.trials.values()), LocalExecutor(options)
            summary = run_source(source, known, store, executor, options, progress, timeout)
    except KeyboardInterrupt:
        stored = sum(store.path(trial_id).exists() for trial_id in planned.trials)
        console.print(
            f"Stopped. {stored} of {len(planned.trials)} trials have records; the same command goes on from here."
        )
        raise typer.Exit(1) from None
    index = write(store, known).index
    show(summary.records.values(), console)
    console.print(progress.closing_line(summary), highlight=False)
    console.print(f"Report: [bold]{_escape(str(index))}[/]", highlight=False, soft_wrap=True)
    if summary.unrepeated:
        console.print(
            f"[red]{count_of(len(summary.unrepeated), 'trial')} did not repeat their records[/] (named above): the records were "
            "changed by hand, or training is not deterministic here. Move such a record away and it is made anew."
        )
    if summary.unrepeated or len(summary.records) < len(planned.trials):
        raise typer.Exit(1)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
