"""``diagnose --dry-run``: which trials would run, which looks would follow, and how long the trials would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.execution import Options
    from benchsuite.registry import Registry
    from benchsuite.store import Store
    from benchsuite.studies.diagnosing import DiagnosePlan, Diagnosing


@dataclass(frozen=True)
class PlannedTrial:
    """One trial of a diagnosis.

    Args:
        id: Of the trial.
        label: Why it is trained.
        recorded: Whether it has a fresh record, and would not run.
    """

    id: str
    label: str
    recorded: bool


@dataclass(frozen=True)
class DryRun:
    """What a diagnosis would do.

    Args:
        title: Task and recipe.
        trials: All that it needs.
        looks: At the network, after the trials.
        predicted_seconds: Of the trials that would run.
        workers: That many at a time.
        sets: Redrawn training sets on which it is trained after that, one after another.
        sets_seconds: Predicted of these trainings.
    """

    title: str
    trials: tuple[PlannedTrial, ...]
    looks: tuple[str, ...]
    predicted_seconds: float
    workers: int
    sets: int = 0
    sets_seconds: float = 0.0


def dry_run_of(asked: Diagnosing, plan: DiagnosePlan, known: Registry, store: Store, options: Options) -> DryRun:
    """Return what would run and how long it would take; nothing is written.

    Args:
        asked: The options.
        plan: The trials.
        known: The plugins that were found.
        store: The results folder.
        options: What workers are told.
    """
    from benchsuite.cli.diagnosed.bias_and_variance import predicted_seconds
    from benchsuite.cli.pace import Pace
    from benchsuite.execution import Forecast, learn_from, others_of
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.store import DamagedRecord

    judge, labels, missing, trials = judge_of(known, store.extras, options.extras), plan.labels(), [], []
    for trial in plan.trials:
        try:
            record = store.read(trial.id)
        except DamagedRecord:
            record = None
        fresh = judge(trial, record) is Freshness.FRESH
        missing += [] if fresh else [trial]
        trials.append(PlannedTrial(trial.id, labels[trial.id], fresh))
    forecast = Forecast(known, missing)
    if missing:
        learn_from(forecast, others_of(store, ()))
    pace = Pace(options.workers)
    pace.planned(forecast.seconds, len(missing))
    wanted = {
        "first steps": not asked.alone,
        "check gradients": asked.check_gradients,
        "gradient noise": asked.gradient_noise,
        "curvature": asked.curvature,
        "surface": asked.surface is not None,
    }
    looks = tuple(name for name, there in wanted.items() if there)
    sets = asked.bias_variance or 0
    seconds = predicted_seconds(plan.trial, sets, known, store) if sets else 0.0
    return DryRun(plan.title(known), tuple(trials), looks, pace.remaining(), options.workers, sets, seconds)


def tell_dry(dry: DryRun, console: Console) -> None:
    """Print what would run."""
    from benchsuite.cli.progress import clock
    from benchsuite.report.tables.numbers import count_of

    there = sum(one.recorded for one in dry.trials)
    say(console, "[bold]{}[/]", dry.title)
    say(console, "{}; {} have a record already.", count_of(len(dry.trials), "trial"), there)
    for one in dry.trials:
        say(console, "  {:28} {}", one.label, "has a record" if one.recorded else "would run")
    if dry.looks:
        say(console, "Then looks at the network: {}; their time is not predicted.", ", ".join(dry.looks))
    if dry.sets:
        say(console, "{}", sets_words(dry.sets, dry.sets_seconds))
    say(
        console, "Predicted: {} with {}. Nothing was written.",
        clock(dry.predicted_seconds), count_of(dry.workers, "worker"),
    )  # fmt: skip


def sets_words(sets: int, seconds: float) -> str:
    """Return what ``--bias-variance`` costs, a sentence."""
    from benchsuite.cli.progress import clock

    return f"Bias and variance: {sets} trainings on redrawn sets, predicted {clock(seconds)}, one after another."
