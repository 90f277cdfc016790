"""The intervals keep their promises: exact coverage, failures that never help, chance only from the generator."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.analysis import bootstrap_interval, intervals, median_interval
from benchsuite.analysis.intervals import attained_confidence, average_ranks, median
from benchsuite.errors import BenchsuiteError

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12)
seeds = st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=12)
directions = st.sampled_from(["max", "min"])


def test_three_seeds_give_their_range_at_75_percent():
    interval = median_interval([0.9, 0.7, 0.8], "max")
    assert (interval.low, interval.estimate, interval.high) == (0.7, 0.8, 0.9)
    assert (interval.attained, interval.count, interval.failed) == (0.75, 3, 0)


@pytest.mark.parametrize(
    ("count", "attained"), [(1, 0.0), (2, 0.5), (3, 0.75), (4, 0.875), (5, 0.9375), (6, 0.96875), (9, 0.9609375)]
)
def test_attained_confidence_of_small_samples(count: int, attained: float):
    # 1 − 2·P(Bin(n, ½) ≤ k − 1); with nine seeds k = 2 still reaches 95 %: 1 − 2·(1 + 9)/512.
    assert median_interval(list(range(count)), "max").attained == attained


def test_nine_seeds_drop_the_outermost_pair():
    interval = median_interval(list(range(9)), "max")
    assert (interval.low, interval.high) == (1, 7)


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("confidence", [0.5, 0.75, 0.9, 0.95])
def test_coverage_is_exactly_what_it_says(count: int, confidence: float):
    # Each draw of a continuous distribution lies below or above its median with probability ½: count all patterns.
    covered = sum(
        interval.low < 0 < interval.high
        for signs in itertools.product([-1.0, 1.0], repeat=count)
        for interval in [median_interval([sign * (1 + place) for place, sign in enumerate(signs)], "max", confidence)]
    )
    attained = median_interval(list(range(count)), "max", confidence).attained
    assert Fraction(covered, 2**count) == Fraction(attained)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_coverage_is_no_smaller_when_values_can_be_equal(count: int):
    # The median of this distribution on {0, 1, 2} is 1: P(X < 1) and P(X > 1) are both at most ½.
    weights = {0: Fraction(1, 5), 1: Fraction(2, 5), 2: Fraction(2, 5)}
    covered = Fraction(0)
    for sample in itertools.product(weights, repeat=count):
        interval = median_interval(sample, "max")
        covered += math.prod(weights[value] for value in sample) * (interval.low <= 1 <= interval.high)
    assert covered >= Fraction(median_interval(range(count), "max").attained)


@given(st.integers(1, 60), st.floats(0.01, 0.999))
def test_the_narrowest_interval_that_reaches_the_confidence(count: int, confidence: float):
    interval = median_interval(list(range(count)), "max", confidence)
    k = int(interval.low) + 1
    assert interval.high == count - k
    assert interval.attained >= confidence or k == 1
    if 2 * (k + 1) <= count + 1:
        assert attained_confidence(count, k + 1) < confidence


@given(seeds, directions, st.randoms(use_true_random=False))
def test_the_order_of_seeds_has_no_influence(sample: list[float | None], direction: str, random):
    shuffled = sample[:]
    random.shuffle(shuffled)
    assert median_interval(sample, direction) == median_interval(shuffled, direction)


@given(seeds, directions, st.integers(0, 11))
def test_a_failure_never_improves_anything(sample: list[float | None], direction: str, position: int):
    failed = sample[:]
    failed[position % len(sample)] = None
    before, after = median_interval(sample, direction), median_interval(failed, direction)
    better = (lambda a, b: a > b) if direction == "max" else (lambda a, b: a < b)
    for name in ("estimate", "low", "high"):
        assert not better(getattr(after, name), getattr(before, name)), name


@given(seeds, directions)
def test_bounds_are_ordered_and_failures_are_counted(sample: list[float | None], direction: str):
    interval = median_interval(sample, direction)
    assert interval.low <= interval.estimate <= interval.high
    assert (interval.count, interval.failed) == (len(sample), sample.count(None))


@given(values)
def test_the_median_agrees_with_numpy(sample: list[float]):
    assert median(sample) == pytest.approx(float(np.median(sample)), abs=1e-9)


@pytest.mark.parametrize(("direction", "failed"), [("max", -math.inf), ("min", math.inf)])
def test_a_failed_seed_makes_a_bound_and_two_make_the_median(direction: str, failed: float):
    one = median_interval([0.5, None, 0.7], direction)
    assert one.estimate == (0.5 if direction == "max" else 0.7)
    assert (one.low if direction == "max" else one.high) == failed
    assert median_interval([0.5, None, None], direction).estimate == failed
    assert median_interval([0.5, None], direction).estimate == failed


def test_a_number_that_is_not_finite_is_a_failed_seed():
    # Even +∞ where larger is better: no such number was measured.
    assert median_interval([math.nan, math.inf, 1.0], "max").failed == 2
    assert median_interval([math.inf], "max").estimate == -math.inf


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1, math.nan])
def test_a_confidence_that_cannot_be(confidence: float):
    with pytest.raises(BenchsuiteError, match=r"between 0 and 1, both excluded\. Received: "):
        median_interval([1.0], "max", confidence)


def test_errors_say_what_was_received():
    with pytest.raises(BenchsuiteError, match=r"Received: 'up'\. Known: 'max', 'min'"):
        median_interval([1.0], "up")  # type: ignore[arg-type]
    with pytest.raises(BenchsuiteError, match="Received: an empty sequence"):
        median_interval([], "max")


def test_bootstrap_takes_its_chance_from_the_generator_only():
    sample = np.random.default_rng(1).normal(size=12)
    np.random.seed(0)  # noqa: NPY002  (the global state must have no influence)
    first = bootstrap_interval(sample, np.mean, np.random.default_rng(7))
    np.random.seed(1)  # noqa: NPY002
    assert first == bootstrap_interval(sample, np.mean, np.random.default_rng(7))
    assert first != bootstrap_interval(sample, np.mean, np.random.default_rng(8))


def test_bootstrap_covers_the_mean_about_as_often_as_it_says():
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        interval = bootstrap_interval(generator.normal(size=40), np.mean, generator, confidence=0.9, resamples=300)
        covered += interval.low <= 0 <= interval.high
    # 180 expected; a deviation of four standard deviations (17) and a percentile interval that is a little short.
    assert 160 <= covered <= 197


def test_bootstrap_takes_any_statistic_of_runs_by_tasks():
    runs = np.array([[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]])
    interval = bootstrap_interval(runs, lambda drawn: float(drawn.sum(axis=1).mean()), np.random.default_rng(0))
    # Rows are drawn whole, and each row has the sum 1.
    assert (interval.low, interval.estimate, interval.high) == pytest.approx((1, 1, 1))


def test_bootstrap_does_not_interpolate_between_a_number_and_a_failure():
    interval = bootstrap_interval([-math.inf, 0.5, 0.6], np.min, np.random.default_rng(0))
    assert interval.low == -math.inf
    assert not math.isnan(interval.high)


@pytest.mark.parametrize("wrong", [{"confidence": 1.0}, {"resamples": 0}])
def test_bootstrap_refuses_what_makes_no_sense(wrong: dict[str, float]):
    with pytest.raises(BenchsuiteError, match="Received: "):
        bootstrap_interval([1.0], np.mean, np.random.default_rng(0), **wrong)
    with pytest.raises(BenchsuiteError, match="at least one value"):
        bootstrap_interval([], np.mean, np.random.default_rng(0))


def test_ranks_of_equal_values_are_averaged_and_failed_is_last():
    assert average_ranks([0.9, 0.9, 0.8, -math.inf], "max") == [1.5, 1.5, 3.0, 4.0]
    assert average_ranks([0.1, math.inf, 0.1, math.inf], "min") == [1.5, 3.5, 1.5, 3.5]


@given(values, directions)
def test_ranks_add_up(sample: list[float], direction: str):
    assert sum(average_ranks(sample, direction)) == len(sample) * (len(sample) + 1) / 2


@given(st.integers(1, 60), st.floats(0.01, 0.999))
def test_the_bounds_are_those_of_exact_fractions(count: int, confidence: float):
    k = 1
    while 2 * (k + 1) <= count + 1 and attained_confidence(count, k + 1) >= confidence:
        k += 1
    found = median_interval([float(value) for value in range(count)], "max", confidence)
    assert (found.low, found.high) == (k - 1, count - k)
    assert found.attained == float(attained_confidence(count, k))


@pytest.mark.parametrize("k", [1, 3, 7])
def test_a_confidence_that_is_attained_exactly_counts_as_attained(k: int):
    found = median_interval([float(value) for value in range(15)], "max", float(attained_confidence(15, k)))
    assert found.low == k - 1


def exact_bounds(count: int, confidence: float) -> tuple[int, float]:
    """Return the bounds with whole numbers of as many digits as they have."""
    allowed = (1 - Fraction(confidence)) * 2 ** (count - 1)
    k, below, binomial = 1, 1, count
    while 2 * (k + 1) <= count + 1 and below + binomial <= allowed:
        below, binomial, k = below + binomial, binomial * (count - k) // (k + 1), k + 1
    return k, float(1 - Fraction(2 * below, 2**count))


@given(st.integers(1, 1500), st.floats(1e-9, 1, exclude_max=True) | st.sampled_from([5e-324, 1 - 2**-53]))
def test_the_bounds_of_many_values_have_the_digits_of_whole_numbers(count: int, confidence: float):
    assert intervals._bounds(count, confidence) == exact_bounds(count, confidence)


@given(st.integers(1, 400), st.floats(0.01, 0.999), st.integers(1, 60))
def test_too_few_digits_are_noticed(count: int, confidence: float, digits: int):
    assert intervals._bounds_by(digits, count, confidence) in (None, exact_bounds(count, confidence))
    assert intervals._bounds_by(count + 1, count, confidence) == exact_bounds(count, confidence)


@pytest.mark.parametrize("count", [60, 380])
def test_too_few_digits_never_decide_beside_a_tie(count: int):
    for k in range(2, count // 2, 2):
        attained = float(attained_confidence(count, k))
        for confidence in {math.nextafter(attained, end) for end in (0, attained, 1)} - {0.0, 1.0}:
            exact = exact_bounds(count, confidence)
            for digits in range(26, 62, 3):
                assert intervals._bounds_by(digits, count, confidence) in (None, exact)


@pytest.mark.parametrize("k", [2, 20])
def test_a_tie_is_decided_with_all_digits(k: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intervals, "FIRST_DIGITS", 2)
    confidence = float(attained_confidence(50, k))
    assert Fraction(confidence) == attained_confidence(50, k)
    assert intervals._bounds_by(2, 50, confidence) is None
    assert intervals._bounds.__wrapped__(50, confidence) == (k, confidence)


@pytest.mark.parametrize("count", [1250, 20_001, 100_000])
def test_the_bounds_of_very_many_values_need_no_more_digits_than_those_of_few(count: int):
    from scipy.stats import binom

    # So a step costs the same however many values there are. With all digits twice as many values took four times as long.
    k, attained = intervals._bounds_by(intervals.FIRST_DIGITS, count, 0.95) or (0, 0.0)
    assert attained == pytest.approx(1 - 2 * binom.cdf(k - 1, count, 0.5))
    assert attained >= 0.95 > 1 - 2 * binom.cdf(k, count, 0.5)


@given(values, directions)
def test_ranks_are_as_defined(sample: list[float], direction: str):
    sign = -1.0 if direction == "max" else 1.0
    costs = [sign * value for value in sample]
    defined = [sum(other < cost for other in costs) + (costs.count(cost) + 1) / 2 for cost in costs]
    assert average_ranks(sample, direction) == defined
