"""The resolution of a task from records: what counts, what is left out, what it costs."""

from dataclasses import replace

import pytest

from benchsuite.analysis.column_resolution import examples_floor
from benchsuite.analysis.resolution import ReferenceTrials, resolution_of_kind
from benchsuite.analysis.resolution.seconds import compile_seconds, own_seconds
from tests.factories import DIGITS, component, make_record, remade

MEASURES = {"accuracy": "max", "loss": "min"}


def trials(name, values, **more):
    records = [
        make_record(DIGITS, {"optimizer": [component(name)]}, seed=seed, value=value, **more)
        for seed, value in enumerate(values)
    ]
    return ReferenceTrials(name, records, records[:1])


def spread(middle, seeds=10):
    return [middle + 0.0001 * ((7 * seed) % 10) for seed in range(seeds)]


@pytest.fixture(scope="module")
def three():
    return [trials("sgd", spread(0.80)), trials("adam", spread(0.95)), trials("lion", spread(0.95))]


def test_a_pair_that_is_far_apart_is_told_from_five_seeds_on(three):
    found = resolution_of_kind(three, MEASURES, "accuracy", examples=5000)
    assert found.components == ("sgd", "adam", "lion")
    assert (found.pairs, found.failed) == (3, 0)
    assert found.told == {3: 0, 5: pytest.approx(2 / 3), 10: pytest.approx(2 / 3)}
    assert found.paired == {3: 0, 5: 0, 10: pytest.approx(2 / 3)}
    assert found.measures["accuracy"] == found.told
    assert found.variance.component > 0.99
    assert found.floor == examples_floor(5000)


def test_a_small_test_part_hides_what_a_large_one_shows():
    near = [trials("sgd", spread(0.95)), trials("adam", spread(0.96))]
    assert resolution_of_kind(near, MEASURES, "accuracy", examples=20_000).told[10] == 1
    assert resolution_of_kind(near, MEASURES, "accuracy", examples=200).told[10] == 0


def test_other_measures_have_no_floor_that_is_known(three):
    found = resolution_of_kind(three, MEASURES, "loss", examples=100)
    assert found.floor is None
    assert resolution_of_kind(three, MEASURES, "accuracy").floor is None


def test_two_that_are_one_method_are_no_pair(three):
    found = resolution_of_kind(three, MEASURES, "accuracy", same=lambda a, b: {a, b} == {"adam", "lion"})
    assert (found.pairs, found.told[10]) == (2, 1)


def test_failures_count_and_what_is_unsupported_does_not(three):
    failed, never = trials("muon", spread(0.9), outcome="diverged"), trials("sam", spread(0.9), outcome="unsupported")
    found = resolution_of_kind([*three, failed, never], MEASURES, "accuracy")
    assert found.components == ("sgd", "adam", "lion", "muon")
    assert found.unsupported == ("sam",)
    assert found.failed == 0.25
    assert found.told[10] == pytest.approx(5 / 6)
    assert found.variance.rows == 3
    assert resolution_of_kind([three[0], never], MEASURES, "accuracy") is None


def test_with_five_seeds_there_is_nothing_of_ten():
    few = [trials("sgd", spread(0.80, 5)), trials("adam", spread(0.95, 5))]
    found = resolution_of_kind(few, MEASURES, "accuracy")
    assert list(found.told) == [3, 5]


def test_other_words_count_where_they_say_something(three):
    found = resolution_of_kind(three, MEASURES, "accuracy", words=["train_loss", "steps:middle", "steps:0.123"])
    assert set(found.measures) == {"accuracy", "loss", "train_loss", "steps:middle", "steps:0.123"}
    without = [replace(one, evaluated=[remade(record, _no_targets) for record in one.evaluated]) for one in three]
    assert "steps:middle" not in resolution_of_kind(without, MEASURES, "accuracy", words=["steps:middle"]).measures


def _no_targets(data):
    data["task"]["targets"] = []
    data["results"]["targets"] = {}


def test_the_price_is_that_of_a_comparison_with_five_seeds(three):
    found = resolution_of_kind(three, MEASURES, "accuracy")
    # 33 steps an epoch, 20 epochs, 0.031 ms each at 99 % of the core; evaluation 0.1 s, held up as training was.
    assert found.seconds == pytest.approx(0.99 * (33 * 20 * 0.031 / 1000 + 0.1))
    assert found.pairs_per_minute == pytest.approx(found.told[5] * 3 / (3 * 5 * found.seconds / 60))
    assert found.compile_seconds == 0.8


def test_on_a_busy_machine_a_trial_costs_what_it_used_itself():
    quiet = make_record(DIGITS, seed=0)

    def held_up(data):
        # Four seconds passed, half of the time another process had the core in the epochs that were taken.
        data["costs"] |= {"train_seconds": 4.0, "step_milliseconds": 4.0, "cpu_share": 0.5, "evaluate_seconds": 0.4}

    busy = remade(quiet, held_up)
    training = 20 * 33 * 4.0 / 1000 * 0.5
    assert own_seconds(busy) == pytest.approx(training + 0.4 * training / 4.0)
    assert own_seconds(remade(quiet, lambda data: data["costs"].update(lanes=4))) is None
    assert own_seconds(make_record(DIGITS, outcome="diverged")) is None


@pytest.mark.parametrize(
    ("change", "expected"), [({}, 0.8), ({"program_reused": True}, None), ({"functions_loaded": 2}, None)]
)
def test_only_a_program_that_was_compiled_says_what_compiling_takes(change, expected):
    assert compile_seconds(remade(make_record(DIGITS), lambda data: data["costs"].update(change))) == expected


def test_what_a_certificate_keeps_is_plain_and_says_nothing_where_nothing_is_known(three):
    kept = resolution_of_kind(three, MEASURES, "accuracy").to_json()
    assert kept["told"].keys() == {"3", "5", "10"}
    assert kept["floor"] is None
    assert sum(kept["variance"][part] for part in ("component", "seed", "interaction")) == pytest.approx(1, abs=2e-4)
    assert kept["saturated"] == 0.0


def test_a_target_that_every_trial_reached_at_once_is_saturated(three):
    def easy(data):
        data["results"]["targets"]["0.9"] = {"epoch": 1, "step": 33}

    at_once = [replace(one, evaluated=[remade(record, easy) for record in one.evaluated]) for one in three]
    assert resolution_of_kind(at_once, MEASURES, "accuracy").to_json()["saturated"] == 0.3333
    assert resolution_of_kind([*at_once[1:], three[0]], MEASURES, "accuracy").saturated == 0
