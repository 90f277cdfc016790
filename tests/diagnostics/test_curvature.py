"""What kind of place, and how curvature goes."""

import math

import pytest

from benchsuite.diagnostics.curvature import LossPoint, diagnose_course, diagnose_point


@pytest.mark.parametrize(
    ("point", "word", "alarm"),
    [
        (LossPoint(0.01, 1e-4, 10, 0.01), "minimum", False),
        (LossPoint(0.01, 1e-4, 10, -0.05), "minimum", False),  # within 1 % of the largest: rounding
        (LossPoint(0.01, 1e-4, 10, -1), "saddle", False),  # most of the loss is gone
        (LossPoint(0.9, 1e-4, 10, -1), "saddle", True),
        (LossPoint(0.9, 1e-4, 10, -1, doubt=2), "minimum", False),
        (LossPoint(0.9, 1e-4, -0.1, -1), "maximum", True),
        (LossPoint(0.9, 0, 0, 0), "flat", True),
        (LossPoint(0.9, 2, 10, -1), "not at rest", False),
        (LossPoint(math.nan, 2, 10, -1), "no numbers", True),
    ],
)
def test_the_kind_of_place(point, word, alarm):
    said = diagnose_point(point, start_loss=1.0)
    assert (said.word, said.alarm) == (word, alarm)
    assert bool(said.remedy) == (alarm and word != "no numbers")


@pytest.mark.parametrize(("last", "word"), [(25.0, "sharpens"), (19.0, "steady"), (4.0, "flattens")])
def test_the_course(last, word):
    said = diagnose_course(
        {"start": LossPoint(2, 1, 10, 0), "middle": LossPoint(1, 1, 40, 0), "end": LossPoint(0, 1, last, 0)}
    )
    assert said.word == word
    assert said.numbers["stable_rate_middle"] == 0.05
    assert "rates up to 0.05" in said.says


def test_a_course_that_left_all_numbers_is_an_alarm():
    said = diagnose_course({"start": LossPoint(2, 1, 10, 0), "end": LossPoint(math.inf, math.nan, math.nan, math.nan)})
    assert said.alarm
    assert "at the end" in said.says
