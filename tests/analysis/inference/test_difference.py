"""The comparison of two methods: test and interval say the same, failed runs never help, one example is never a difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.paired import pair_differences, wilcoxon
from benchsuite.analysis.inference.shift import paired_shift, shift
from benchsuite.analysis.inference.test_set import (
    binomial_error,
    paired_examples_error,
    unpaired_examples_error,
)
from benchsuite.analysis.inference.two_samples import mann_whitney
from benchsuite.errors import BenchsuiteError
from tests.simulated import EXAMPLES, SHAPES, rank_intervals, samples

FAILED = -math.inf
runs = st.lists(st.sampled_from([FAILED, 340 / 359, 345 / 359, 346 / 359, 350 / 359]), min_size=1, max_size=8)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8, 10, 20])
@pytest.mark.parametrize("paired", [False, True])
def test_without_ties_the_interval_excludes_0_exactly_where_p_is_small(n, paired):
    generator = np.random.default_rng(n)
    a, b = samples("skewed", n, 150, 0.3, generator)
    a = a + np.linspace(0, 3, 150)[:, None]
    for x, y in zip(a, b, strict=True):
        found = difference(x, y, paired=paired)
        apart = not found.low <= 0 <= found.high
        assert (found.p <= 1 - found.attained + 1e-12) == apart
        assert (found.p <= 0.05) == (apart and found.attained >= 0.95)


def test_the_method_depends_on_the_seeds_and_is_said():
    a, b = np.array([5.0, 7, 6, 8, 9, 4.5]), np.array([1.0, 2, 3, 7.5, 0, 2.5])
    apart, pairs = difference(a, b, paired=False), difference(a, b, paired=True)
    assert (apart.method, apart.interval_method, apart.n) == ("Mann–Whitney, exact", "Hodges–Lehmann", 6)
    assert (apart.p, apart.seeds_p) == (mann_whitney(a, b).p,) * 2
    assert (pairs.method, pairs.p) == ("Wilcoxon signed ranks, exact", 2 / 64)
    assert mann_whitney(a, b).p < 2 / 64  # which does not know the pairs, and six are too few for it
    mixed = difference(a, np.array([1.0, 2, 3, 8.5, 0, 2.5]), paired=True)
    assert mixed.method == "Wilcoxon signed ranks, exact"
    assert mixed.p == wilcoxon(a - [1.0, 2, 3, 8.5, 0, 2.5]).p
    assert pairs.interval_method == "Hodges–Lehmann of the pairs"


def test_ten_pairs_in_one_direction_are_judged_by_mann_and_whitney_and_nine_are_not():
    for n in range(1, 13):
        found = difference(np.arange(n) + 50.0, np.arange(n), paired=True)
        assert found.p == found.smallest_p
        if n >= 10:
            assert found.p == pytest.approx(2 / math.comb(2 * n, n))
            assert found.method == f"Mann–Whitney, exact (all {n} pairs differ in one direction)"
        else:
            assert found.p == 2.0 ** (1 - n)
            assert found.method == "Wilcoxon signed ranks, exact"
    # So that a table of 26 tasks keeps its level whatever the runs have in common: that is how often all go one way.
    assert pytest.approx(0.05, abs=0.001) == 26 * 2.0 ** (1 - 10)


def test_six_pairs_can_be_told_apart_and_five_cannot():
    six = difference([5, 6, 7, 8, 9, 10], [0, 1, 2, 3, 4, 5], paired=True)
    assert six.p == six.smallest_p == 2 / 64
    five = difference([5, 6, 7, 8, 9], [0, 1, 2, 3, 4], paired=True)
    assert five.p == five.smallest_p == 2 / 32
    assert five.attained == 0.9375
    assert "93.8%" in five.interval_method
    three = difference([5, 6, 7], [0, 1, 2], paired=True)
    assert three.p == three.smallest_p == 0.25
    assert (three.low, three.high, three.attained) == (5, 5, 0.75)
    # One pair the other way, and the pairs decide alone.
    assert difference([5, 6, 7, 8, 3], [0, 1, 2, 3, 4], paired=True).p == wilcoxon([5, 5, 5, 5, -1]).p == 0.125


@pytest.mark.parametrize("paired", [False, True])
def test_one_run_or_none_says_nothing(paired):
    one = difference([3.0], [1.0], paired=paired)
    assert (one.estimate, one.p, one.smallest_p, one.attained) == (2, 1, 1, 0)
    none = difference([math.nan], [1.0], paired=paired)
    assert math.isnan(none.estimate)
    assert (none.low, none.high, none.p, none.n) == (-math.inf, math.inf, 1, 0)


@given(runs, runs, st.booleans(), st.sampled_from([0.0, 0.003]))
def test_who_is_named_first_does_not_matter(a, b, paired, test_error):
    if paired:
        a, b = a[: len(b)], b[: len(a)]
    one, other = (difference(x, y, paired=paired, test_error=test_error) for x, y in ((a, b), (b, a)))
    assert one.p == pytest.approx(other.p, rel=1e-9)
    ends = (one.low, one.estimate, one.high)
    assert ends == pytest.approx((-other.high, -other.estimate, -other.low), abs=1e-12)
    assert one.low <= one.estimate <= one.high
    assert 0 < one.seeds_p <= one.p <= 1


@given(runs, st.integers(0, 7), st.booleans())
def test_a_failed_run_never_helps_its_method(a, place, paired):
    b = [343 / 359] * len(a)
    worse = list(a)
    worse[place % len(a)] = FAILED
    before, after = difference(a, b, paired=paired), difference(worse, b, paired=paired)
    assert after.estimate <= before.estimate
    # Where it stood ahead, the failure makes that less certain.
    if mann_whitney(worse, b).statistic > len(a) ** 2 / 2 and not paired:
        assert after.p >= before.p


def test_where_most_runs_failed_the_difference_is_failed():
    failed = difference([FAILED] * 5, [0.9] * 5, paired=False)
    assert failed.estimate == failed.low == failed.high == FAILED
    assert failed.p == failed.smallest_p
    assert difference([FAILED] * 5, [FAILED] * 5, paired=False).p == 1.0
    # With an error of the test set a failure stays one: it is no matter of which examples were asked.
    assert difference([FAILED] * 5, [0.9] * 5, paired=False, test_error=0.01).p == failed.p
    assert difference([FAILED] * 5, [0.9] * 5, paired=True, test_error=0.01).p == 2 / 32


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("paired", [False, True])
def test_intervals_are_those_of_another_computation(shape, paired):
    for n in (3, 7):
        a, b = samples(shape, n, 40, 0.5, np.random.default_rng(n))
        low, high = rank_intervals(a, b, paired=paired)
        found = [difference(x, y, paired=paired) for x, y in zip(a, b, strict=True)]
        np.testing.assert_allclose([one.low for one in found], low, atol=1e-10)
        np.testing.assert_allclose([one.high for one in found], high, atol=1e-10)


def test_the_interval_holds_what_the_test_does_not_reject():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=6), generator.normal(size=7)
    d = generator.normal(size=8)
    two, pairs = shift(a, b), paired_shift(d)
    for by in np.linspace(-3, 3, 301):
        assert (mann_whitney(a - by, b).p > 1 - two.attained + 1e-9) == (two.low <= by <= two.high)
        assert (wilcoxon(d - by).p > 1 - pairs.attained + 1e-9) == (pairs.low <= by <= pairs.high)


def test_equal_differences_are_spread_over_one_step():
    # Of nine differences four are 0 and one step away lie the others: the middle one is the last but one of the zeros.
    spread = shift([1, 1, 2], [1, 1, 2])
    assert sorted(x - y for x in (1, 1, 2) for y in (1, 1, 2)) == [-1, -1, 0, 0, 0, 0, 0, 1, 1]
    assert spread.estimate == 0
    assert (spread.low, spread.high) == (-1.25, 1.25)  # the lower of two that are spread around −1


@given(st.integers(0, 358), st.integers(2, 12), st.booleans(), st.integers(0, 2**32 - 1))
def test_one_example_of_359_is_never_a_difference(right, n, paired, seed):
    # However sure the seeds are: all of them see one example more.
    a, b = np.full(n, (right + 1) / EXAMPLES), np.full(n, right / EXAMPLES)
    correct = np.zeros((2, n, EXAMPLES))
    correct[:, :, :right] = 1
    # The same example each time, or each seed another one of those that remain.
    for place in (np.full(n, right), np.random.default_rng(seed).integers(right, EXAMPLES, size=n)):
        with_one = correct.copy()
        with_one[0, np.arange(n), place] = 1
        for error in (
            paired_examples_error(with_one[0], with_one[1]),
            unpaired_examples_error(a[0], b[0], EXAMPLES),
        ):
            found = difference(a, b, paired=paired, test_error=error)
            assert found.p > 0.3
            assert found.low < 0 < found.high
    if n >= (8 if paired else 5):  # a difference on this very test set it is
        assert difference(a, b, paired=paired).p < 0.01


@given(runs, runs, st.floats(0, 0.05), st.floats(0, 0.05))
def test_a_larger_error_of_the_test_set_never_makes_surer(a, b, error, more):
    small, large = (difference(a, b, paired=False, test_error=one) for one in (error, error + more))
    assert small.p <= large.p + 1e-12
    assert large.low <= small.low + 1e-12
    assert large.high >= small.high - 1e-12


def test_the_errors_of_seeds_and_test_set_add_as_squares():
    generator = np.random.default_rng(1)
    a, b = generator.normal(1.0, size=30), generator.normal(size=30)
    alone, both = difference(a, b, paired=False), difference(a, b, paired=False, test_error=0.3)
    assert both.estimate - both.low == pytest.approx(math.hypot(alone.estimate - alone.low, 1.959964 * 0.3))
    # Of many normal runs it is what the normal z test says.
    z = both.estimate / math.sqrt((alone.high - alone.low) ** 2 / (2 * 1.959964) ** 2 + 0.3**2)
    assert both.p == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=0.005)


def test_bad_numbers_are_refused():
    for error in (-1.0, math.nan, math.inf):
        with pytest.raises(BenchsuiteError, match="test_error"):
            difference([1, 2], [3, 4], paired=False, test_error=error)
    with pytest.raises(BenchsuiteError, match="confidence"):
        difference([1, 2], [3, 4], paired=False, confidence=95)
    with pytest.raises(BenchsuiteError, match="one length"):
        difference([1, 2], [3], paired=True)
    with pytest.raises(BenchsuiteError, match="shape"):
        difference([[1, 2]], [3], paired=False)
    assert binomial_error(0.5, 96) == pytest.approx(0.05)
    assert pair_differences([], []).size == 0
