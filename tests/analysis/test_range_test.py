"""The range test's arithmetic on curves whose answer is known."""

import math

import numpy as np
import pytest

from benchsuite.analysis.range_test import Average, Watch, finite, smoothed, suggest

STEPS = 400
RATES = np.geomspace(1e-6, 10, STEPS)


def curve(rates, begins=1e-4, ends=1e-2, explodes=math.inf):
    """From 2 to 1 on a straight line in log rate between two rates; beyond a third one it grows without bound."""
    part = np.clip(np.log(rates / begins) / np.log(ends / begins), 0, 1)
    return 2.0 - part + np.where(rates > explodes, (rates / min(explodes, 1e300)) ** 3 - 1, 0.0)


def noise(scale, seed=0):
    return np.random.default_rng(seed).normal(0, scale, STEPS)


def test_the_average_is_bias_corrected():
    average = Average(400)
    assert average.beta == pytest.approx(0.95)
    values = [3.0, 1.0, 4.0, 1.0, 5.0]
    for count, value in enumerate(values, 1):
        weights = 0.95 ** np.arange(count - 1, -1, -1)
        assert average.add(value) == pytest.approx(float(weights @ values[:count] / weights.sum()))


def test_the_average_of_a_constant_is_that_constant_from_the_first_step_on():
    average = Average(100)
    assert [average.add(7.0) for _ in range(5)] == pytest.approx([7.0] * 5)


def test_averages_stand_in_the_middle_of_what_they_average():
    """A line in log rate stays the same line."""
    middle, values = smoothed(RATES, np.log(RATES), STEPS)
    np.testing.assert_allclose(values, np.log(middle))
    assert (middle[1:] < RATES[1:]).all()


@pytest.mark.parametrize("scale", [0.0, 0.02, 0.1])
def test_a_curve_with_a_known_answer(scale):
    """10 % of the fall are done at 10^-3.8, 90 % at 10^-2.2; the window is 0.35 decades wide."""
    found = suggest(RATES, curve(RATES) + noise(scale), STEPS)
    assert found is not None
    assert math.log10(found.low) == pytest.approx(-3.8, abs=0.2 + 2 * scale)
    assert math.log10(found.high) == pytest.approx(-2.2, abs=0.2 + 2 * scale)
    assert found.first == pytest.approx(2.0, abs=0.01 + scale)
    assert found.lowest == pytest.approx(1.0, abs=0.01 + scale)


def test_what_losses_are_measured_in_changes_no_rate():
    found, scaled = (suggest(RATES, factor * curve(RATES), STEPS) for factor in (1.0, 5.0))
    assert found is not None
    assert scaled is not None
    assert (scaled.low, scaled.high, scaled.lowest_rate) == pytest.approx((found.low, found.high, found.lowest_rate))


@pytest.mark.parametrize("scale", [0.0, 0.02])
def test_a_curve_that_diverges_suggests_rates_below(scale):
    losses = curve(RATES, explodes=0.1) + noise(scale)
    watch = Watch(STEPS)
    end = next(step for step, loss in enumerate(losses) if watch.over(float(loss)))
    assert 0.1 < RATES[end] < 1
    found = suggest(RATES[: end + 1], losses[: end + 1], STEPS)
    assert found is not None
    assert math.log10(found.high) == pytest.approx(-2.2, abs=0.25)
    assert found.low < found.high <= found.lowest_rate < 0.1


def test_a_fall_that_ends_in_divergence_is_suggested_up_to_there():
    """Falling until it explodes: the interval ends before."""
    losses = curve(RATES, begins=1e-3, ends=1e1, explodes=0.05)
    found = suggest(RATES, losses, STEPS)
    assert found is not None
    assert 1e-3 < found.low < found.high < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_a_flat_curve_suggests_nothing(seed):
    assert suggest(RATES, np.full(STEPS, 2.0), STEPS) is None
    assert suggest(RATES, 2 + noise(0.3, seed), STEPS) is None
    assert suggest(RATES, 2 + 0.3 * np.linspace(0, 5, STEPS) + noise(0.3, seed), STEPS) is None


def test_what_is_not_finite_is_left_out_with_all_that_follows():
    losses = curve(RATES)
    broken = losses.copy()
    broken[350] = math.inf
    assert suggest(RATES, broken, STEPS) == suggest(RATES[:350], losses[:350], STEPS)
    assert [len(part) for part in finite(RATES, broken)] == [350, 350]
    assert suggest(RATES, np.full(STEPS, math.nan), STEPS) is None
    assert suggest(RATES[:2], losses[:2], STEPS) is None


def ends(losses):
    watch = Watch(100)
    return next((step for step, loss in enumerate(losses) if watch.over(loss)), None)


def test_a_test_is_over_at_four_times_the_lowest_average_or_when_not_finite():
    assert ends([1.0, 1.0, math.nan, 1.0]) == 2
    assert ends([1.0, -math.inf]) == 1
    assert ends([1.0] * 50) is None
    # 1, then x: the average after n more is within 1 … x, and beyond 4 only if x is.
    assert ends([1.0] + [3.9] * 99) is None
    assert ends([1.0] + [30.0] * 9) == 1
    assert ends([1.0] * 20 + [9.0] * 9) == 22  # 1 + 8·(1 − 0.8³) is beyond 4, 1 + 8·(1 − 0.8²) is not


def test_losses_near_and_below_zero_do_not_end_it_by_trifles():
    assert ends([1.0] * 5 + [0.0] * 50 + [1e-3] * 50) is None
    assert ends([0.0] * 5) is None
    assert ends([1.0, 0.0, -1.0, -1.5, -1.0, -0.5, 0.0]) is None
    assert ends([-1.0] * 20 + [20.0]) == 20
