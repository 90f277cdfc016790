"""What is tuned: one row of a leaderboard on one task, with all that a search may change in its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchsuite.components import Task
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.selection import written
from benchsuite.spaces import Value
from benchsuite.studies.plan import PlannedRow
from benchsuite.trial import RATE, Trial
from benchsuite.tuning.protocol import TuningProtocol
from benchsuite.tuning.ranges import beginning
from benchsuite.tuning.search_space import SearchSpace


@dataclass(frozen=True)
class Entrant:
    """A row of a leaderboard on one task.

    Args:
        row: The row.
        selection: Its name in tables.
        task: The task.
        trial: One of its trials with the default setting.
        limits: What may be searched, as far as the components allow.
        begins: The ranges in which the search begins.
        registry: Where components are looked up.
    """

    row: PlannedRow
    selection: str
    task: Task
    trial: Trial
    limits: SearchSpace
    begins: SearchSpace
    registry: Registry

    @classmethod
    def of(cls, row: PlannedRow, trial: Trial, protocol: TuningProtocol, registry: Registry) -> Entrant:
        """Return the entrant that a row is.

        What is searched is every hyperparameter of the row's own components that the user did not choose; where these are no
        optimizers, the learning rate of the baseline's optimizer as well, since each normalization or initializer has a rate
        of its own that suits it; and the knobs of the protocol.

        Args:
            row: The row.
            trial: One of its trials.
            protocol: The protocol.
            registry: Where components are looked up.

        Raises:
            BenchsuiteError: If the task has no knob that the protocol searches.
        """
        task = registry.task(row.task)
        if protocol.track == "self_tuning":
            limits = begins = SearchSpace(())
        else:
            limits = _space(row, trial, protocol, registry, task)
            begins = beginning(limits, limits.current(trial, task))
        return cls(row, written(row.settings, registry), task, trial, limits, begins, registry)

    @property
    def default(self) -> dict[str, Value]:
        """Name → value of the default setting: what is searched first."""
        return self.limits.current(self.trial, self.task)

    def tuning_trials(self, values: Mapping[str, Value], stop: int | None, protocol: TuningProtocol) -> list[Trial]:
        """Return the trials of a setting, one for each tuning seed and fold."""
        changed = self._changed(values)
        folds: list[tuple[int, int] | None] = [(number, protocol.folds) for number in range(protocol.folds)]
        return [
            replace(changed, seed=FIRST_TUNING_SEED + seed, stop=stop, inner=inner)
            for seed in range(protocol.tuning_seeds)
            for inner in folds or [None]
        ]

    def evaluation_trials(self, values: Mapping[str, Value], protocol: TuningProtocol) -> list[Trial]:
        """Return the trials of a setting on the evaluation seeds; after a tuning by cross-validation these are refits."""
        changed = self._changed(values)
        return [replace(changed, seed=seed, refit=bool(protocol.folds)) for seed in protocol.seeds]

    def _changed(self, values: Mapping[str, Value]) -> Trial:
        return self.limits.applied(self.trial, values, self.registry, self.task)


def _space(row: PlannedRow, trial: Trial, protocol: TuningProtocol, registry: Registry, task: Task) -> SearchSpace:
    fixed = {
        f"{setting.kind}.{place}.{name}"
        for place, setting in enumerate(row.settings)
        for name, value in setting.values
        if not row.declared and value != registry.component(setting.kind, setting.name).defaults[name]
    }
    for knob in protocol.knobs:
        if knob == row.kind:
            raise BenchsuiteError(
                f"--search {knob} would choose what is compared: each row has a {knob.replace('_', ' ')} of its own."
            )
    own = SearchSpace.of(row.settings, registry, task, protocol.knobs, fixed)
    if row.kind == RATE[0]:
        return own
    others = SearchSpace.of(trial.recipe[RATE[0]], registry)
    rate = tuple(one for one in others.dimensions if one.name == f"{RATE[0]}.0.{RATE[1]}")
    return SearchSpace((*rate, *own.dimensions))
