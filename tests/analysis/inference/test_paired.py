"""Tests of pairs: exact with ties and zeros by full enumeration, agreeing with scipy and with Demšar's example."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchsuite.analysis.inference.paired import pair_differences, sign_flips, smallest_p_paired, wilcoxon
from benchsuite.analysis.inference.shift import paired_shift
from benchsuite.errors import BenchsuiteError

FAILED = -math.inf
few = st.lists(st.sampled_from([FAILED, -2.0, -1.0, 0.0, 1.0, 1.5, 2.0, math.inf]), min_size=1, max_size=7)


def rank_sum(d) -> float:
    """R₊ by its definition, a zero counting half for each side."""
    ranks = stats.rankdata(np.abs(d))
    return float(ranks[np.array(d) > 0].sum() + ranks[np.array(d) == 0].sum() / 2)


def all_flips(d):
    for signs in itertools.product([1, -1], repeat=len(d)):
        yield [sign * value for sign, value in zip(signs, d, strict=True)]


@given(few)
def test_p_is_the_share_of_all_ways_to_flip_the_signs(d):
    held = rank_sum(d)
    every = np.array([rank_sum(one) for one in all_flips(d)])
    test = wilcoxon(d)
    assert test.statistic == held
    assert test.p == pytest.approx(min(1, 2 * min((every <= held).mean(), (every >= held).mean())), rel=1e-12)


@pytest.mark.parametrize("sizes", [[1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 2, 9], [0, 0, 1, 1, 3, 4], [0] * 6])
def test_a_false_verdict_is_never_more_likely_than_its_level(sizes):
    p = np.array([wilcoxon(one).p for one in all_flips(sizes)])
    for level in np.unique(p):
        assert (p <= level).mean() <= level + 1e-12
    if sizes[0] and len(set(sizes)) == 6:
        assert (p <= 0.0625).mean() == 0.0625


@pytest.mark.parametrize("n", [1, 4, 6, 13, 30])
def test_without_ties_scipy_counts_the_same(n):
    d = np.random.default_rng(n).normal(0.4, size=n)
    expected = stats.wilcoxon(d, method="exact", alternative="greater")
    test = wilcoxon(d)
    assert test.statistic == expected.statistic
    assert test.p == pytest.approx(stats.wilcoxon(d, method="exact").pvalue, rel=1e-9)


def test_beyond_what_is_counted_the_normal_curve_is_close():
    d = np.round(np.random.default_rng(0).normal(0.12, size=600), 1)
    curve, exact = wilcoxon(d), wilcoxon(d[:500])
    assert "normal" in curve.method
    assert curve.p == pytest.approx(
        stats.wilcoxon(d, zero_method="zsplit", correction=True, method="approx").pvalue, rel=0.02
    )
    assert exact.p == pytest.approx(
        stats.wilcoxon(d[:500], zero_method="zsplit", correction=True, method="approx").pvalue, rel=0.05
    )
    assert wilcoxon(np.zeros(600)).p == 1.0


@given(few)
def test_only_signs_and_the_order_of_sizes_count(d):
    test = wilcoxon(d)
    assert wilcoxon([math.copysign(abs(value) ** 3, value) for value in d]) == test
    assert wilcoxon(d[::-1]) == test
    other = wilcoxon([-value for value in d])
    assert other.p == test.p
    assert other.statistic == pytest.approx(len(d) * (len(d) + 1) / 2 - test.statistic)


@pytest.mark.parametrize("n", range(1, 12))
def test_the_smallest_p_is_that_of_differences_of_one_sign(n):
    assert (
        wilcoxon(np.arange(1, n + 1)).p
        == smallest_p_paired(n)
        == sign_flips(np.arange(1, n + 1), np.random.default_rng(0)).p
    )
    assert (smallest_p_paired(n) <= 0.05) == (n >= 6)


def test_failed_runs_make_the_largest_differences_or_none():
    d = pair_differences([1.0, FAILED, 2.0, FAILED, math.nan], [0.5, 3.0, FAILED, FAILED, 1.0])
    assert d.tolist() == [0.5, FAILED, math.inf, 0.0]
    assert wilcoxon([1, 2, 3, FAILED]).p == wilcoxon([1, 2, 3, -100]).p


def test_examples_are_whole_however_a_subtraction_rounds():
    a, b = np.array([321, 322, 355, 329]) / 359, np.array([320, 321, 353, 330]) / 359
    plain = a - b
    assert len(set(np.abs(plain[[0, 1, 3]]))) > 1  # the reason for all this
    d = pair_differences(a, b)
    assert len(set(np.abs(d))) == 2
    assert wilcoxon(d) == wilcoxon([1, 1, 2, -1])


def test_the_values_that_differ_stay_apart():
    a, b = [1e-9, 1.0, 1e30], [0.0, 1.0 - 2e-9, 0.0]  # one value that is far off does not make the others equal
    assert pair_differences(a, b).tolist() == [1e-9, 1.0 - (1.0 - 2e-9), 1e30]


def test_pairs_need_two_of_each():
    with pytest.raises(BenchsuiteError, match="one length"):
        pair_differences([1, 2], [1])


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 1.5, FAILED]), min_size=1, max_size=7))
def test_flipped_signs_are_all_tried_for_few(d):
    test = sign_flips(d, np.random.default_rng(0))
    ranks = stats.rankdata(np.abs(d)) * np.sign(d) if FAILED in d else np.array(d)
    every = np.abs([np.mean(one) for one in all_flips(list(ranks))])
    assert test.p == pytest.approx((every >= abs(ranks.mean()) - 1e-9).mean())
    assert ("failed" in test.method) == (FAILED in d)


def test_drawn_signs_come_from_the_generator_alone():
    d = np.random.default_rng(1).normal(0.1, size=20)
    tests = [sign_flips(d, np.random.default_rng(seed), resamples=999) for seed in (5, 5, 6)]
    assert tests[0] == tests[1] != tests[2]
    assert sign_flips(np.arange(1, 31), np.random.default_rng(0), resamples=999).p == 1 / 1000
    many = sign_flips(d, np.random.default_rng(0)).p
    assert many == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.01)
    # scipy's own, drawn as well
    scipy_p = stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(2)
    ).pvalue  # fmt: skip
    assert many == pytest.approx(scipy_p, abs=0.01)


def test_without_pairs_there_is_no_test():
    for test in (wilcoxon([math.nan]), sign_flips([], np.random.default_rng(0))):
        assert (test.p, test.n, test.smallest_p) == (1.0, 0, 1.0)


def test_the_widest_interval_reaches_beyond_the_ends_where_several_are_the_smallest():
    """One of each: from the smallest to the largest; several of each: less than half of the step beyond."""
    once = paired_shift(np.array([0.1, 0.2, 0.2, 0.3, 0.3, 0.4]), 0.96)
    assert (once.low, once.high) == (0.1, 0.4)
    several = paired_shift(np.array([0.5, 0.5, 0.5, 0.6, 0.6, 0.6]), 0.96)
    assert 0.5 - 0.05 / 2 < several.low < 0.5
    assert 0.6 < several.high < 0.6 + 0.05 / 2  # means lie half of 0.1 apart
