"""The simulator of the scheduler, where what it must say can be counted by hand."""

from __future__ import annotations

import pytest

from benchmarks import scheduler
from benchsuite.registry import Registry
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial


class Costs(scheduler.Costs):
    """A second each; compiling takes two."""

    def __init__(self) -> None:
        super().__init__([])

    def training(self, trial: Trial) -> float:
        return 1.0

    def compiling(self, trial: Trial) -> float:
        return 2.0


@pytest.mark.parametrize(("workers", "seconds"), [(1, 5 + 2 * 2 + 8), (2, 5 + 2 + 4), (4, 5 + 2 + 2)])
def test_a_study_takes_what_starting_compiling_and_training_take(
    bundled: Registry, workers: int, seconds: float
) -> None:
    """Two programs of four trials each; a driver without limit."""
    study = Study(task=("noisy_quadratic",), components={"optimizer": ("sgd", "adam")}, seeds="4")
    trials = list(plan(study, bundled).trials.values())
    found = scheduler.simulate(trials, bundled, Costs(), workers, driver=1e12)
    assert found.seconds == pytest.approx(seconds)
    assert found.compiled == max(2, workers)
    assert found.training == pytest.approx(8 / (workers * seconds))


def test_a_slow_driver_is_what_the_study_waits_for(bundled: Registry) -> None:
    study = Study(task=("noisy_quadratic",), components={"optimizer": ("sgd",)}, seeds="4")
    trials = list(plan(study, bundled).trials.values())
    found = scheduler.simulate(trials, bundled, Costs(), 1, driver=0.1)
    assert found.seconds == pytest.approx(5 + 2 + 1 + 4 * 10)
    assert found.behind == pytest.approx(found.seconds - (5 + 2 + 4))
