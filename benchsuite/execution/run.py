"""Carries a plan out: what is there already stays, what is missing runs, every end becomes a record."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from benchsuite.components import TrialResult, TrialStart
from benchsuite.execution.interface import Cell, Executor, Options, Started
from benchsuite.recipe import baseline
from benchsuite.registry import Registry
from benchsuite.store import FORMAT, Store
from benchsuite.study import Plan
from benchsuite.trial import Trial

TIMEOUT = 600.0
"""Seconds a trial may take where the user says nothing."""
PATIENCE = 10.0
"""A trial gets so many times what its task says that it costs, where that is more."""


class Observer(Protocol):
    """Watches a study; the live display is one."""

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        """See the plan: trials that have records, trials that will run, stale records among them, predicted seconds of work left."""
        ...

    def started(self, trial: Trial, worker: int) -> None:
        """See a worker begin a trial."""
        ...

    def finished(self, trial: Trial, worker: int, record: Mapping[str, Any], left: float) -> None:
        """See a record written; ``left`` is the predicted seconds of work that remain."""
        ...

    def problem(self, text: str) -> None:
        """See something go wrong beside the trials, such as a logger's hook that raised."""
        ...


@dataclass
class Summary:
    """What a run did.

    Args:
        done: Trials that had records already.
        stale: Records set aside because source code changed.
        outcomes: Outcome → number of trials that ran.
        records: The study's records, by trial id.
    """

    done: int = 0
    stale: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    records: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def predicted_seconds(trials: Iterable[Trial], registry: Registry) -> float:
    """Return the predicted work of trials run one after another, each program compiled once."""
    trials = list(trials)
    compiling = {trial.cell: registry.task(trial.task).cost.compile for trial in trials}
    return sum(compiling.values()) + sum(_training(trial, registry) for trial in trials)


def _training(trial: Trial, registry: Registry) -> float:
    return 0.05 + registry.task(trial.task).cost.epoch * trial.epochs


def make_cells(trials: Sequence[Trial], registry: Registry, workers: int, timeout: float | None = None) -> list[Cell]:
    """Group trials by program. A cell that alone would keep one worker busy longer than its share is split.

    Args:
        trials: What is to run.
        registry: For what tasks say that they cost.
        workers: Number of workers.
        timeout: Time limit of a trial; the usual one unless given, see :data:`TIMEOUT` and :data:`PATIENCE`.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.cell, []).append(trial)
    share = predicted_seconds(trials, registry) / workers
    cells = []
    for group in groups.values():
        pieces = min(len(group), math.ceil(predicted_seconds(group, registry) / max(share, 1e-9)))
        size = math.ceil(len(group) / pieces)
        for start in range(0, len(group), size):
            piece = tuple(group[start : start + size])
            limit = timeout or max(TIMEOUT, PATIENCE * max(predicted_seconds([trial], registry) for trial in piece))
            cells.append(Cell(piece, predicted_seconds(piece, registry), limit))
    return cells


def current_fingerprints(trial: Trial, registry: Registry, *, verify: bool = False) -> dict[str, str]:
    """Return ``kind:name`` → hash of the source code, for the task and every component of a trial.

    Args:
        trial: The trial.
        registry: Of the plugins that were found.
        verify: Whether code that was edited since it was loaded gets no fingerprint that counts.
    """
    found = {f"task:{trial.task}": registry.fingerprint("task", trial.task, verify=verify)}
    for kind, settings in trial.recipe.settings:
        for setting in settings:
            found[f"{kind}:{setting.name}"] = registry.fingerprint(
                kind, setting.name, setting.hyperparameters, verify=verify
            )
    return found


def is_stale(record: Mapping[str, Any], fingerprints: Mapping[str, str]) -> bool:
    """Say whether the source code of a record's task or components is another one now."""
    return any(record["fingerprints"].get(key) != value for key, value in fingerprints.items())


def without_data(record: Mapping[str, Any]) -> bool:
    """Say whether a trial ended before it had its data: a package or file was missing, which says nothing of its recipe."""
    failure = record["results"].get("failure", {})
    return record["outcome"] == "crashed" and "data" not in record["fingerprints"] and failure.get("step") == 0


