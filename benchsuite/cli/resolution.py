"""``benchsuite certify --resolution``: how well tasks tell methods apart, measured by tuning the reference components on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from benchsuite.cli.console import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Task
    from benchsuite.conformance.finding import Finding
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.store import Store
    from benchsuite.study import Execution, Invocation
    from benchsuite.tuning.reference_study import ReferenceStudy


def certify_resolution(
    tasks: Sequence[Task],
    kinds: Sequence[str],
    budget: str,
    seeds: int,
    execution: Execution,
    invocation: Invocation,
    known: Registry,
    console: Console,
    *,
    writing: bool,
) -> int:
    """Measure the resolution of tasks, all in one plan; return of how many something is wrong: of none, where it is one shard's part.

    Args:
        tasks: At least one.
        kinds: Of which; those that each compares unless given.
        budget: Of each search.
        seeds: Evaluation seeds.
        execution: How trials are run, and where they are kept.
        invocation: Whether it is a dry run, or a part of the study.
        known: The plugins that were found.
        console: Where to.
        writing: Whether certificates keep it.

    Raises:
        BenchsuiteError: If nothing can be measured, or a certificate holds what was measured by another protocol.
    """
    from benchsuite.cli.door import carried_out, run_part, say_broken
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.run import prepare
    from benchsuite.cli.searches import SearchesDisplay, dry_run_of_track, keep, searches_line
    from benchsuite.cli.sharded import VERDICT, StudyShard
    from benchsuite.store import Store
    from benchsuite.tuning.reference_study import reference_study

    study = reference_study(tasks, kinds, budget, seeds, known)
    measured = [task for task in tasks if task.name in study.kinds]
    if writing:
        _refuse_unwritable(measured, study, known)
    tracked = study.tracked
    planned, options = prepare(study.asked[measured[0].name], execution, invocation, known)
    say_broken(known, console)
    for problem in tracked.problems:
        say(console, "[yellow]![/] {}", problem)
    if shard := invocation.part:
        store = Store(execution.results.resolve(), create=not invocation.dry_run)
        part = StudyShard(tracked.source(keep(store, [])), shard)
        run_part(part, known, execution, options, store, console, VERDICT, dry_run=invocation.dry_run)
        return 0
    if invocation.dry_run:
        dry_run_of_track(planned, tracked, known, execution.results, options, console)
        return 0
    say(console, "{}", searches_line(tracked))
    store = Store(execution.results.resolve())
    searches: list[Search] = []
    progress = Progress(console, known, options.workers)
    display = SearchesDisplay(progress, tracked.most_trials)
    source = tracked.source(keep(store, searches))
    try:
        summary = carried_out(source, known, execution, options, store, console, display)
        say(console, "{}", progress.closing_line(summary))
        return _Told(study, searches, summary.records, known, console, writing).all_of(measured)
    except typer.Exit:  # stopped: of those tasks that are through, nobody has to wait for the others
        _Told(study, searches, _stored(store, searches), known, console, writing).all_of(measured)
        raise


def _stored(store: Store, searches: Sequence[Search]) -> dict[str, Record]:
    """Return the records that searches name."""
    ids = {id for search in searches for id in (*search.tuning_ids, *search.evaluated)}
    return {id: record for id in sorted(ids) if (record := store.read(id)) is not None}


@dataclass(frozen=True)
class _Told:
    """What was measured, to be shown and kept task by task."""

    study: ReferenceStudy
    searches: Sequence[Search]
    records: Mapping[str, Record]
    known: Registry
    console: Console
    writing: bool

    def all_of(self, tasks: Sequence[Task]) -> int:
        """Show what was measured of each task whose searches all ended; return of how many tasks something is wrong."""
        asked = Counter(entrant.task.name for entrant in self.study.tracked.entrants)
        ended = Counter(search.task for search in self.searches)
        broken = 0
        for task in tasks:
            if left := asked[task.name] - ended[task.name]:
                say(
                    self.console,
                    "[yellow]![/] {} was not measured: {} of {} searches did not end. The same command goes on.",
                    *(task.title, left, asked[task.name]),
                )
                broken += 1
            else:
                broken += self._one(task)
        return broken

    def _one(self, task: Task) -> bool:
        """Show what was measured of one task, and keep it; return whether the task promises what it does not hold."""
        from benchsuite.analysis.resolution import merged
        from benchsuite.certificates import committed, write
        from benchsuite.certified_resolution import BLOCK
        from benchsuite.conformance.of_resolution import judge_resolution, notes_on_resolution
        from benchsuite.report.tables.resolution_table import resolution_tables
        from benchsuite.tuning.reference_study import measured_block

        block = measured_block(self.study, task, self.searches, self.records, self.known)
        if not block["kinds"]:
            say(
                self.console,
                "[yellow]![/] {} was not measured: of no kind can two reference components be tried.",
                task.title,
            )
            return False
        show(self.console, *resolution_tables(task.name, block))
        if self.writing:
            certificate = committed(task.name, self.known) or {}
            block = merged(task.name, certificate.get(BLOCK), block)
            say(self.console, "  written: {}", write(task.name, self.known, {**certificate, BLOCK: block}))
        findings = judge_resolution(task, block)
        tell_findings(findings, notes_on_resolution(task, block, whole=self.writing), self.console)
        return any(finding.problem for finding in findings)


def _refuse_unwritable(tasks: Sequence[Task], study: ReferenceStudy, known: Registry) -> None:
    """Refuse to measure for hours what no certificate could keep.

    Raises:
        BenchsuiteError: If a task has no certificate of its version, or one that holds other kinds by another protocol.
    """
    from benchsuite.analysis.resolution.block import refuse_other_protocol
    from benchsuite.certificates import checksum_of, committed
    from benchsuite.certified_resolution import BLOCK
    from benchsuite.errors import BenchsuiteError

    without = [task.name for task in tasks if checksum_of(task, known) is None]
    if without:
        raise BenchsuiteError(
            f"a certificate keeps the resolution of a task, and there is none of this version of {', '.join(without)}. "
            f"Write it first: benchsuite certify --write {' '.join(without)}"
        )
    for task in tasks:
        before = (committed(task.name, known) or {}).get(BLOCK)
        now = {"task_version": task.version, "protocol": study.words, "kinds": dict.fromkeys(study.kinds[task.name])}
        refuse_other_protocol(task.name, before, now)


def tell_findings(findings: Sequence[Finding], notes: Sequence[str], console: Console) -> None:
    """Say which promises are kept and which are not, and what else is worth a look."""
    for finding in findings:
        if finding.problem:
            say(console, "  [red]✗[/] {}: {}", finding.promise, finding.problem)
        else:
            say(console, "  [green]✓[/] {}", finding.promise)
    for note in notes:
        say(console, "  [yellow]·[/] {}", note)
