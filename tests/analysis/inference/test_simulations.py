"""A small part of ``benchmarks/coverage.py``, with fixed seeds: coverage, false verdicts, and the error of the test set."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from benchsuite.analysis.inference.difference import difference
from tests.simulated import EXAMPLES, SHAPES, covered, false_verdicts, rank_intervals, samples

COUNT = 2000
SLACK = 2.5 * math.sqrt(0.95 * 0.05 / COUNT)
"""Of a simulated share: 1.2 %."""


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "accuracy"])
@pytest.mark.parametrize(("paired", "correlation"), [(False, 0.0), (True, 0.0), (True, 0.5), (True, 0.9)])
def test_95_percent_intervals_hold_the_truth_93_to_97_times_in_100(shape, paired, correlation):
    for n in (5, 10, 20):
        count = COUNT if n < 20 else COUNT // 4
        a, b = samples(shape, n, count, correlation, np.random.default_rng(n))
        share = covered(*rank_intervals(a, b, paired=paired), 0)
        assert 0.93 - SLACK * math.sqrt(COUNT / count) <= share <= 0.97 + SLACK * math.sqrt(COUNT / count), n


@pytest.mark.parametrize(("paired", "correlation"), [(False, 0.0), (True, 0.0), (True, 0.5), (True, 0.9)])
def test_intervals_of_accuracies_do_so_too(paired, correlation):
    for n in (5, 10, 20):
        count = COUNT if n < 20 else COUNT // 4
        generator = np.random.default_rng(n)
        truth = generator.random((count, 1))
        a, b = samples("accuracy", n, count, correlation, generator, lift=truth, base=generator.random((count, 1)))
        share = covered(*rank_intervals(a, b, paired=paired), truth[:, 0] / EXAMPLES)
        assert 0.93 - SLACK * math.sqrt(COUNT / count) <= share <= 0.97 + SLACK * math.sqrt(COUNT / count), n
        # Of a method with itself, exactly 0, it holds no less.
        a, b = samples("accuracy", n, count, correlation, generator)
        assert covered(*rank_intervals(a, b, paired=paired), 0) >= 0.95 - SLACK * math.sqrt(COUNT / count)


def test_three_seeds_have_no_95_percent_interval():
    a, b = samples("normal", 3, COUNT, 0.0, np.random.default_rng(3))
    assert covered(*rank_intervals(a, b, paired=False), 0) == pytest.approx(0.90, abs=0.02)
    assert covered(*rank_intervals(a, b, paired=True), 0) == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(("n", "paired"), [(5, False), (5, True), (10, True)])
def test_a_method_against_itself_gets_a_verdict_in_at_most_5_of_100_studies(n, paired):
    assert false_verdicts(n, 200, np.random.default_rng(n), paired=paired) <= 0.05


def test_without_holm_it_would_get_one_far_more_often():
    assert false_verdicts(8, 60, np.random.default_rng(8), paired=False, corrected=False) > 0.12


@pytest.mark.parametrize("n", [5, 6])
def test_neither_where_seeds_that_are_lucky_for_one_are_unlucky_for_the_other(n):
    # Mann and Whitney's test, which does not know the pairs, would be wrong here in one study of ten.
    assert false_verdicts(n, 200, np.random.default_rng(n), paired=True, correlation=-0.9) <= 0.05


def test_a_verdict_about_the_population_needs_both_errors():
    generator = np.random.default_rng(0)
    a, b = samples("normal", 10, 400, 0.0, generator)
    # A difference of the test set, none of the population, as large as that which the seeds make.
    error = math.sqrt(2 / 10)
    a = a + error * generator.standard_normal((400, 1))
    found = [difference(x, y, paired=False, test_error=error) for x, y in zip(a, b, strict=True)]
    seeds = np.array([one.seeds_p for one in found])
    alone = np.array([2 * ndtr(-abs(one.estimate) / error) for one in found])
    assert (seeds <= 0.05).mean() > 0.09
    assert (np.maximum(seeds, alone) <= 0.05).mean() > 0.07  # one after the other is not enough
    assert np.mean([one.p <= 0.05 for one in found]) <= 0.06
    assert 0.93 <= np.mean([one.low <= 0 <= one.high for one in found]) <= 0.97