def run_plan(
    plan: Plan,
    registry: Registry,
    store: Store,
    executor: Executor,
    options: Options,
    observer: Observer,
    timeout: float | None = None,
) -> Summary:
    """Run every trial of a plan that has no fresh record.

    Args:
        plan: The trials.
        registry: Of the plugins that were found.
        store: The results folder.
        executor: Runs the trials.
        options: What workers are told.
        observer: Watches.
        timeout: Seconds a trial may take; the usual ones unless given.

    Raises:
        BenchsuiteError: If the results folder is in use or unreadable, or no worker can start.
        KeyboardInterrupt: After Ctrl-C, when all workers have stopped. What was finished is stored.
    """
    summary = Summary()
    with store.locked():
        existing = store.read_all()
        waiting = []
        for trial in plan.trials.values():
            record = existing.get(trial.id)
            stale = record is not None and is_stale(record, current_fingerprints(trial, registry))
            if record is not None and not (stale or without_data(record) or store.missing(record, options.extras)):
                summary.records[trial.id] = record
                summary.done += 1
                continue
            if stale:
                store.set_aside(trial.id)
                summary.stale += 1
            waiting.append(trial)
        remaining = {trial.id: trial for trial in waiting}
        observer.planned(summary.done, len(waiting), summary.stale, predicted_seconds(waiting, registry))
        if not waiting:
            return summary
        _tell(registry, observer, "study_started", trials=tuple(waiting), results=store.folder)
        with closing(executor.run(make_cells(waiting, registry, options.workers, timeout), options)) as events:
            for event in events:
                if isinstance(event, Started):
                    observer.started(event.trial, event.worker)
                    _tell(
                        registry,
                        observer,
                        "trial_started",
                        trial=TrialStart(event.trial.id, event.trial.spec, event.worker),
                    )
                    continue
                record = _record(event.trial, event.run, registry)
                if event.run["probes"]:
                    store.write_probes(event.trial.id, {"spec": event.trial.spec, **event.run["probes"]})
                path = store.write(record)
                summary.records[event.trial.id] = record
                summary.outcomes[record["outcome"]] += 1
                del remaining[event.trial.id]
                observer.finished(event.trial, event.worker, record, predicted_seconds(remaining.values(), registry))
                _tell(registry, observer, "trial_finished", trial=TrialResult(event.trial.id, record, str(path)))
        _tell(registry, observer, "study_finished", outcomes=dict(summary.outcomes), results=store.folder)
    return summary


def _tell(registry: Registry, observer: Observer, name: str, **arguments: Any) -> None:
    """Call a life-cycle hook of every plugin. One that raises costs its own log, never the study."""
    for implementation in getattr(registry.hooks.hook, name).get_hookimpls():
        try:
            implementation.function(**{key: arguments[key] for key in implementation.argnames})
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit included
            observer.problem(f"{name} of {implementation.plugin_name} raised {type(error).__name__}: {error}")


def _printable(value: Any) -> Any:
    """Return a JSON value whose texts every encoding of Unicode can hold: an error may quote bytes that are no text."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    return {key: _printable(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _record(trial: Trial, run: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Put a record together: the engine's part, and what the task says of itself."""
    fingerprints = current_fingerprints(trial, registry, verify=True)  # edited while it ran?
    if run["data_checksum"]:
        fingerprints["data"] = run["data_checksum"]
    task = registry.task(trial.task)
    results = _printable(run["results"])
    measure = {
        "primary": task.primary,
        "direction": task.direction,
        "targets": list(task.targets),
        "metrics": list(task.measures),
        "baseline": baseline(task, registry).to_json(),
        "compares": list(task.compares),
        "summary": task.summary,
        "license": task.license,
        "citation": task.citation,
        "steps_per_epoch": results.pop("steps_per_epoch", task.steps_per_epoch),
    }
    return {
        "format": FORMAT,
        "id": trial.id,
        "spec": trial.spec,
        "outcome": run["outcome"],
        "reason": _printable(run["reason"]),
        "curves": run["curves"],
        "results": {**results, "measure": measure},
        "costs": run["costs"],
        "environment": run["environment"],
        "fingerprints": fingerprints,
    }
