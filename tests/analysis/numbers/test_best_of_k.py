"""The best of k trials against all subsets, the chance to lead against all pairs, and what is foretold against what comes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.numbers.best_of_k import best_of, running_best
from benchsuite.analysis.numbers.more_budget import chance_to_lead, more_budget, more_budget_overall
from benchsuite.errors import BenchsuiteError

value = st.integers(-3, 3).map(float) | st.just(-math.inf)
trials = st.lists(value, min_size=1, max_size=6)


@given(trials, st.integers(1, 6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_best_of_k_is_that_of_all_subsets(values: list[float], k: int, replacement: bool):
    if not replacement:
        k = min(k, len(values))
        drawn = list(itertools.combinations(values, k))
    else:
        k = min(k, 4)
        drawn = list(itertools.product(values, repeat=k))
    bests = sorted(map(max, drawn))
    with_missing = [math.nan, *values]
    found = best_of(with_missing, [k], replacement=replacement)
    stated = best_of(values, [k], replacement=replacement, failed=-10.0)
    assert stated.expected[0] == pytest.approx(np.mean([max(one, -10.0) for one in bests]))
    assert (found.expected[0] == -math.inf) == (bests[0] == -math.inf)
    if bests[0] > -math.inf:
        assert found.expected[0] == pytest.approx(np.mean(bests))
    for got, share in ((found.low[0], 0.1), (found.middle[0], 0.5), (found.high[0], 0.9)):
        assert got == next(one for one in bests if np.mean([other <= one for other in bests]) >= share - 1e-9)


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_error_is_the_jackknife(values: list[float], replacement: bool):
    count = len(values)
    k = list(range(1, count))
    found = best_of(values, k, replacement=replacement)
    without = [
        best_of(values[:place] + values[place + 1 :], k, replacement=replacement).expected for place in range(count)
    ]
    wanted = np.sqrt((count - 1) / count * ((without - np.mean(without, axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.error, wanted, atol=1e-9)
    assert found.error[0] == pytest.approx(np.std(values, ddof=1) / math.sqrt(count), abs=1e-9)


def test_without_replacement_it_is_unbiased_and_with_it_is_too_small():
    # The published objection to the formula of Dodge et al., Tang et al. 2020: many samples of n of one distribution.
    generator = np.random.default_rng(0)
    samples = generator.random((3000, 10))
    truth = 8 / 9  # E[max of 8 uniform]
    unbiased = np.array([best_of(one, [8]).expected[0] for one in samples])
    biased = np.array([best_of(one, [8], replacement=True).expected[0] for one in samples])
    error = unbiased.std() / math.sqrt(len(samples))
    assert abs(unbiased.mean() - truth) < 4 * error
    assert biased.mean() < truth - 20 * error


def test_one_trial_all_failed_none():
    assert best_of([0.5]).expected.tolist() == [0.5]
    assert np.isnan(best_of([0.5]).error).all()
    failed = best_of([-math.inf] * 3, failed=0.1)
    np.testing.assert_allclose(failed.expected, 0.1)
    assert set(failed.high) == {-math.inf}
    assert len(best_of([]).k) == 0
    assert np.isnan(best_of([math.nan], [3], replacement=True).expected[0])
    with pytest.raises(BenchsuiteError, match="k ≤ 2"):
        best_of([1.0, 2.0], [3])
    np.testing.assert_allclose(best_of([1.0, 2.0], [50], replacement=True).expected, 2)


def test_many_trials_do_not_overflow():
    values = np.linspace(0, 1, 2001)
    found = best_of(values, [1, 1000, 2001])
    np.testing.assert_allclose(found.expected, [0.5, 1000 * 2002 / 1001 / 2000 - 1 / 2000, 1], atol=1e-9)


def test_the_running_best_keeps_the_order():
    np.testing.assert_array_equal(running_best([[math.nan, 1, 0, math.nan, 3, -math.inf]]), [[math.nan, 1, 1, 1, 3, 3]])


@given(st.lists(trials, min_size=1, max_size=3), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_the_chance_to_lead_counts_all_pairs_of_subsets(rows: list[list[float]], k: int):
    wanted = np.zeros(len(rows))
    bests = [[max(one) for one in itertools.combinations(row, min(k, len(row)))] for row in rows]
    for case in itertools.product(*bests):
        first = [place for place, one in enumerate(case) if one == max(case) and math.isfinite(one)]
        wanted[first] += 1 / max(len(first), 1)
    wanted /= math.prod(map(len, bests))
    np.testing.assert_allclose(chance_to_lead(rows, [k] * len(rows)), wanted, atol=1e-12)


@given(st.lists(trials, min_size=2, max_size=3), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_half_a_budget_is_that_of_all_halves(rows: list[list[float]], seed: int):
    found = more_budget(rows, np.random.default_rng(seed), draws=16)
    tops = [max(row) for row in rows]
    leaders = {place for place, top in enumerate(tops) if top == max(tops) and math.isfinite(top)}
    assert {place for place, share in enumerate(found.leads_now) if share} == leaders
    bests = [[max(one) for one in itertools.combinations(row, max(len(row) // 2, 1))] for row in rows]
    lost = [
        bool(leaders)
        and max(case) > -math.inf
        and not leaders & {at for at, one in enumerate(case) if one == max(case)}
        for case in itertools.product(*bests)
    ]
    assert found.changes_at_half == pytest.approx(np.mean(lost), abs=1e-12)


def test_equal_generators_give_equal_bytes_and_what_is_foretold_comes_about_as_often():
    generator = np.random.default_rng(5)
    foretold, came, records = [], [], []
    for _ in range(250):
        values = generator.normal(size=(6, 16)) + generator.normal(size=(6, 1)) / 2
        found = more_budget(values[:, :8].tolist(), generator, draws=100)
        foretold.append(found.changes_at_double)
        came.append(values[:, :8].max(axis=1).argmax() != values.max(axis=1).argmax())
        alone = more_budget([values[0, :8], [values[0, :8].max() + 1e-9]], generator, draws=100)
        records.append(alone.leads_at_double[0])
    # Half of all samples of twice the size have a new best, whatever the distribution; the other row has one as often.
    assert abs(np.mean(foretold) - np.mean(came)) < 0.1
    assert 0.2 < np.mean(came) < 0.5
    assert abs(np.mean(records) - 0.5) < 0.02
    one, two = (more_budget_overall([values, values], np.random.default_rng(1), draws=50) for _ in range(2))
    assert one.leads_at_double.tobytes() == two.leads_at_double.tobytes()
    assert one.leads_at_half.sum() == pytest.approx(1)
    assert one.leads_at_double.sum() == pytest.approx(1)


def test_the_leader_of_several_tasks_has_the_best_mean_rank():
    rows = [[[3.0, 1.0], [2.0, 2.5], []], [[1.0, 1.0], [0.0, 0.9], [-math.inf, -math.inf]], [[5.0], [6.0], [7.0]]]
    found = more_budget_overall(rows, np.random.default_rng(0), draws=200)
    np.testing.assert_allclose(found.leads_now, [1, 0, 0])
    assert 0 < found.changes_at_double < 1
    nobody = more_budget([[-math.inf], [-math.inf]], np.random.default_rng(0), draws=4)
    assert nobody.leads_now.tolist() == nobody.leads_at_double.tolist() == [0, 0]
    assert (nobody.changes_at_half, nobody.changes_at_double) == (0, 0)
    assert len(more_budget_overall([], np.random.default_rng(0)).leads_now) == 0
