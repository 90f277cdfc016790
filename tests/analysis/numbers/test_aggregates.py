"""Median, mean, interquartile mean and optimality gap against direct computation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchsuite.analysis import intervals
from benchsuite.analysis.numbers.aggregates import interquartile_mean, mean, median, optimality_gap
from benchsuite.analysis.numbers.failures import failure_interval, generalization_gap
from benchsuite.analysis.numbers.normalized import normalized

number = st.floats(-1e6, 1e6)
cell = number | st.just(math.nan) | st.just(-math.inf)
runs = st.lists(cell, min_size=1, max_size=9)
tables = st.integers(1, 7).flatmap(
    lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(runs)
@settings(max_examples=100, deadline=None)
def test_median_and_mean_leave_out_what_is_missing_and_nothing_else(values: list[float]):
    held = [value for value in values if not math.isnan(value)]
    if not held:
        assert np.isnan([median(values), mean(values)]).all()
        return
    assert median(values) == intervals.median(held)
    assert mean(values) == pytest.approx(sum(held) / len(held)) or -math.inf in held
    assert (mean(values) == -math.inf) == (-math.inf in held)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_the_interquartile_mean_of_whole_runs_is_the_trimmed_mean(tasks: int, width: int, seed: int):
    values = np.random.default_rng(seed).normal(size=(tasks, width)).round(1)  # with ties
    wanted = stats.trim_mean(values, 0.25, axis=None)
    assert interquartile_mean(values, whole=True) == pytest.approx(wanted)
    if tasks * width % 4 == 0:
        assert interquartile_mean(values) == pytest.approx(wanted)


@given(tables)
@settings(max_examples=150, deadline=None)
def test_the_interquartile_mean_is_the_integral_of_the_quantiles_with_equal_weight_for_each_task(
    rows: list[list[float]],
):
    # Direct: every run is so often there that all tasks have equally many, and the number is a multiple of four.
    held = [[value for value in row if not math.isnan(value)] for row in rows]
    held = [row for row in held if row]
    found = float(interquartile_mean(rows))
    if not held:
        assert math.isnan(found)
        return
    copies = 4 * math.lcm(*map(len, held))
    everything = np.sort([value for row in held for value in row for _ in range(copies // len(row))])
    inside = everything[len(everything) // 4 : -len(everything) // 4]
    wanted = -math.inf if np.isneginf(inside).any() else float(inside.mean())
    assert found == wanted or found == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_a_quarter_of_failures_does_not_touch_the_interquartile_mean_and_one_more_does():
    values = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    values[0, :2] = -np.inf
    assert interquartile_mean(values) == pytest.approx(4.5)
    values[1, 0] = -np.inf
    assert interquartile_mean(values) == -np.inf
    assert np.isneginf(interquartile_mean(np.full((2, 3), -np.inf)))
    assert interquartile_mean([[0.25]]) == 0.25  # one task, one seed


@given(tables)
@settings(max_examples=60, deadline=None)
def test_all_numbers_take_any_number_of_rows_at_once(rows: list[list[float]]):
    values = np.array([rows, np.flip(rows)])
    for number_of in (median, mean, interquartile_mean, optimality_gap):
        np.testing.assert_array_equal(number_of(values), [number_of(one) for one in values])


def test_the_optimality_gap_is_what_is_missing_and_nothing_makes_up_for_it():
    values = np.array([[0.5, 1.5], [1.0, math.nan]])
    assert optimality_gap(values) == pytest.approx((0.25 + 0.0) / 2)
    values[1, 1] = -np.inf
    assert optimality_gap(values) == np.inf
    assert optimality_gap(values, floor=0.0) == pytest.approx((0.25 + 0.5) / 2)


@given(tables, st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_normalized_scores_are_0_at_the_floor_and_1_at_the_reference(rows: list[list[float]], seed: int):
    values = np.array(rows)
    low, high = np.random.default_rng(seed).normal(size=(2, len(values)))
    found = normalized(values, low, high)
    for row, floor, reference, scores in zip(values, low, high, found, strict=True):
        if reference <= floor:
            assert np.isnan(scores).all()
            continue
        assert (np.isneginf(scores) == np.isneginf(row)).all()
        np.testing.assert_allclose(scores, [(value - floor) / (reference - floor) for value in row])
    assert normalized([[0.25]], [0.25], [0.5]) == 0
    assert normalized([[0.5]], [0.25], [0.5]) == 1


def test_losses_through_powers_of_ten_are_normalized_in_the_logarithm():
    found = normalized([[-1.0, -1e-2, -1e-4, -1e-8, -np.inf]], [-1.0], [-1e-4], logarithmic=True)
    np.testing.assert_allclose(found, [[0, 0.5, 1, 2, -np.inf]])


def test_failures():
    low, high = failure_interval(0, 3)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 3))  # by hand: (1 − p)³ = 0.025
    assert failure_interval(0, 0) == (0.0, 1.0)
    assert failure_interval(5, 5)[1] == 1.0


def test_a_run_without_a_value_has_no_gap():
    np.testing.assert_array_equal(
        generalization_gap([0.99, -np.inf, np.nan, 0.5], [0.75, -np.inf, 0.5, -np.inf]), [0.24, np.nan, np.nan, np.nan]
    )
