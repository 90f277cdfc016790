"""One search: equal budgets, the default first, one rule that chooses, and optima at an edge."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.budgets import BUDGETS, left_to_tuner, pairs
from benchsuite.registry import Registry
from benchsuite.searches import Search, search_from_json, search_to_json
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.study import Study
from benchsuite.trial import Trial
from tests.tuning.simulated import rate, searched, told, tracked, values_of

RATE = "optimizer.0.learning_rate"


def study(optimizer: str = "sgd", task: str = "digits_mlp", **chosen: Any) -> Study:
    return Study(task=(task,), components={"optimizer": (optimizer,)}, **{"track": "tuned", "seeds": "2", **chosen})


def chance(trial: Trial) -> float | None:
    """A number that depends on the trial alone; one of ten fails."""
    number = int(hashlib.sha256(trial.id.encode()).hexdigest()[:8], 16) / 2**32
    return None if number < 0.1 else number


def best_at(optimum: float) -> Any:
    """An accuracy that is best at a learning rate, and fails two decades above it."""

    def measure(trial: Trial) -> float | None:
        away = math.log10(rate(trial) / optimum)
        return None if away > 2 else 1 - away**2 / 100

    return measure


# Budgets


@pytest.mark.parametrize(("budget", "optimizers"), [("small", "*"), ("medium", "s*"), ("large", "sgd,muon")])
def test_every_optimizer_gets_as_many_trials_however_many_hyperparameters_it_has(
    bundled: Registry, budget: str, optimizers: str
) -> None:
    for search in searched(study(optimizers, budget=budget), bundled, chance):
        whole = len(search.tried)
        assert whole == search.spent == BUDGETS[budget], search.selection
        assert all(len(one.ids) == 1 for one in search.tried)
        assert len(search.evaluated) == 2
        assert [one.source for one in search.tried[:2]] == ["default", "tuner"]
        assert sum(one.source in ("beyond", "near") for one in search.tried) == 2 * pairs(BUDGETS[budget])


TUNERS = (
    "random",
    "random[scale=linear]",
    "grid",
    "halton",
    "coarse_to_fine",
    "tpe",
    "gp",
    "successive_halving",
    "hyperband",
)


def epochs_of(trials: list[Trial]) -> int:
    """What the tuning trials cost, each counted once, as records are."""
    tuning = {trial.id: trial for trial in trials if trial.seed >= FIRST_TUNING_SEED}
    return sum(trial.stop or trial.epochs for trial in tuning.values())


def test_the_tuners_below_are_all_tuners(bundled: Registry) -> None:
    assert {tuner.partition("[")[0] for tuner in TUNERS} == set(bundled.names("tuner"))


@pytest.mark.parametrize("measure", [chance, best_at(0.02), lambda trial: None], ids=["chance", "best", "all fail"])
@pytest.mark.parametrize("tuner", TUNERS)
def test_every_tuner_spends_the_same_to_the_epoch(bundled: Registry, tuner: str, measure: Any) -> None:
    """One, two and four hyperparameters; counted from the trials that have a record, repetitions once."""
    sources = tracked(study("sgd,momentum,adam", tuner=tuner), bundled).sources()
    assert [len(source._entrant.begins.dimensions) for source in sources] == [1, 2, 4]
    for source in sources:
        trials = told(source, bundled, measure)
        assert source.search is not None
        assert epochs_of(trials) == 10 * trials[0].epochs, source.search.selection
        assert source.search.spent == 10
        assert (source.search.tuner, len(source.search.evaluated)) == (tuner, 2)


@pytest.mark.parametrize("tuner", ["successive_halving", "hyperband"])
@pytest.mark.parametrize("epochs", [1, 2, 7])
def test_stops_leave_nothing_of_a_budget(bundled: Registry, tuner: str, epochs: int) -> None:
    for budget in ("1", "3", "25"):
        (source,) = tracked(study("momentum", tuner=tuner, epochs=epochs, budget=budget), bundled).sources()
        assert epochs_of(told(source, bundled, chance)) == int(budget) * epochs


def test_what_a_grid_leaves_goes_to_random_points(bundled: Registry) -> None:
    """And so does the half of a pair that would try again what was tried: the best of a grid lies at an end."""
    (search,) = searched(study("momentum", tuner="grid"), bundled, chance)
    assert [one.source for one in search.tried] == ["default", *["tuner"] * 6, "rest", "near", "rest"]
    # One of seven steps of a learning rate is the default, which was tried: it costs nothing.
    (search,) = searched(study("sgd", tuner="grid"), bundled, chance)
    assert [one.cost for one in search.tried].count(0.0) == 1
    assert len(search.tried) == 11


@pytest.mark.parametrize("tuner", ["successive_halving", "hyperband"])
def test_a_tuner_with_rungs_spends_no_more_and_chooses_what_trained_to_the_end(bundled: Registry, tuner: str) -> None:
    (search,) = searched(study("momentum", tuner=tuner, budget="medium"), bundled, best_at(0.1))
    assert search.spent == 25
    assert len(search.tried) > 25
    assert any(one.stop is not None and one.score is not None for one in search.tried)
    assert search.chosen is not None
    assert search.tried[search.chosen].stop is None


def test_tuning_seeds_and_folds_multiply_the_trials_and_not_the_settings(bundled: Registry) -> None:
    (search,) = searched(study(tuning_seeds=2, tuning_folds=3), bundled, chance)
    assert {len(one.ids) for one in search.tried} == {6}
    assert (search.tuning_seeds, search.folds, search.spent) == (2, 3, 10.0)


def test_larger_budgets_train_again_nothing_that_the_smaller_ones_proposed(bundled: Registry) -> None:
    small, medium, large = (searched(study("adam", budget=one), bundled, chance)[0] for one in BUDGETS)
    proposed = [
        {id for one in search.tried if one.source == "tuner" for id in one.ids} for search in (small, medium, large)
    ]
    assert proposed[0] < proposed[1] < proposed[2]
    assert [len(one) for one in proposed] == [left_to_tuner(count) - 1 for count in BUDGETS.values()]
    assert small.tried[0] == medium.tried[0] == large.tried[0]


# Which trials these are


def test_tuning_seeds_are_no_evaluation_seeds_and_the_chosen_setting_is_evaluated_afresh(bundled: Registry) -> None:
    (source,) = tracked(study("momentum", seeds="7,8,9"), bundled).sources()
    trials = told(source, bundled, chance)
    tuning, evaluation = trials[:10], trials[10:]
    assert {trial.seed for trial in tuning} == {FIRST_TUNING_SEED}
    assert [trial.seed for trial in evaluation] == [7, 8, 9]
    search = source.search
    assert search is not None
    assert search.chosen is not None
    (recipe,) = {trial.recipe.text for trial in evaluation}
    assert recipe == tuning[search.chosen].recipe.text
    assert search.evaluated == tuple(trial.id for trial in evaluation)
    assert search.tuning_ids == tuple(trial.id for trial in tuning)
    assert source.most_trials == len(trials)


def test_a_tuning_by_cross_validation_ends_with_a_refit(bundled: Registry) -> None:
    (source,) = tracked(study(tuning_folds=3), bundled).sources()
    trials = told(source, bundled, chance)
    assert [trial.inner for trial in trials[:3]] == [(0, 3), (1, 3), (2, 3)]
    assert [trial.refit for trial in trials[-2:]] == [True, True]
    assert not any(trial.refit for trial in trials[:-2])
    assert all(trial.inner is None for trial in trials[-2:])


def test_the_default_comes_first_and_the_chosen_setting_is_no_worse(bundled: Registry) -> None:
    for search in searched(study("adam,lion,sgd"), bundled, chance):
        default = bundled.component("optimizer", search.selection).defaults
        assert search.tried[0].values[RATE] == default["learning_rate"]
        scores = [one.score for one in search.tried if one.score is not None]
        assert search.chosen is not None
        assert search.tried[search.chosen].score == max(scores)


def test_what_the_user_chose_is_not_searched_and_what_the_task_chose_is(bundled: Registry) -> None:
    (mine,) = searched(study("momentum[momentum=0.5]"), bundled, chance)
    assert mine.searched == (RATE,)
    assert mine.selection == "momentum[momentum=0.5]"
    (own,) = searched(Study(task=("digits_mlp",), track="tuned", seeds="1"), bundled, chance)
    assert own.selection == "adam[learning_rate=0.003]"
    assert own.tried[0].values[RATE] == 0.003
    assert RATE in own.searched


def test_another_kind_is_tuned_with_the_learning_rate_of_the_baseline_its_own_baseline_as_well(
    bundled: Registry,
) -> None:
    chosen = Study(task=("digits_mlp",), kind=("normalization",), track="tuned", seeds="1")
    searches = {search.selection: search for search in searched(chosen, bundled, chance)}
    assert set(searches) == set(bundled.names("normalization"))
    for search in searches.values():
        assert search.searched[0] == RATE
        assert search.tried[0].values[RATE] == 0.003
        assert len(search.tried) == 10
    assert searches["none"].searched == (RATE,)


def test_where_nothing_is_left_to_search_the_setting_is_tried_once(bundled: Registry) -> None:
    (search,) = searched(study("sgd[learning_rate=0.5]"), bundled, chance)
    assert (search.searched, len(search.tried), len(search.evaluated)) == ((), 1, 2)


def test_a_method_that_fails_everywhere_is_evaluated_with_its_default(bundled: Registry) -> None:
    (search,) = searched(study("momentum"), bundled, lambda trial: None)
    assert search.chosen is None
    assert len(search.evaluated) == 2
    assert search_from_json(search_to_json(search)) == search


def test_self_tuning_searches_nothing_and_takes_those_alone_that_claim_it(bundled: Registry) -> None:
    (search,) = searched(
        Study(task=("digits_mlp",), kind=("optimizer",), track="self_tuning", seeds="3"), bundled, chance
    )
    assert (search.selection, search.track) == ("prodigy", "self_tuning")
    assert (search.tried, search.searched, search.budget, len(search.evaluated)) == ((), (), 0, 3)
    with pytest.raises(bs.BenchsuiteError, match="none of the selected components tunes itself"):
        tracked(study("sgd", track="self_tuning"), bundled)


# Edges


def found(search: Search) -> float:
    value = search.setting[RATE]
    assert isinstance(value, float)
    return value


def test_an_optimum_in_the_middle_is_no_edge_and_nothing_is_widened(bundled: Registry) -> None:
    (search,) = searched(study("sgd", budget="medium"), bundled, best_at(0.02))
    assert abs(math.log10(found(search) / 0.02)) < 0.15
    assert (search.edges, search.widened) == ({}, {})


@pytest.mark.parametrize(("optimum", "side"), [(0.5, "high"), (2.0, "high"), (0.0002, "low"), (0.00005, "low")])
def test_an_optimum_planted_beyond_the_edge_is_found(bundled: Registry, optimum: float, side: str) -> None:
    """sgd begins around its default 0.01, from 0.0003 to 0.3."""
    (search,) = searched(study("sgd", budget="large"), bundled, best_at(optimum))
    assert search.ranges[RATE] == (0.000316228, 0.316228)
    low, high = search.widened[RATE]
    assert low < 0.0003 if side == "low" else high > 0.3
    assert abs(math.log10(found(search) / optimum)) < 0.3
    (narrow,) = searched(study("sgd"), bundled, best_at(optimum))
    assert abs(math.log10(found(narrow) / optimum)) < 0.6


def test_an_optimum_out_of_reach_is_flagged_and_no_range_leaves_what_is_declared(bundled: Registry) -> None:
    (search,) = searched(study("sgd", budget="large"), bundled, best_at(1e4))
    assert search.edges == {RATE: "high"}
    assert search.widened[RATE][1] == found(search) == 10.0
    assert max(values_of(search, RATE)) == 10.0
    # Momentum ends below 1, whatever the scores say.
    pushed = lambda trial: trial.recipe.one("optimizer").hyperparameters["momentum"]  # noqa: E731
    (search,) = searched(study("momentum", budget="large"), bundled, pushed)
    assert search.edges["optimizer.0.momentum"] == "high"
    assert max(values_of(search, "optimizer.0.momentum")) == 0.9999


def test_a_range_is_widened_twice_at_most(bundled: Registry) -> None:
    wide = bs.Optimizer(
        name="wide",
        make=lambda learning_rate: None,
        space={"learning_rate": bs.LogUniform(1e-12, 1e12, default=1.0)},
    )
    from benchsuite.components import Dimension
    from benchsuite.tuning.ranges import beginning, further
    from benchsuite.tuning.search_space import SearchSpace

    limits = SearchSpace((Dimension(RATE, wide.space["learning_rate"]),))
    begins = beginning(limits, {RATE: 1.0})
    ends = further(begins.dimensions[0].space, limits.dimensions[0].space, "high")
    assert ends is not None
    assert ends[1] == pytest.approx(10**2.5, rel=1e-5)
    assert ends[0] == begins.dimensions[0].space.low  # type: ignore[attr-defined]
    # Only three decades and a half above the default are reached by any search of the bundled budgets.
    (search,) = searched(study("sgd[learning_rate=0.01]", budget="large"), bundled, best_at(1.0))
    (lion,) = searched(study("lion", budget="large"), bundled, best_at(1e3))
    assert max(values_of(lion, RATE)) == pytest.approx(1e-4 * 10**3.5, rel=1e-4)
    assert lion.edges[RATE] == "high"
    assert search.widened[RATE][1] >= 1.0


def test_a_failure_beyond_the_best_setting_makes_it_no_edge(bundled: Registry) -> None:
    def diverges(trial: Trial) -> float | None:
        return None if rate(trial) > 0.1 else rate(trial)

    (search,) = searched(study("sgd", budget="medium"), bundled, diverges)
    assert max(values_of(search, RATE)) > 0.1
    assert (search.edges, search.widened) == ({}, {})


def test_the_same_search_twice_is_the_same_to_the_byte(bundled: Registry) -> None:
    texts = {search_to_json(searched(study("adam"), bundled, chance)[0]) for _ in range(2)}
    assert len(texts) == 1
