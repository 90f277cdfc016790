"""What trials are predicted to take, once something has run."""

from dataclasses import replace

import pytest

from benchsuite.execution import Forecast, learn_from, others_of
from benchsuite.execution.forecast import BESIDE
from benchsuite.execution.machine import processor_name
from benchsuite.recipe import Setting
from benchsuite.record import Costs
from benchsuite.store import Store
from tests.execution.test_cells import trials
from tests.factories import make_record


@pytest.fixture
def four(bundled):
    """Two programs of two trials each."""
    two = trials(bundled, "digits_mlp", 2)
    sgd = (Setting.of(bundled.component("optimizer", "sgd"), {}),)
    return [*two, *(replace(trial, recipe=trial.recipe.replaced("optimizer", sgd)) for trial in two)]


def took(seconds, compiling=None):
    """What a trial cost that trained and evaluated for so long, and compiled if it says how long."""
    return Costs(
        wall_seconds=seconds, train_seconds=seconds / 2, evaluate_seconds=seconds / 2, initialize_seconds=0.0,
        compile_seconds=compiling or 0.0, program_reused=compiling is None,
    )  # fmt: skip


def test_a_program_that_ran_goes_on_as_it_did_and_is_compiled(bundled, four):
    forecast = Forecast(bundled, four[:2])
    forecast.remove(four[0])
    forecast.learn(four[0], took(7.0, compiling=3.0), here=True)
    assert forecast.seconds == pytest.approx(BESIDE + 7.0)


def test_another_program_of_the_task_is_predicted_by_it(bundled, four):
    said = bundled.task("digits_mlp").cost
    forecast = Forecast(bundled, four[2:])
    before = forecast.seconds
    forecast.learn(four[0], took(100 * said.epoch * four[0].epochs, compiling=100 * said.compile), here=True)
    assert 80 * before < forecast.seconds < 101 * before


def test_of_another_task_less_is_believed(bundled, four):
    """A trial of a moment says little: two seconds that tasks say are believed before."""
    (other,) = trials(bundled, "diamonds_mlp", 1)
    said = bundled.task("digits_mlp").cost
    forecast = Forecast(bundled, [other])
    before = forecast.seconds
    forecast.learn(four[0], took(3 * said.epoch * four[0].epochs), here=True)
    assert before < forecast.seconds < 2.5 * before
    for _ in range(100):
        forecast.learn(four[0], took(3 * said.epoch * four[0].epochs), here=True)
    cost = bundled.task("diamonds_mlp").cost
    assert forecast.seconds == pytest.approx(BESIDE + cost.compile + 3 * cost.epoch * other.epochs, rel=0.1)


def test_what_could_not_be_trained_will_not_be_with_other_seeds(bundled, four):
    forecast = Forecast(bundled, four)
    others = Forecast(bundled, four[2:]).seconds
    forecast.remove(four[0])
    forecast.learn(four[0], Costs(wall_seconds=0.1), here=True)
    assert forecast.seconds == pytest.approx(BESIDE + 0.1 + others)


def test_what_took_its_time_to_fail_will_with_other_seeds(bundled, four):
    """Or nothing would be left for as long as trials are stopped by a limit, one after another."""
    forecast = Forecast(bundled, four[:2])
    forecast.remove(four[0])
    forecast.learn(four[0], Costs(wall_seconds=60.0), here=True)
    assert forecast.seconds == pytest.approx(BESIDE + 60.0)


def test_a_record_says_what_training_takes_and_nothing_of_compiling(bundled, four):
    forecast = Forecast(bundled, four[:1])
    forecast.learn(four[1], took(4.0, compiling=99.0), here=False)
    assert forecast.seconds == pytest.approx(BESIDE + 4.0 + bundled.task("digits_mlp").cost.compile)


def test_in_whatever_order_nothing_is_left_at_the_end(bundled, four):
    forecast = Forecast(bundled)
    for trial in four:
        forecast.add(trial)
    for seconds, trial in zip((0.1, 0.7, 1e-3, 3.3), four, strict=True):
        forecast.learn(trial, took(seconds, compiling=1.0), here=True)
        forecast.remove(trial)
        assert forecast.seconds >= 0
    assert forecast.seconds == 0


def test_records_of_another_processor_say_nothing(bundled, four):
    record = replace(make_record(value=0.9), trial=four[0], costs=took(50.0))
    here = replace(record, environment=replace(record.environment, processor=processor_name()))
    elsewhere = replace(record, environment=replace(record.environment, processor="another"))
    forecast = Forecast(bundled, four[:2])
    before = forecast.seconds
    learn_from(forecast, [elsewhere])
    assert forecast.seconds == before
    learn_from(forecast, [here])
    assert forecast.seconds > 100


def test_some_records_of_a_folder_are_read_and_damaged_ones_passed_over(tmp_path, monkeypatch):
    store = Store(tmp_path)
    records = [make_record(value=0.9, seed=seed) for seed in range(5)]
    for record in records:
        store.write(record)
    ids = store.ids()
    store.path(ids[1]).write_text("no record")
    assert {one.id for one in others_of(store, {ids[0]})} == set(ids[2:])
    monkeypatch.setattr("benchsuite.execution.past.MOST_READ", 2)
    assert {one.id for one in others_of(store, {ids[0]})} == {ids[2]}
