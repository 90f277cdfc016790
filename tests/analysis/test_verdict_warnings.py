"""What may mislead beside a verdict: each warning where it belongs, and none where it does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchsuite.analysis import verdict_warnings as warn
from benchsuite.analysis.inference.power import more_seeds


def test_few_seeds_are_those_that_no_result_could_lift_to_a_verdict() -> None:
    assert warn.few_seeds(10, 1e-5, 0.05, 12) == ""
    assert warn.few_seeds(3, 0.1, 0.05, 1) == (
        "3 seeds can show nothing: the smallest p that they reach is 0.1, above 0.05, whatever the difference."
    )
    # Enough for one test, and not for the table.
    assert warn.few_seeds(5, 0.008, 0.05, 1) == ""
    assert "reach is 0.008, 0.096 after correction for 12 tests, above 0.05, whatever" in warn.few_seeds(
        5, 0.008, 0.05, 12
    )
    assert warn.few_seeds(1, 1.0, 0.05, 1).startswith("1 seed can")


def test_saturated_targets_are_told_of_the_one_that_is_asked_or_of_all() -> None:
    assert "0.9 is saturated" in warn.saturated((0.9, 0.95), frozenset({0.9}), 0.9)
    assert warn.saturated((0.9, 0.95), frozenset({0.9}), 0.95) == ""
    assert warn.saturated((0.9, 0.95), frozenset({0.9}), None) == ""
    assert "easy for both" in warn.saturated((0.9, 0.95), frozenset({0.9, 0.95}), None)
    assert warn.saturated((), frozenset(), None) == ""


def test_no_number_where_most_of_both_missed() -> None:
    missed, some = np.full(10, math.inf), np.append(np.full(7, math.inf), [1.0, 2.0, 3.0])
    assert warn.no_number(missed, missed, "missed").startswith("every seed of both missed the target: nothing is known")
    assert "(10 of 10 and 7 of 10)" in warn.no_number(missed, some, "missed")
    assert warn.no_number(missed, missed, "failed").startswith("every seed of both failed")
    half = np.append(np.full(5, math.inf), np.arange(5.0))
    assert "(5 of 10 and 10 of 10)" in warn.no_number(half, missed, "missed")
    assert warn.no_number(missed, np.arange(10.0), "missed") == ""
    assert warn.no_number(np.full(3, math.nan), missed, "missed") == ""


def test_two_groups_are_found_and_one_outlier_is_none() -> None:
    low, high = np.linspace(0.50, 0.52, 4), np.linspace(0.95, 0.97, 6)
    found = warn.two_groups(np.concatenate([high, low]))
    assert "4 seeds around 0.51 and 6 around 0.96" in found
    assert warn.two_groups(np.append(np.linspace(0.95, 0.97, 9), 0.5)) == ""
    assert warn.two_groups(np.full(10, 0.5)) == ""
    assert warn.two_groups(np.array([0.0, 0.0, 1.0, 1.0])) == ""  # of four nobody can say
    assert warn.two_groups(np.append(np.linspace(0, 1, 10), -math.inf)) == ""


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential"])
@pytest.mark.parametrize("seeds", [8, 10, 20])
def test_one_hill_is_taken_for_two_groups_once_in_a_hundred_at_most(draw: str, seeds: int) -> None:
    generator = np.random.default_rng(1)
    samples = getattr(generator, draw)(size=(2000, seeds))
    assert np.mean([bool(warn.two_groups(sample)) for sample in samples]) <= 0.012


def test_two_hills_far_apart_are_mostly_found() -> None:
    generator = np.random.default_rng(2)
    samples = generator.normal(size=(200, 20)) + 12 * (generator.random((200, 20)) < 0.5)
    assert np.mean([bool(warn.two_groups(sample)) for sample in samples]) > 0.9


def test_timings_under_load() -> None:
    assert warn.under_load(18, 20) == ""
    assert warn.under_load(0, 0) == ""
    assert warn.under_load(3, 20).startswith("17 of 20 timings were taken under load")


def test_stale_records_are_told_with_what_became_of_them() -> None:
    assert warn.stale(0, True) == ""
    assert warn.stale(1, True).startswith("1 record was stale, of other code or data: their trials ran again")
    assert "12 records were stale, of other code or data: they are left out" in warn.stale(12, False)


def test_an_optimum_at_the_edge() -> None:
    assert warn.at_edge("adam", {}) == ""
    said = warn.at_edge("adam", {"optimizer.0.learning_rate": "high"})
    assert said.startswith("the best setting of adam has optimizer.0.learning_rate at its high end")


def test_a_verdict_that_hangs_on_one_task_and_one_that_is_a_close_call() -> None:
    assert warn.hangs_on_one("better", {"a": "better", "b": "better"}) == ""
    assert warn.hangs_on_one("cannot tell", {"a": "better"}) == ""
    assert warn.hangs_on_one("better", {"a": "cannot tell", "b": "better"}) == (
        "“better” hangs on one task: without a it is “cannot tell”."
    )
    several = dict.fromkeys("abcdef", "cannot tell") | {"g": "better"}
    assert "close call: it changes without any one of 6 of the 7 tasks (a, b, c, d, …)" in warn.hangs_on_one(
        "better", several
    )


def test_a_test_part_that_is_too_small_however_many_seeds() -> None:
    assert warn.small_test_part(0.003, 0.003, 0.05, 1, 359, "test") == (
        "a test part of 359 examples cannot show a difference of 0.003, however many seeds: it takes more examples."
    )
    # It is told wherever the table has no number of seeds that would settle it.
    said = warn.small_test_part(0.008, 0.003, 0.05, 1, 359, "test")
    assert said.startswith(
        "a test part of 359 examples shows less than four times in five a difference of 0.008, however"
    )
    assert more_seeds(0.008, 0.01, n=10, paired=True, test_error=0.003) is None
    assert warn.small_test_part(0.009, 0.003, 0.05, 1, 359, "test") == ""
    assert more_seeds(0.009, 0.01, n=10, paired=True, test_error=0.003) is not None
    assert warn.small_test_part(0.1, 0.01, 0.05, 12, 359, "test") == ""
    assert warn.small_test_part(0.1, 0.0, 0.05, 12, None, "test") == ""
