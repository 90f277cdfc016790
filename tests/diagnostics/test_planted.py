"""Every planted mistake is found, and the healthy baseline of every quick task raises no alarm: on curves of real trainings.

``courses.json`` holds what was measured with seed 0, to four digits: the baselines, and trainings such as ``benchsuite run
--task kjv_gru --optimizer 'adam[learning_rate=1.0]'``, with what the tasks' certificates say of them.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchsuite.diagnostics.course import TrialCourse
from benchsuite.diagnostics.of_record import of_curves, of_probes

COURSES = json.loads((Path(__file__).parent / "courses.json").read_text(encoding="utf-8"))
HEALTHY = [
    "noisy_quadratic", "teacher_mlp", "diamonds_mlp", "deep_relu", "adult_few", "mnist1d_conv", "mnist1d_few", "kjv_gru",
]  # fmt: skip
ALARMS = {
    "kjv_gru, rate 100 times too large": {"learning_rate": "too large"},
    "adult_few, rate 100 times too large": {"learning_rate": "too large"},
    "deep_relu, rate 100 times too large": {"learning_rate": "too large"},
    "mnist1d_few, rate 10 times too large": {
        "learning_rate": "learns nothing", "fit": "underfits", "dead_units": "dead", "saturated_units": "saturated",
    },
    "kjv_gru, rate 100 times too small": {"learning_rate": "too small", "fit": "underfits"},
    "adult_few, rate 100 times too small": {"learning_rate": "too small", "fit": "underfits"},
    "noisy_quadratic, rate 100 times too small": {"learning_rate": "too small"},
    "mnist1d_few, rate 100 times too small": {"learning_rate": "too small", "fit": "underfits"},
    "deep_tanh, N(0, 1)": {
        "loss_at_start": "too high", "fit": "underfits", "layer_gradients": "explodes", "saturated_units": "saturated",
    },
    "deep_relu, N(0, 0.01²)": {
        "learning_rate": "learns nothing", "fit": "underfits", "activation_spread": "shrinks", "dead_units": "dead",
        "layer_gradients": "vanishes", "saturated_units": "saturated",
    },
    "adult_few, 40 epochs": {"fit": "overfits"},
    "kjv_gru, 12 epochs": {"fit": "overfits"},
    "adult_few, L2 of 1": {"fit": "underfits"},
    "mnist1d_conv, L2 of 1": {"learning_rate": "learns nothing", "fit": "underfits"},
}  # fmt: skip


def looked_at(name, *, published=None):
    held = {key: math.nan if value is None else value for key, value in COURSES[name].items()}
    probes = held.pop("probes", None)
    held["curves"] = {key: np.array(row, "float64") for key, row in held["curves"].items()}
    held["reached"] = COURSES[name]["reached"]
    if published is not None:
        held["published"] = published
    bounded = "tanh" in name
    return [*of_curves(TrialCourse(**held)), *(of_probes(probes, bounded=bounded) if probes else ())]


@pytest.mark.parametrize("name", HEALTHY)
def test_no_alarm_on_a_healthy_baseline(name):
    found = looked_at(name)
    assert [one for one in found if one.alarm] == []
    assert len(found) >= 2


@pytest.mark.parametrize("name", ALARMS)
def test_a_planted_mistake_is_found_and_nothing_else(name):
    assert {one.name: one.word for one in looked_at(name) if one.alarm} == ALARMS[name]


def test_all_courses_are_looked_at():
    assert set(COURSES) == {*HEALTHY, *ALARMS}


@pytest.mark.parametrize("name", COURSES)
def test_each_says_what_it_is_in_words_and_where_its_threshold_is_from(name):
    for one in looked_at(name):
        assert one.says
        assert one.source
        assert one.word
        assert bool(one.remedy) or not one.alarm
        assert all(isinstance(value, float) for value in one.numbers.values())


def test_a_stranger_with_the_curves_of_a_task_of_few_examples_is_told_that_it_overfits():
    (usual,) = [one for one in looked_at("adult_few") if one.name == "fit"]
    assert (usual.word, usual.alarm) == ("overfits as usual", False)
    assert usual.remedy
    alone = COURSES["adult_few"]
    course = TrialCourse(
        curves={key: np.array(row, "float64") for key, row in alone["curves"].items()},
        primary="log_loss",
        larger_better=False,
    )
    assert [(one.word, one.alarm) for one in of_curves(course) if one.name == "fit"] == [("overfits", True)]
