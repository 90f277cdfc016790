"""Tests of two samples: exact with ties by full enumeration, agreeing with scipy, blind to everything but order."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchsuite.analysis.inference.exact import EXACT_RUNS
from benchsuite.analysis.inference.two_samples import mann_whitney, permutation, probability_of_improvement, smallest_p

FAILED = -math.inf
few = st.lists(st.sampled_from([FAILED, 0.0, 1.0, 2.0, 3.5]), min_size=1, max_size=5)
reals = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8)


def wins(a, b) -> Fraction:
    """U by its definition."""
    return sum((Fraction((x > y) * 2 + (x == y), 2) for x in a for y in b), Fraction(0))


def all_rearrangements(pooled, n):
    for chosen in itertools.combinations(range(len(pooled)), n):
        rest = [place for place in range(len(pooled)) if place not in chosen]
        yield [pooled[place] for place in chosen], [pooled[place] for place in rest]


@given(few, few)
def test_p_is_the_share_of_all_rearrangements_ties_and_failures_included(a, b):
    held = wins(a, b)
    every = [wins(*one) for one in all_rearrangements(a + b, len(a))]
    lower, upper = sum(one <= held for one in every), sum(one >= held for one in every)
    test = mann_whitney(a, b)
    assert test.statistic == held
    assert test.p == pytest.approx(min(1, 2 * min(lower, upper) / len(every)), rel=1e-12)


@pytest.mark.parametrize(
    "pooled", [list(range(8)), [1, 1, 1, 2, 3, 3, 4, 9], [FAILED, FAILED, 0, 0, 0, 0, 0, 5], [7] * 8]
)
@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_false_verdict_is_never_more_likely_than_its_level(pooled, n):
    p = np.array([mann_whitney(*one).p for one in all_rearrangements(pooled, n)])
    for level in np.unique(p):
        share = (p <= level).mean()
        assert share <= level + 1e-12
        if len(set(pooled)) == 8 and level < 1:  # without ties the level is met
            assert share == pytest.approx(level)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 3), (5, 5), (7, 4), (20, 20), (50, 50)])
def test_without_ties_scipy_counts_the_same(n, m):
    generator = np.random.default_rng(n)
    a, b = generator.normal(0.5, size=n), generator.normal(size=m)
    expected = stats.mannwhitneyu(a, b, method="exact")
    test = mann_whitney(a, b)
    assert (test.statistic, test.n) == (expected.statistic, min(n, m))
    assert test.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert "exact" in test.method


def test_beyond_what_is_counted_the_normal_curve_is_close():
    generator = np.random.default_rng(0)
    a = np.round(generator.normal(0.3, size=EXACT_RUNS // 2), 1)
    b = np.round(generator.normal(size=EXACT_RUNS // 2 + 1), 1)
    curve, exact = mann_whitney(a, b), mann_whitney(a, b[:-1])
    assert "normal" in curve.method
    assert "exact" in exact.method
    assert curve.p == pytest.approx(stats.mannwhitneyu(a, b, method="asymptotic").pvalue)
    # The same samples by both: the curve is right to a few percent where it takes over.
    assert stats.mannwhitneyu(a, b[:-1], method="asymptotic").pvalue == pytest.approx(exact.p, rel=0.05)
    assert mann_whitney(np.ones(60), np.ones(60)).p == 1.0


@given(reals, reals)
def test_only_the_order_counts(a, b):
    def monotone(values):
        return [math.atan(value / 1e3) ** 3 for value in values]

    # Distinct values that the transformation makes equal are no longer the same order.
    if len(set(monotone(a + b))) < len(set(a + b)):
        return
    test = mann_whitney(a, b)
    assert mann_whitney(monotone(a), monotone(b)) == test
    assert mann_whitney(sorted(a), b[::-1]) == test
    swapped = mann_whitney(b, a)
    assert swapped.p == pytest.approx(test.p, rel=1e-12)
    assert swapped.statistic == len(a) * len(b) - test.statistic
    assert smallest_p(len(a), len(b)) - 1e-12 <= test.p <= 1


def test_a_failed_run_is_worse_than_any_number_and_never_helps():
    good, bad = [0.9, 0.91, 0.92, 0.93, 0.94], [0.5, 0.51, 0.52, 0.53]
    assert mann_whitney(good, [*bad, FAILED]) == mann_whitney(good, [*bad, -1e300])
    assert mann_whitney(good, [*bad, FAILED]).p == mann_whitney(good, [*bad, FAILED]).smallest_p
    assert mann_whitney([FAILED] * 3, [FAILED] * 3).p == 1.0
    assert mann_whitney([*good[:4], FAILED], bad).statistic < mann_whitney(good, bad).statistic


def test_a_run_that_is_not_there_is_left_out():
    assert mann_whitney([1, math.nan, 3], [2, 5]) == mann_whitney([1, 3], [2, 5])
    nothing = mann_whitney([math.nan], [1, 2])
    assert (nothing.p, nothing.n) == (1.0, 0)
    assert "empty" in nothing.method


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (3, 3), (4, 4), (5, 5), (1, 30), (0, 4)])
def test_the_smallest_p_is_that_of_samples_which_do_not_overlap(n, m):
    a, b = list(range(100, 100 + n)), list(range(m))
    assert smallest_p(n, m) == pytest.approx(mann_whitney(a, b).p)
    assert smallest_p(501, 501) == pytest.approx(2 / math.comb(1002, 501))


@settings(max_examples=40)
@given(few, few)
def test_the_permutation_test_of_means_is_exact_for_few(a, b):
    test = permutation(a, b, np.random.default_rng(0))
    values = stats.rankdata(a + b) if FAILED in a + b else np.array(a + b)
    held = values[: len(a)].mean() - values[len(a) :].mean()
    every = np.array([np.mean(x) - np.mean(y) for x, y in all_rearrangements(list(values), len(a))])
    tail = min((every <= held + 1e-12).mean(), (every >= held - 1e-12).mean())
    assert test.p == pytest.approx(min(1, 2 * tail))
    assert ("failed" in test.method) == (FAILED in a + b)
    assert "exact" in test.method


def test_drawn_rearrangements_come_from_the_generator_alone():
    numbers = np.random.default_rng(1)
    a, b = numbers.normal(size=15), numbers.normal(size=15)
    tests = [permutation(a, b, np.random.default_rng(seed), resamples=999) for seed in (5, 5, 6)]
    assert tests[0] == tests[1] != tests[2]
    assert "999 drawn" in tests[0].method
    assert tests[0].smallest_p == 2 / 1000
    # Two samples far apart: no rearrangement that is drawn is as far out, and p is not 0.
    assert permutation(a + 100, b, np.random.default_rng(0), resamples=999).p == 2 / 1000
    assert permutation(a, b, np.random.default_rng(0), resamples=9999).p == pytest.approx(
        stats.ttest_ind(a, b).pvalue, abs=0.03
    )


@given(few, few)
def test_the_probability_of_improvement_counts_pairs(a, b):
    assert probability_of_improvement(a, b) == pytest.approx(float(wins(a, b) / (len(a) * len(b))))
    assert probability_of_improvement(a, b) + probability_of_improvement(b, a) == pytest.approx(1)


def test_without_runs_there_is_no_probability():
    assert math.isnan(probability_of_improvement([], [1.0]))
