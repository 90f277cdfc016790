"""``benchsuite diagnose``: what explains how a recipe trains."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from benchsuite.cli.console import as_json, beside, say, terminal
from benchsuite.cli.options import registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchsuite.diagnostics import Diagnosis
    from benchsuite.record import Record
    from benchsuite.studies.diagnosing import Diagnosing

DEVICE = "cpu"
ALARM = 3
"""Exit code with ``--fail-if alarm``."""


def diagnose(asked: Diagnosing) -> None:
    """Train one recipe, or find its trial, and say what is wrong with it: alarms first, then what is healthy.

    It looks at curves, at the layers, at trainings with a tenth and ten times of the learning rate, and at a few examples.
    Trials that have a record already are not run again.
    """
    from benchsuite.cli.quiet import surround

    surround()
    from benchsuite.cli.diagnosed.bias_and_variance import predicted_seconds
    from benchsuite.cli.diagnosed.dry import dry_run_of, sets_words, tell_dry
    from benchsuite.cli.diagnosed.findings import findings
    from benchsuite.cli.diagnosed.told import tell
    from benchsuite.cli.door import carried_out, say_broken
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.run import options_for
    from benchsuite.report.drawings.picture import check_picture
    from benchsuite.sources import Planned
    from benchsuite.store import Store
    from benchsuite.studies.diagnosing import diagnose_plan
    from benchsuite.study import Invocation

    console = beside() if asked.json else terminal()
    known = registry(asked.plugin, asked.no_local)
    plan = diagnose_plan(asked, known)
    for name, path in (("--spectrum", asked.spectrum), ("--surface", asked.surface)):
        if path is not None:
            check_picture(path, option=name)
    options = options_for(plan.trials, DEVICE, asked.execution, Invocation(no_local=asked.no_local), known)
    say_broken(known, console)
    store = Store(asked.results.resolve(), create=not asked.dry_run)
    if asked.dry_run:
        dry = dry_run_of(asked, plan, known, store, options)
        if asked.json:
            as_json(asdict(dry))
        else:
            tell_dry(dry, console)
        return
    progress = Progress(console, known, options.workers)
    summary = carried_out(Planned(plan.trials), known, asked.execution, options, store, console, progress)
    record = summary.records[plan.trial.id]
    if asked.bias_variance is not None:
        seconds = predicted_seconds(plan.trial, asked.bias_variance, known, store)
        say(console, "{}", sets_words(asked.bias_variance, seconds))
    title = plan.title(known)
    found = findings(asked, plan, summary.records, store, known)
    if asked.json:
        as_json(_json(title, record, found))
    else:
        say(console, "[bold]{}[/]", title)
        tell(found, console)
    if asked.fail_if and any(one.alarm for one in found):
        raise typer.Exit(ALARM)


def _json(title: str, record: Record, found: Sequence[Diagnosis]) -> dict[str, Any]:
    return {
        "title": title,
        "trial": record.id,
        "outcome": record.outcome.value,
        "alarms": sum(one.alarm for one in found),
        "diagnoses": [{**asdict(one), "numbers": _finite(one.numbers)} for one in found],
    }


def _finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """Return numbers as JSON has them: ``None`` for what is not finite."""
    return {name: float(value) if math.isfinite(value) else None for name, value in numbers.items()}
