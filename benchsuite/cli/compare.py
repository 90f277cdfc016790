"""``benchsuite compare``: is A better than B, worse, or can nobody tell?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from benchsuite.cli.console import agreed, as_json, beside, say, show, terminal
from benchsuite.cli.options import registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.verdict import Verdict
    from benchsuite.cli.contest import Contestants, RecordsFound
    from benchsuite.cli.other_instances import OtherInstances
    from benchsuite.registry import Registry
    from benchsuite.shards import Shard
    from benchsuite.studies.comparing import Comparing

WORSE = 3
"""How a comparison ends with ``--fail-if`` where it is as that says."""


def compare(asked: Comparing) -> None:
    """Say whether A is better than B, worse, or nobody can tell: on each task, on all together, and on other instances of each.

    Works from the records that there are, and runs what is missing. Of reference:NAME nothing is run: its results ship with
    benchsuite, and the other side is tuned and evaluated as they were.
    """
    from benchsuite.cli.contest import check
    from benchsuite.cli.door import say_broken
    from benchsuite.cli.other_instances import other_instances, tell_beyond, with_instances
    from benchsuite.cli.reference_contest import reference_verdict
    from benchsuite.cli.tuned_contest import tuned_verdict
    from benchsuite.reference.sides import is_stored
    from benchsuite.shards import asked_shard

    check(asked)
    console = beside() if asked.json else terminal()
    known = registry(asked.plugin, asked.no_local)
    say_broken(known, console)
    others = other_instances(asked, known)
    asked = with_instances(asked, others)
    if shard := asked_shard(asked.shard):
        _run_part(asked, shard, others, known, console)
        return
    if any(map(is_stored, (asked.a, asked.b))):
        verdict = reference_verdict(asked, known, console)
    elif asked.track in (None, "default"):
        verdict = _verdict(asked, others, known, console)
    else:
        verdict = tuned_verdict(asked, known, others.of)
    if asked.json:
        as_json(verdict.to_json() | others.to_json())
    else:
        _tell(verdict, console)
        tell_beyond(verdict, others, console)
    failed = {"worse": verdict.worse_somewhere, "does-not-hold": verdict.unheld_somewhere}
    if asked.fail_if and failed[asked.fail_if]:
        raise typer.Exit(WORSE)


def _verdict(asked: Comparing, others: OtherInstances, known: Registry, console: Console) -> Verdict:
    """Return the verdict from the records there are, or run what they lack first."""
    from benchsuite.cli.contest import Contestants

    contestants = Contestants(asked, known, others.of)
    for problem in contestants.problems:
        say(console, "[yellow]![/] {}", problem)
    found = contestants.found()
    if not found.missing:
        return contestants.verdict(found)
    if not asked.yes:
        what = contestants.missing_words(found)
        answer = agreed(console, "{} Run them?", what)
        if answer is None:
            raise BenchsuiteError(f"{what} Add --yes to run them.")
        if not answer:
            return contestants.verdict(found)
    return contestants.verdict(_run(asked, contestants, found, console))


def _run(asked: Comparing, contestants: Contestants, found: RecordsFound, console: Console) -> RecordsFound:
    """Run what is missing, look by look."""
    from benchsuite.cli.door import carried_out
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.unsupported import tell_unsupported
    from benchsuite.store import Store

    store = Store(asked.results.resolve())
    known, options = contestants.known, contestants.options
    progress = Progress(console, known, options.workers)
    source = contestants.source()
    summary = carried_out(source, known, contestants.execution, options, store, console, progress)
    tell_unsupported(summary.records.values(), console)
    say(console, "{}", progress.closing_line(summary))
    say(console, "")
    return contestants.after(source, summary.records, found)


def _run_part(asked: Comparing, shard: Shard, others: OtherInstances, known: Registry, console: Console) -> None:
    """Run a part of what a comparison needs, without a question and without a verdict."""
    from benchsuite.cli.contest import Contestants
    from benchsuite.cli.door import run_part
    from benchsuite.cli.sharded import VERDICT, StudyShard
    from benchsuite.sources import Planned
    from benchsuite.store import Store

    contestants = Contestants(asked, known, others.of)
    for problem in contestants.problems:
        say(console, "[yellow]![/] {}", problem)
    part = StudyShard(Planned(contestants.source().planned), shard)
    store = Store(asked.results.resolve())
    run_part(part, known, contestants.execution, contestants.options, store, console, VERDICT)


def _tell(verdict: Verdict, console: Console) -> None:
    from benchsuite.report.tables.verdict_table import lines_of, verdict_table

    show(console, verdict_table(verdict))
    for what, text in lines_of(verdict):
        if what == "verdict":
            say(console, "[bold]{}[/]", text)
        elif what == "warning":
            say(console, "[yellow]![/] {}", text)
        else:
            say(console, "{}", text)
