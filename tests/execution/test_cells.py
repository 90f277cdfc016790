"""Cells: trials that share a program, and the time that each of them may take."""

from dataclasses import replace
from itertools import pairwise

import pytest

import benchsuite as bs
from benchsuite.execution.cells import PATIENCE, TIMEOUT, make_cells, side_by_side
from benchsuite.execution.forecast import Forecast, predicted_seconds
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial


@pytest.fixture(scope="module")
def bundled() -> Registry:
    return load_registry(PluginSearch(local=False))


def trials(bundled: Registry, name: str, seeds: int) -> list[Trial]:
    task = bundled.task(name)
    recipe = baseline(task, bundled)
    return [Trial(name, task.version, recipe, seed, task.epochs, task.batch_size) for seed in range(seeds)]


class Priced:
    """A registry whose tasks cost what a test says."""

    def __init__(self, registry: Registry, cost: bs.Cost) -> None:
        self._registry, self._cost = registry, cost
        self.plugins = registry.plugins

    def task(self, name: str) -> bs.Task:
        return replace(self._registry.task(name), cost=self._cost)


def test_a_trial_has_the_usual_time_or_ten_times_what_its_task_costs(bundled: Registry) -> None:
    one = trials(bundled, "digits_mlp", 1)
    epochs = bundled.task("digits_mlp").epochs
    for cost, limit in ((bs.Cost(compile=2.0, epoch=0.1), TIMEOUT), (bs.Cost(compile=20.0, epoch=30.0), None)):
        (cell,) = make_cells(one, Priced(bundled, cost), 2)  # type: ignore[arg-type]
        assert cell.timeout == pytest.approx(limit or PATIENCE * (20.05 + 30.0 * epochs))
        (given,) = make_cells(one, Priced(bundled, cost), 2, timeout=7.0)  # type: ignore[arg-type]
        assert given.timeout == 7.0


def test_trials_of_one_program_stay_together_unless_a_worker_would_be_idle(bundled: Registry) -> None:
    both = [*trials(bundled, "digits_mlp", 3), *trials(bundled, "diamonds_mlp", 3)]
    assert [len(cell.trials) for cell in make_cells(both, bundled, 1)] == [3, 3]
    split = make_cells(trials(bundled, "digits_mlp", 4), bundled, 2)
    assert [len(cell.trials) for cell in split] == [2, 2]
    assert {trial.id for cell in split for trial in cell.trials} == {
        trial.id for trial in trials(bundled, "digits_mlp", 4)
    }
    for cell in split:
        assert cell.seconds == pytest.approx(predicted_seconds(cell.trials, bundled))
        assert all(one.cell == other.cell for one, other in pairwise(cell.trials))


def test_trials_train_side_by_side_if_their_data_are_the_same_as_many_as_there_are_lanes(bundled: Registry) -> None:
    (one,) = trials(bundled, "digits_mlp", 1)
    data = ({"fold": (0, 5)}, {"fold": (0, 5), "inner": (0, 3)}, {"fold": (0, 5), "inner": (1, 3)}, {"fold": (1, 5)})
    several = [replace(one, seed=seed, lanes=3, **each) for seed in range(4) for each in data]
    (cell,) = make_cells(several, bundled, 1)
    groups = list(side_by_side(cell.trials))
    assert [len(group) for group in groups] == [3, 1] * 4
    assert all(len({(trial.fold, trial.inner) for trial in group}) == 1 for group in groups)
    assert {trial.id for group in groups for trial in group} == {trial.id for trial in several}
    assert [len(group) for group in side_by_side([replace(trial, lanes=1) for trial in several])] == [1] * 16


def test_a_cell_is_split_where_lanes_are_full(bundled: Registry) -> None:
    several = [replace(trial, lanes=3) for trial in trials(bundled, "digits_mlp", 8)]
    assert sorted(len(cell.trials) for cell in make_cells(several, bundled, 2)) == [2, 6]


def test_a_cell_holds_all_numbers_and_equal_ones_follow_each_other(bundled: Registry) -> None:
    (trial,) = trials(bundled, "digits_mlp", 1)
    adam = bundled.component("optimizer", "adam")
    several = [
        replace(trial.with_seed(seed), recipe=trial.recipe.replaced("optimizer", (Setting.of(adam, {"beta_1": beta}),)))
        for seed in (0, 1)
        for beta in (0.9, 0.5, 0.0)
    ]
    (cell,) = make_cells(several, bundled, 1)
    order = [(one.recipe.one("optimizer").hyperparameters["beta_1"], one.seed) for one in cell.trials]
    assert order == [(0.9, 0), (0.9, 1), (0.5, 0), (0.5, 1), (0.0, 0), (0.0, 1)]


def test_a_forecast_counts_each_program_once_whatever_the_order(bundled: Registry) -> None:
    both = [*trials(bundled, "digits_mlp", 3), *trials(bundled, "diamonds_mlp", 2)]
    forecast = Forecast(bundled)
    assert forecast.seconds == 0
    for trial in both:
        forecast.add(trial)
    assert forecast.seconds == pytest.approx(predicted_seconds(both, bundled))
    left = list(both)
    for trial in (both[4], both[0], both[3], both[1], both[2]):
        forecast.remove(trial)
        left.remove(trial)
        assert forecast.seconds == pytest.approx(predicted_seconds(left, bundled), abs=1e-9)
    assert forecast.seconds == 0
