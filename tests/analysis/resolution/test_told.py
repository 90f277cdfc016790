"""Pairs told apart: the very verdict of ``benchsuite compare``, planted effects, and what few seeds cannot say."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from benchsuite.analysis.inference.test_set import least_examples_error
from benchsuite.analysis.judging import judge
from benchsuite.analysis.resolution import share_told, subsets, tells_apart
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import CANNOT_TELL

FAILED = -math.inf
runs = st.lists(st.one_of(st.integers(0, 12).map(lambda n: n / 12), st.just(FAILED)), min_size=2, max_size=10)


def verdict(a, b, paired, examples):
    """What ``compare`` says of two selections on one task."""
    first, second = a[np.isfinite(a)], b[np.isfinite(b)]
    error = 0.0
    if examples and len(first) and len(second):
        error = least_examples_error(float(first.mean() - second.mean()), examples)
    seeds_b = range(len(b)) if paired else range(100, 100 + len(b))
    sides = TwoSides("t", "accuracy", "max", tuple(range(len(a))), a, tuple(seeds_b), b, test_error=error)
    found = judge([sides], kind="optimizer", a="a", b="b", generator=np.random.default_rng(0), whole=False)
    return found.tasks[0].word != CANNOT_TELL


@settings(max_examples=150, deadline=None)
@given(a=runs, b=runs, paired=st.booleans(), examples=st.sampled_from([0, 40, 5000]))
def test_two_rows_are_told_apart_where_compare_says_better_or_worse(a, b, paired, examples):
    size = min(len(a), len(b)) if paired else None
    first, second = np.array(a[:size]), np.array(b[:size])
    assert tells_apart(first, second, paired=paired, examples=examples) == verdict(first, second, paired, examples)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 8))
def test_the_share_is_the_same_whatever_the_order_of_rows_and_the_unit(seed, seeds):
    generator = np.random.default_rng(seed)
    values = generator.normal(generator.integers(0, 3, size=(4, 1)), 1.0, size=(4, seeds))
    share = share_told(values, 4)
    assert 0 <= share <= 1
    assert share_told(values[::-1], 4) == pytest.approx(share)
    assert share_told(np.exp(values), 4) == pytest.approx(share)  # ranks alone count
    assert share_told(-values, 4) == pytest.approx(share)


def test_with_all_seeds_it_is_the_share_of_pairs_that_an_independent_test_rejects():
    values = np.random.default_rng(3).normal(np.linspace(0, 4, 8)[:, None], 1.0, size=(8, 7))
    rejected = [
        mannwhitneyu(values[i], values[j], method="exact").pvalue <= 0.05
        for i, j in itertools.combinations(range(8), 2)
    ]
    assert 5 < sum(rejected) < 25
    assert share_told(values, 7) == pytest.approx(np.mean(rejected))


def test_of_rows_that_do_not_differ_few_are_told_apart_and_of_a_planted_effect_as_many_as_its_power():
    generator = np.random.default_rng(11)
    pairs = [(2 * row, 2 * row + 1) for row in range(150)]
    nothing = generator.normal(size=(300, 5))
    # Mann and Whitney's test of five and five has the level 0.0317 there.
    assert share_told(nothing, 5, pairs=pairs) == pytest.approx(0.032, abs=0.04)
    effect = nothing + 2.0 * (np.arange(300) % 2)[:, None]
    # Of 200,000 simulated pairs two standard deviations apart U is at most 2, where the exact p is 0.032, in 67.8 %.
    assert share_told(effect, 5, pairs=pairs) == pytest.approx(0.678, abs=0.1)


def test_three_seeds_tell_nothing_and_five_of_the_same_seeds_neither():
    apart = np.array([[0.0] * 10, [1.0] * 10]) + np.random.default_rng(0).normal(0, 1e-3, (2, 10))
    assert share_told(apart, 3) == 0
    assert share_told(apart, 5) == 1
    assert share_told(apart, 5, paired=True) == 0
    assert share_told(apart, 6, paired=True) == 1


def test_a_failed_row_is_worse_than_any_and_equal_to_another_failed_one():
    values = np.array([[FAILED] * 5, [FAILED] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]])
    assert share_told(values, 5) == pytest.approx(2 / 3)


def test_a_difference_of_two_examples_is_none_of_the_population():
    a, b = np.full(10, 300 / 359), np.full(10, 302 / 359)
    assert tells_apart(a, b)
    assert not tells_apart(a, b, examples=359)
    assert tells_apart(a, np.full(10, 320 / 359), examples=359)


def test_without_a_pair_there_is_no_share():
    assert math.isnan(share_told(np.zeros((1, 5)), 5))


@pytest.mark.parametrize(("of", "size", "count"), [(10, 5, 252), (10, 3, 120), (5, 5, 1), (20, 5, 252)])
def test_subsets_are_all_or_a_fixed_draw(of, size, count):
    found = subsets(of, size)
    assert len(found) == len(set(found)) == count
    assert found == sorted(found) == subsets(of, size)
    assert all(len(set(one)) == size and min(one) >= 0 and max(one) < of for one in found)
