"""Kaplan–Meier, its restricted mean and its median, against direct products, numerical areas and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.numbers.censored import kaplan_meier
from benchsuite.errors import BenchsuiteError

run = st.tuples(st.integers(1, 9).map(float), st.booleans()) | st.just((math.inf, False)) | st.just((math.nan, False))
samples = st.lists(run, min_size=1, max_size=12)


def directly(sample: list[tuple[float, bool]], time: float) -> float:
    share = 1.0
    for at in sorted({one for one, reached in sample if reached and one <= time}):
        left = sum(one >= at for one, _ in sample)
        share *= 1 - sum(one == at and reached for one, reached in sample) / left
    return share


@given(samples)
@settings(max_examples=150, deadline=None)
def test_the_share_that_waits(sample: list[tuple[float, bool]]):
    held = [one for one in sample if not math.isnan(one[0])]
    found = kaplan_meier([one[0] for one in sample], [one[1] for one in sample])
    assert (found.runs, found.reached) == (len(held), sum(reached for _, reached in held))
    if not held:
        assert math.isnan(found.at(0))
        return
    last = max(one for one, _ in held)
    wanted_until = math.inf if math.isinf(last) or all(reached for one, reached in held if one == last) else last
    assert found.known_until == wanted_until
    for time in np.arange(0, 10, 0.5):
        if time <= found.known_until:
            assert found.at(time) == pytest.approx(directly(held, time), abs=1e-12)
        else:
            assert math.isnan(found.at(time))
    horizon = min(found.known_until, 9.25)
    grid = np.arange(0, horizon, 1 / 64)
    area = math.fsum(directly(held, time) / 64 for time in grid) if len(grid) else 0.0
    assert found.restricted_mean(horizon)[0] == pytest.approx(area, abs=1e-9)


@given(st.lists(st.integers(1, 9).map(float), min_size=1, max_size=9))
@settings(max_examples=50, deadline=None)
def test_without_censoring_median_and_mean_are_those_of_the_sample(times: list[float]):
    found = kaplan_meier(times, [True] * len(times))
    assert found.median() == pytest.approx(np.median(times))
    mean, error = found.restricted_mean(100.0)
    assert mean == pytest.approx(np.mean(times))
    assert error == pytest.approx(np.std(times) / math.sqrt(len(times)), abs=1e-9)


def test_errors_are_those_of_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    generator = np.random.default_rng(3)
    times, reached = generator.integers(1, 20, 60).astype(float), generator.random(60) < 0.7
    found, wanted = kaplan_meier(times, reached), SurvfuncRight(times, reached)
    last = wanted.surv_prob > 0
    np.testing.assert_allclose(found.times, wanted.surv_times)
    np.testing.assert_allclose(found.waiting, wanted.surv_prob, atol=1e-12)
    np.testing.assert_allclose(found.error[last], wanted.surv_prob_se[last])
    # The error of the restricted mean by hand, as sums over the times at which runs got there.
    horizon = 12.0
    _, error = found.restricted_mean(horizon)
    variance = 0.0
    for time in sorted({one for one, there in zip(times, reached, strict=True) if there and one < horizon}):
        left = (times >= time).sum()
        gone = ((times == time) & reached).sum()
        area, _ = found.restricted_mean(horizon)
        before, _ = found.restricted_mean(time)
        variance += (area - before) ** 2 * gone / (left * (left - gone))
    assert error == pytest.approx(math.sqrt(variance))


def test_a_failed_run_waits_for_ever_and_a_censored_one_only_as_long_as_it_was_watched():
    # 2 of 4 reached: with two failures the median lies between the second time and never, exactly half are there.
    found = kaplan_meier([10, 20, math.inf, math.inf], [True, True, False, False])
    assert found.median() == math.inf
    assert found.at(1e9) == pytest.approx(0.5)
    assert found.restricted_mean(100)[0] == pytest.approx((10 + 20 + 100 + 100) / 4)
    # The same two, watched until 15 only: the one at 20 was one of one that was left.
    found = kaplan_meier([10, 20, 15, 15], [True, True, False, False])
    assert found.at(20) == 0
    assert found.restricted_mean(100)[0] == pytest.approx(10 + 0.75 * 10)
    # Nobody got there within 30: nothing is known beyond.
    found = kaplan_meier([30, 30], [False, False])
    assert found.median() == math.inf
    assert found.restricted_mean(30) == (30, 0)
    assert math.isnan(found.restricted_mean(31)[0])
    # All failed: it is known that they never will.
    assert kaplan_meier([math.inf] * 3, [False] * 3).restricted_mean(1e6) == (1e6, 0)


def test_nobody_reaches_a_target_at_infinity():
    with pytest.raises(BenchsuiteError, match="finite time"):
        kaplan_meier([math.inf], [True])
