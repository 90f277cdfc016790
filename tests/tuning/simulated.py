"""Searches without training: what a trial's validation part measures is a function of its hyperparameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from benchsuite.curves import Curves
from benchsuite.execution import Cell, Finished, Started
from benchsuite.execution.run import task_facts
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Reached, Record, Results
from benchsuite.registry import Registry
from benchsuite.searches import Search
from benchsuite.sources import Source
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial
from benchsuite.tuning.protocol import protocol_of
from benchsuite.tuning.tracks import TrackPlan, track_plan

Measure = Callable[[Trial], float | None]
"""A trial's primary measure on the validation part; ``None`` for one that diverges."""


def ending(trial: Trial, measured: float | None, registry: Registry, test: float = 0.5) -> Ending:
    """Return how a trial ends: every measure of training and validation part is the one that is given."""
    task = registry.task(trial.task)
    costs, environment = Costs(wall_seconds=0.1), Environment(device="cpu", worker=0)
    if measured is None:
        failure = Results(failure=Failure(step=1, traceback=""), steps_per_epoch=1)
        return Ending(outcome=Outcome.DIVERGED, reason="nan", results=failure, costs=costs, environment=environment)
    names = [f"{part}_{measure}" for part in ("train", "validation", "test") for measure in task.measures]
    last = trial.longest
    values: dict[str, Any] = {name: [0.0, *[test if name.startswith("test") else measured] * last] for name in names}
    curves = {"epoch": list(range(last + 1)), "step": list(range(last + 1)), "running_loss": [None, *[0.0] * last]}
    if trial.stop is not None:
        stopped = Results(steps_per_epoch=1)
        return Ending(
            outcome=Outcome.PRUNED, reason="stopped", curves=Curves({**curves, **values}), results=stopped, costs=costs,
            environment=environment,
        )  # fmt: skip
    row = {"epoch": 1, "step": 1, **{name: held[1] for name, held in values.items()}}
    final = {**row, "epoch": last, "step": last}
    reached: dict[str, Reached | None] = {}
    for target in task.targets:
        sign = 1 if task.direction == "max" else -1
        place = next((number for number, value in enumerate((0.0, measured)) if sign * value >= sign * target), None)
        reached[repr(float(target))] = None if place is None else Reached(epoch=place, step=place)
    results = Results(final=final, best=row, targets=reached, steps_per_epoch=1)
    return Ending(
        outcome=Outcome.COMPLETED,
        curves=Curves({**curves, **values}),
        results=results,
        costs=costs,
        environment=environment,
    )


def record_of(trial: Trial, measured: float | None, registry: Registry) -> Record:
    """Return the record of such a trial."""
    from benchsuite.record import MadeBy

    facts = task_facts(registry.task(trial.task), registry, trial.changes)
    return Record.of(trial, ending(trial, measured, registry), facts, MadeBy(benchsuite=""), {})


def tracked(study: Study, registry: Registry) -> TrackPlan:
    """Return the searches of a study."""
    return track_plan(plan(study, registry), protocol_of(study, registry), registry)


def searched(study: Study, registry: Registry, measure: Measure) -> list[Search]:
    """Run all searches of a study, one after another."""
    found = []
    for source in tracked(study, registry).sources():
        told(source, registry, measure)
        assert source.search is not None
        found.append(source.search)
    return found


def told(source: Source, registry: Registry, measure: Measure) -> list[Trial]:
    """Tell a source what all its trials measured, in its order; return them."""
    proposed = list(source.propose())
    for trial in proposed:
        source.tell(record_of(trial, measure(trial), registry))
        proposed += source.propose()
    return proposed


def rate(trial: Trial) -> float:
    """A trial's learning rate."""
    value = trial.recipe.one("optimizer").hyperparameters["learning_rate"]
    assert isinstance(value, float)
    return value


class Simulated:
    """An executor without processes: its workers end in an order that chance decides, and may be killed.

    Args:
        workers: How many train at once.
        chance: Who ends first.
        registry: Of the tasks.
        measure: What trials measure.
        ends: How many trials end before it is killed.
    """

    def __init__(
        self, workers: int, chance: Random, registry: Registry, measure: Measure, ends: int | None = None
    ) -> None:
        self._workers, self._chance, self._registry, self._measure = workers, chance, registry, measure
        self._waiting: list[Trial] = []
        self._ends = ends
        self.ran: list[Trial] = []

    def submit(self, cell: Cell) -> None:
        """Take a cell."""
        self._waiting += cell.trials

    def events(self) -> Iterator[Started | Finished]:
        """Yield what happens."""
        running: list[Trial] = []
        while self._waiting or running:
            while self._waiting and len(running) < self._workers:
                running.append(self._waiting.pop(self._chance.randrange(len(self._waiting))))
                yield Started(running[-1], len(running) - 1)
            if self._ends is not None and len(self.ran) == self._ends:
                raise KeyboardInterrupt
            trial = running.pop(self._chance.randrange(len(running)))
            self.ran.append(trial)
            yield Finished(trial, 0, ending(trial, self._measure(trial), self._registry), {})

    def close(self) -> None:
        """End."""


def values_of(search: Search, name: str) -> Sequence[Any]:
    """Return what was tried of a hyperparameter, in order."""
    return [one.values[name] for one in search.tried]
