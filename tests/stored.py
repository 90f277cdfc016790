"""Records and searches that fit the code of now and were never trained, and bundles of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from benchsuite.bundle import BundleContent, write_bundle
from benchsuite.curves import Curves
from benchsuite.execution.run import task_facts
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints, made_by
from benchsuite.record import Costs, Ending, Environment, MadeBy, Record, Results
from benchsuite.registry import Registry
from benchsuite.searches import Search
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial
from benchsuite.tuning.protocol import protocol_of
from benchsuite.tuning.tracks import track_plan

MADE = "2026-11-27T12:00:00+00:00"


def made(trial: Trial, value: float, registry: Registry, numerics: str = "") -> Record:
    """A fresh record of a trial that ended at a value."""
    task = registry.task(trial.task)
    values = {f"{part}_{measure}": value for part in ("train", "validation", "test") for measure in task.measures}
    final = {"epoch": trial.epochs, "step": trial.epochs * 10, **values}
    epochs = range(trial.epochs + 1)
    curves = {name: [held + 1, *[held] * trial.epochs] for name, held in values.items()}
    curves |= {
        "epoch": list(epochs),
        "step": [10 * epoch for epoch in epochs],
        "running_loss": [None, *[value] * trial.epochs],
    }
    best = {**final, "epoch": 1, "step": 10}
    ending = Ending(
        outcome=Outcome.COMPLETED,
        curves=Curves.from_json(curves),
        results=Results(
            final=final, best=best, targets={repr(float(one)): None for one in task.targets}, steps_per_epoch=10
        ),
        costs=Costs(wall_seconds=1.0),
        environment=Environment(device="cpu", numerics=numerics),
    )
    return Record.of(trial, ending, task_facts(task, registry), made_by(trial, registry), fingerprints(trial, registry))


def searched(
    study: Study, value: Callable[[Trial], float], registry: Registry, numerics: str = ""
) -> tuple[list[Search], list[Record]]:
    """What a study of searches gives where a trial ends at ``value``: its searches, and the records of all their trials."""
    ended: list[Search] = []
    records: list[Record] = []
    for source in track_plan(plan(study, registry), protocol_of(study, registry), registry).sources(ended.append):
        waiting = deque(source.propose())
        while waiting:
            trial = waiting.popleft()
            records.append(made(trial, value(trial), registry, numerics))
            source.tell(records[-1])
            waiting += source.propose()
    return ended, list({record.id: record for record in records}.values())


def bundle(path: Path, records: Iterable[Record], searches: Iterable[Search] = ()) -> Path:
    """A bundle of records and searches."""
    content = BundleContent(records=list(records), searches=list(searches), made=MADE, made_by=MadeBy(benchsuite="0"))
    return write_bundle(content, path, table=False)
