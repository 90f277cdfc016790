"""``benchsuite run``: run trials, show them live, write the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.observers import chosen, switch_on
from benchsuite.cli.options import plugin_search, registry
from benchsuite.cli.searches import OfSearches, dry_run_of_track, keep, searches_line, tell_searches
from benchsuite.cli.sharded import part_of, tell_how_to_join, tell_left, tell_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console

    from benchsuite.cli.sharded import StudyShard
    from benchsuite.engine.device import Device
    from benchsuite.execution import Options, Summary
    from benchsuite.execution.observer import Watcher
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.report import Contents
    from benchsuite.searches import Search
    from benchsuite.store import Store
    from benchsuite.studies.plan import Plan
    from benchsuite.study import Execution, Invocation, Study
    from benchsuite.trial import Trial
    from benchsuite.tuning.tracks import TrackPlan

GIB = 2**30
NO_LIMIT = 2**62
MOST_NAMED = 60
"""Settings that a dry run names, if there are no more; a grid may have thousands."""
FEW_NAMED = 10
"""And the first of more."""


def run(study: Study, execution: Execution, invocation: Invocation) -> None:
    """Run trials and write the report.

    Trials that have a record already are not run again: an interrupted run goes on where it stopped.
    """
    console = terminal()
    known = registry(execution.plugin, invocation.no_local)
    planned, options = prepare(study, execution, invocation, known)
    tracked = searches_of(study, planned, known)
    problems = planned.problems if tracked is None else tracked.problems
    part = None
    if shard := invocation.part:
        many = len(planned.trials if tracked is None else tracked.entrants)
        planned, tracked, part = part_of(planned, tracked, shard, known)
    for problem in (*(f"{p.origin}: {p.name} is broken: {p.reason}" for p in known.broken), *problems):
        say(console, "[yellow]![/] {}", problem)
    observers = chosen(known, execution.observer)
    if part is not None:
        mine, what = (planned.trials, "trials") if tracked is None else (tracked.entrants, "searches")
        tell_part(part.shard, [(len(mine), many, what)], console)
    if invocation.dry_run:
        if tracked is None:
            _dry_run(planned, known, execution.results, options, console)
        else:
            dry_run_of_track(planned, tracked, known, execution.results, options, console)
        return
    from benchsuite.execution.signals import heard

    with heard():
        switch_on(known, observers, execution.results.resolve())
        _run(planned, tracked, known, execution.results, options, console, execution.timeout, part)


def searches_of(study: Study, planned: Plan, known: Registry) -> TrackPlan | None:
    """Return the searches of a study; ``None`` on the default track, whose trials are known beforehand."""
    if study.track == "default":
        study.refuse_without_search()
        return None
    from benchsuite.tuning.protocol import protocol_of
    from benchsuite.tuning.tracks import track_plan

    return track_plan(planned, protocol_of(study, known), known, named_tasks=bool(study.task))


def prepare(study: Study, execution: Execution, invocation: Invocation, known: Registry) -> tuple[Plan, Options]:
    """Expand a study and settle how it runs, before any work starts.

    Raises:
        BenchsuiteError: If there is nothing to run, something does not exist, or this machine cannot run it so.
    """
    from benchsuite.studies.plan import plan

    planned = plan(study, known)
    return planned, options_for(planned.trials.values(), study.device, execution, invocation, known)


def options_for(
    trials: Iterable[Trial], device: str, execution: Execution, invocation: Invocation, known: Registry
) -> Options:
    """Settle how trials run, before any work starts.

    Args:
        trials: All of them.
        device: As ``--device`` names it.
        execution: How they are run.
        invocation: What is said to this call alone.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: If this machine cannot run them so.
    """
    from benchsuite.certificates import refuse_examples_of
    from benchsuite.engine.device import Device
    from benchsuite.execution import Options, Spread
    from benchsuite.extras import Extras

    here, trials = execution.executor == "local", list(trials)
    place = Device.parse(device if here else "cpu")
    for task, batch_size in sorted({(trial.task, trial.batch_size) for trial in trials}):
        refuse_examples_of(known.task(task), batch_size, known)
    # The results folder may be a link; what is in it may not, and is not followed here.
    results = execution.results.resolve()
    asked = int(min((execution.memory or 0) * GIB, NO_LIMIT))
    tiers, spread = {known.task(trial.task).tier for trial in trials}, None
    search = plugin_search(execution.plugin, invocation.no_local)
    if here:
        workers = execution.workers or place.workers(tiers, asked)
    else:
        from benchsuite.execution.ray.room import spread_over

        spread = Spread(execution.executor, execution.workers)
        workers, spread = spread_over(spread, device, tiers, asked, known, search)
    options = Options(
        plugins=search,
        device=device,
        workers=workers,
        memory_bytes=asked or (_memory(place, workers) if here else 0),  # a node says itself what it has
        logs=str(results / "logs"),
        weights=str(results / "weights"),
        predictions=str(results / "predictions"),
        extras=Extras(execution.store_weights, execution.probe, execution.store_predictions),
        compile_cache=not execution.no_compile_cache,
        spread=spread,
    )
    options.extras.check(trial.epochs for trial in trials)
    return options


def _memory(device: Device, workers: int) -> int:
    """Return the bytes that each worker may hold where nobody chose them; 0 for no limit."""
    from benchsuite.control_groups import usable_memory

    return device.memory_limit(workers) if device.kind == "gpu" else int(usable_memory() * 0.8 / workers)


def _dry_run(planned: Plan, known: Registry, results: Path, options: Options, console: Console) -> None:
    from collections import Counter
    from contextlib import closing

    from benchsuite.cli.pace import Pace
    from benchsuite.cli.progress import clock
    from benchsuite.damage import Damage
    from benchsuite.execution import Forecast, learn_from, others_of
    from benchsuite.execution.reading import read_beside
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.record_files import some_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import DamagedRecord, Store

    store = Store(results, create=False)
    judge = judge_of(known, store.extras, options.extras)
    found: Counter[Freshness] = Counter()
    forecast = Forecast(known)
    damaged: list[Damage] = []
    with closing(read_beside(store.trials, list(planned.trials))) as came:
        for trial, one in zip(planned.trials.values(), came, strict=True):
            try:
                record = store.judged(one)
            except DamagedRecord as error:
                damaged.append(error.damage)
                record = None
            freshness = judge(trial, record)
            found[freshness] += 1
            if freshness is not Freshness.FRESH:
                forecast.add(trial)
            if record is not None:
                learn_from(forecast, (record,))
    if found[Freshness.FRESH] < len(planned.trials):
        learn_from(forecast, others_of(store, planned.trials))
    stale, lacking = found[Freshness.STALE], found[Freshness.LACKING]
    again = f" {stale} have a stale record (of other code or data) and would run again." if stale else ""
    again += f" {lacking} would run again for the weights, predictions or probes that are asked for." if lacking else ""
    least = "at least " if planned.most_programs > planned.programs else ""
    say(
        console, "[bold]{}[/] of {}{}; {:,} have a record already.{}", count_of(len(planned.trials), "trial"),
        least, count_of(planned.programs, "program"), found[Freshness.FRESH], again,
    )  # fmt: skip
    for task, count in sorted(planned.tasks.items()):
        say(console, "  {:24} {:5} {}", task, count, "trial" if count == 1 else "trials")
    for name in sorted(judge.other_data):
        say(console, "[yellow]![/] the data of task {} are others now than its records had", repr(name))
    if planned.changes:
        say(console, "baseline with {}", ", ".join(f"{name}={text}" for name, text in planned.changes))
    for kind, settings in planned.compared.items():
        shown = settings if len(settings) <= MOST_NAMED else settings[:FEW_NAMED]
        more = f" and {len(settings) - len(shown):,} more" if len(settings) > len(shown) else ""
        what = f"{kind.replace('_', ' ')}, {count_of(len(settings), 'setting')}"
        say(console, "{}: {}{}", what, ", ".join(shown), more)
    for line in some_of(damaged, results):
        say(console, "[yellow]![/] {}", line)
    if damaged:
        say(console, "A run moves these to damaged/ and trains their trials again.")
    pace = Pace(options.workers)
    pace.planned(forecast.seconds, len(planned.trials) - found[Freshness.FRESH])
    expected = clock(pace.remaining())
    say(console, "Predicted: {} with {}. Nothing was written.", expected, count_of(options.workers, "worker"))


def _run(
    planned: Plan,
    tracked: TrackPlan | None,
    known: Registry,
    results: Path,
    options: Options,
    console: Console,
    timeout: float | None,
    part: StudyShard | None = None,
) -> None:
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.renewal import AT_ONCE, renewed, report_command, stopped, tell_report
    from benchsuite.cli.workers import by_workers
    from benchsuite.engine.compiled.folder import problem_of
    from benchsuite.engine.compiled.here import compiled_folder
    from benchsuite.errors import BenchsuiteError
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.sources import Planned, Together
    from benchsuite.store import Store

    store = Store(results)
    searches: list[Search] = []
    progress = Progress(console, known, options.workers)
    if options.compile_cache and (problem := problem_of(compiled_folder())):
        say(console, "[yellow]![/] compiled code is not kept: {}", problem)
    try:
        with progress:
            source: Planned | Together = Planned(planned.trials.values())
            watcher: Watcher = progress
            if tracked is not None:
                say(console, "{}", searches_line(tracked))
                source = tracked.source(keep(store, searches))
                watcher = OfSearches(progress, tracked.most_trials)
            summary = by_workers(source, known, options, store, watcher, timeout, part)
    except KeyboardInterrupt as stop:
        if part is not None:  # others may be at work on the folder: the report is made of all of them
            say(console, "Stopped. What was finished is stored; the same command goes on from here.")
            raise typer.Exit(1) from None
        stopped(planned.trials if tracked is None else None, known, store, console, stop)
        raise typer.Exit(1) from None
    if part is not None:
        say(console, "{}", progress.closing_line(summary))
        whole = tell_left(summary, 0, console) and _whole(summary, planned, tracked, searches)
        tell_how_to_join(part.shard, results, console, whole=whole)
        if not whole:
            raise typer.Exit(1)
        return
    many = len(summary.records)
    if many <= AT_ONCE:  # or nobody needs all of them at once
        summary.records = dict(summary.records.items())
    failure = None
    try:
        index, note, contents = renewed(store, known, summary, console)
    except BenchsuiteError as error:  # the records are whole: what they say is shown all the same
        index, note, contents, failure = None, "", None, error
    if many > AT_ONCE:
        say(console, "Tables of {:,} records are not made here: `{}` makes them.", many, report_command(store))
    else:
        _tables(list(summary.records.values()), searches, contents, known, store, console)
    say(console, "{}", progress.closing_line(summary))
    if tracked is not None:
        tell_searches(searches, tracked, console)
    tell_report(index, note, console)
    if summary.unrepeated:
        many = len(summary.unrepeated)
        did = "1 trial did not repeat its record" if many == 1 else f"{many} trials did not repeat their records"
        say(
            console,
            "[red]{}[/] (named above): records were changed by hand, or training is not deterministic here. "
            "Move such a record away and it is made anew.",
            did,
        )
    if summary.unkept:
        many = len(summary.unkept)
        say(console, "[red]{} ran again and nothing could be kept[/] (named above).", count_of(many, "trial"))
    if failure:
        raise failure
    if not _whole(summary, planned, tracked, searches):
        raise typer.Exit(1)


def _tables(
    records: Sequence[Record],
    searches: Sequence[Search],
    contents: Contents | None,
    known: Registry,
    store: Store,
    console: Console,
) -> None:
    """Show the tables of a run's own records, and say which of them count for nothing.

    Args:
        records: All of the run.
        searches: Its searches.
        contents: What the report of the folder holds, if it was made just now.
        known: The plugins that were found.
        store: The results folder.
        console: Where to.
    """
    from benchsuite.cli.report import of_run, show
    from benchsuite.cli.unsupported import tell_unsupported
    from benchsuite.freshness import without_data
    from benchsuite.report.tables.numbers import count_of

    counting = [record for record in records if not without_data(record)]
    of_report = contents is not None and {record.id for record in contents.records} == {one.id for one in counting}
    # A folder of one study: its tables are made once.
    show(
        contents if contents is not None and of_report else of_run(counting, searches, contents, known, store), console
    )
    tell_unsupported(counting, console)
    if left := len(records) - len(counting):
        say(console, "Left out: {} without data, to run again with the next command.", count_of(left, "trial"))


def _whole(summary: Summary, planned: Plan, tracked: TrackPlan | None, searches: Sequence[Search]) -> bool:
    """Say whether all that was asked for is there now."""
    if summary.unrepeated or summary.unkept:
        return False
    return len(searches) >= len(tracked.entrants) if tracked else len(summary.records) >= len(planned.trials)
