"""What so many seeds can show: the smallest effect is found four times in five, and more seeds show smaller ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.power import SIMULATED_SEEDS, deviation, more_seeds, smallest_effect
from benchsuite.errors import BenchsuiteError


@pytest.mark.parametrize(
    ("n", "paired", "alpha"), [(4, False, 0.05), (6, True, 0.05), (10, False, 0.05), (10, True, 0.05), (10, True, 0.001), (20, False, 0.01)]
)  # fmt: skip
def test_the_smallest_effect_is_found_four_times_in_five(n, paired, alpha):
    effect = smallest_effect(n, paired=paired, alpha=alpha)
    a, b = np.random.default_rng(99).normal(size=(2, 800, n))
    a += effect * (math.sqrt(2) if paired else 1)  # in deviations of a − b, of a or of b
    found = np.mean([difference(x, y, paired=paired).p <= alpha for x, y in zip(a, b, strict=True)])
    assert found == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("n", [10, 20, 21, 200])
def test_it_is_a_little_larger_than_that_of_student(n):
    # Ranks need 3/π of the runs that means do where values are normal; few runs cost a little more.
    two, pairs = TTestIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8), TTestPower().solve_power(
        nobs=n, alpha=0.05, power=0.8
    )  # fmt: skip
    assert 1.0 < smallest_effect(n) / two < 1.07
    assert 1.0 < smallest_effect(n, paired=True) / pairs < 1.1


def test_too_few_seeds_show_nothing_however_large():
    assert math.isinf(smallest_effect(3))
    assert math.isinf(smallest_effect(0))
    assert math.isfinite(smallest_effect(3, alpha=0.1))
    assert math.isinf(smallest_effect(5, paired=True))  # 2/32
    assert math.isfinite(smallest_effect(6, paired=True))
    assert math.isinf(smallest_effect(9, paired=True, alpha=0.05 / 26))
    assert math.isfinite(smallest_effect(10, paired=True, alpha=0.05 / 26))
    assert math.isinf(smallest_effect(5, alpha=0.05 / 10))  # one of ten tests: 2/252 is too much


def test_more_seeds_show_smaller_effects_and_the_curve_takes_over_smoothly():
    for paired in (False, True):
        effects = [smallest_effect(n, paired=paired) for n in (4, 6, 8, 12, 20, 40, 100, 1000)]
        assert effects == sorted(effects, reverse=True)
        at = [smallest_effect(SIMULATED_SEEDS + more, paired=paired) for more in (0, 1)]
        assert at[0] == pytest.approx(at[1] * math.sqrt(21 / 20), rel=0.02)
    assert smallest_effect(10, power=0.9) > smallest_effect(10, power=0.8) > smallest_effect(10, power=0.5)


def test_the_same_numbers_each_time():
    first = smallest_effect(7)
    smallest_effect.cache_clear()
    assert smallest_effect(7) == first


def test_ten_seeds_find_one_deviation_as_often_as_the_exact_test_allows():
    a, b = np.random.default_rng(5).normal(size=(2, 1000, 10))
    a += 1
    # The share, by scipy: exact p of the U statistic, at most 5 %.
    allowed = (stats.mannwhitneyu(a, b, axis=1, method="exact").pvalue <= 0.05).mean()
    found = np.mean([difference(x, y, paired=False).p <= 0.05 for x, y in zip(a, b, strict=True)])
    assert found == allowed
    assert 0.45 < found < 0.6
    pairs = list(zip(a[:200], b[:200], strict=True))
    allowed = np.mean([stats.wilcoxon(x - y, method="exact").pvalue <= 0.05 for x, y in pairs])
    assert np.mean([difference(x, y, paired=True).p <= 0.05 for x, y in pairs]) == allowed


def test_how_many_more_seeds():
    effect = smallest_effect(12)
    assert more_seeds(effect, 1.0, n=12) == 0
    assert more_seeds(effect * 3, 3.0, n=5) == 7
    assert more_seeds(-effect * 3, 3.0, n=5) == 7
    large = more_seeds(0.2, 1.0, n=10)
    assert large is not None
    assert smallest_effect(10 + large) <= 0.2 < smallest_effect(10 + large - 1)
    assert more_seeds(0.2, 1.0, n=10, paired=True) < large
    assert more_seeds(0.01, 1.0, n=10) is None
    assert more_seeds(0.01, 1.0, n=10, most=10**6) > 100_000


def test_no_number_of_seeds_makes_up_for_a_small_test_set():
    assert more_seeds(1.0, 1.0, n=10, test_error=0.36) is None  # 2.8 errors
    with_error = more_seeds(1.0, 1.0, n=10, test_error=0.3)
    assert with_error > more_seeds(1.0, 1.0, n=10)
    n = 10 + with_error
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 400, n))
    a += 1 + 0.3 * generator.normal(size=(400, 1))
    found = np.mean([difference(x, y, paired=False, test_error=0.3).p <= 0.05 for x, y in zip(a, b, strict=True)])
    assert found == pytest.approx(0.8, abs=0.07)


@pytest.mark.parametrize("effect", [0.0, math.nan, math.inf, -math.inf])
def test_an_effect_that_is_none_has_no_answer(effect):
    assert more_seeds(effect, 1.0, n=3) is None
    assert more_seeds(1.0, math.nan, n=3) is None


def test_the_deviation_leaves_failed_runs_out():
    a, b = [1.0, 2, 3, -math.inf, math.nan], [2.0, 2, 5, 7, 1]
    assert deviation(a, b, paired=False) == pytest.approx(math.sqrt((2 + np.var(b) * 5) / 6))
    assert deviation(a, b, paired=True) == pytest.approx(np.std([-1, 0, -2], ddof=1))
    assert math.isnan(deviation([1.0], [2.0], paired=False))
    assert math.isnan(deviation([], [], paired=True))


def test_shares_are_checked():
    with pytest.raises(BenchsuiteError, match="power"):
        smallest_effect(5, power=1.0)
