"""Tests of two rows and of all pairs: p against SciPy and full enumeration, Holm by hand, both ways alike."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchsuite.analysis import rank_sums
from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.population import for_population, over_tasks
from benchsuite.analysis.inference.test_set import least_examples_error, paired_examples_error
from benchsuite.analysis.rank_sums import rank_sum, told_apart
from benchsuite.analysis.test_part import MeasuredPart
from benchsuite.errors import BenchsuiteError

NAN, BAD = math.nan, -math.inf


def padded(*tasks: list[float]) -> np.ndarray:
    longest = max(map(len, tasks))
    return np.array([[*task, *[NAN] * (longest - len(task))] for task in tasks])


@pytest.mark.parametrize(("n", "m"), [(3, 3), (5, 5), (4, 7), (10, 10)])
def test_one_task_without_ties_is_the_exact_test_of_mann_and_whitney(n: int, m: int):
    generator = np.random.default_rng(n)
    one, other = generator.normal(size=n), generator.normal(0.7, size=m)
    found = rank_sum(padded(one.tolist()), padded(other.tolist()))
    assert found.p == pytest.approx(stats.mannwhitneyu(one, other, method="exact").pvalue, rel=1e-12)
    assert found.smallest_p == pytest.approx(2 / math.comb(n + m, n))
    assert found.exact


def enumerated(first: list[list[float]], second: list[list[float]]) -> float:
    """Return p by going through every way to deal the runs of each task to the two rows."""

    def wins(one: list[float], other: list[float]) -> int:
        return sum((a > b) - (a < b) for a in one for b in other)

    sums = [0.0]
    for one, other in zip(first, second, strict=True):
        both, weight = [*one, *other], 1 / (len(one) + len(other) + 1)
        dealt = [
            weight * wins([both[at] for at in chosen], [both[at] for at in range(len(both)) if at not in chosen])
            for chosen in itertools.combinations(range(len(both)), len(one))
        ]
        sums = [total + one_task for total in sums for one_task in dealt]
    seen = sum(wins(a, b) / (len(a) + len(b) + 1) for a, b in zip(first, second, strict=True))
    return sum(abs(total) >= abs(seen) - 1e-9 for total in sums) / len(sums)


few = st.sampled_from([0.0, 1.0, 2.0, BAD])
task_of_two = st.tuples(st.lists(few, min_size=1, max_size=3), st.lists(few, min_size=1, max_size=3))


@settings(max_examples=40, deadline=None)
@given(st.lists(task_of_two, min_size=1, max_size=2))
def test_ties_failed_runs_and_several_tasks_are_counted_out(tasks: list[tuple[list[float], list[float]]]):
    first, second = [one for one, _ in tasks], [other for _, other in tasks]
    found = rank_sum(padded(*first), padded(*second))
    assert found.p == pytest.approx(min(1.0, enumerated(first, second)), abs=1e-9)
    assert rank_sum(padded(*second), padded(*first)).sign == -found.sign


def test_rows_that_share_no_task_are_not_compared():
    found = rank_sum(padded([NAN], [1.0]), padded([1.0], [NAN]))
    assert (found.sign, found.p, found.smallest_p) == (0, 1.0, 1.0)


def test_the_normal_distribution_is_near_where_counting_would_take_long(monkeypatch: pytest.MonkeyPatch):
    generator = np.random.default_rng(1)
    one, other = generator.normal(size=(3, 12)), generator.normal(0.5, size=(3, 12))
    exact = rank_sum(one, other)
    monkeypatch.setattr(rank_sums, "LONGEST", 0)
    near = rank_sum(one, other)
    assert (exact.exact, near.exact) == (True, False)
    assert near.p == pytest.approx(exact.p, rel=0.15)


def test_all_pairs_are_corrected_by_holm():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(6, 2, 5)) + np.arange(6)[:, None, None] * 0.8
    pairs = list(itertools.combinations(range(6), 2))
    p = [rank_sum(values[a], values[b]).p for a, b in pairs]
    told = told_apart(values, 0.05)
    assert told.pairs is not None
    for (a, b), corrected in zip(pairs, stats_holm(p), strict=True):
        assert (told.pairs[a, b] or told.pairs[b, a]) == (corrected <= 0.05)
    assert told.pairs.any()
    assert not told.pairs.all()
    assert told.better.tolist() == told.pairs.sum(axis=0).tolist()


def stats_holm(p: list[float]) -> list[float]:
    from statsmodels.stats.multitest import multipletests

    return list(multipletests(p, method="holm")[1])


def test_many_rows_are_tested_more_carefully_and_never_tell_more(monkeypatch: pytest.MonkeyPatch):
    generator = np.random.default_rng(3)
    values = np.round(generator.normal(size=(20, 3, 5)) * 2) / 2
    values[7] += 8
    values[8] -= 9
    values[3, 1], values[5, 0, 2] = BAD, NAN
    each = told_apart(values, 0.05)
    monkeypatch.setattr(rank_sums, "MOST_ROWS", 1)
    many = told_apart(values, 0.05)
    assert (many.better <= each.better).all()
    assert (many.worse <= each.worse).all()
    assert (many.worse[7], many.better[8] >= 18) == (19, True)
    assert many.smallest_p == pytest.approx(each.smallest_p)
    assert (each.exact, many.exact, many.pairs) == (True, False, None)


@pytest.mark.parametrize("most", [64, 1])
def test_one_example_is_never_a_difference_however_often_it_is_seen(most: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rank_sums, "MOST_ROWS", most)
    one = 1 / 359
    values = np.stack([np.full((2, 20), 350 * one), np.full((2, 20), 351 * one), np.full((2, 20), 353 * one)])
    assert told_apart(values, 0.05).better.tolist() == [2, 1, 0]
    assert told_apart(values, 0.05, np.full(2, one)).better.tolist() == [1, 1, 0]


RIGHT = {
    "adam": [354, 352, 355, 351, 352, 352, 351, 351, 352, 355],
    "sgd": [349, 350, 354, 348, 349, 351, 352, 348, 351, 346],
}
"""Examples of 359 that two optimizers had right, with ten seeds."""


@pytest.mark.parametrize("most", [64, 1])
def test_what_no_test_part_of_so_many_examples_can_show_is_not_told(most: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rank_sums, "MOST_ROWS", most)
    values = np.array([[one] for one in RIGHT.values()]) / 359
    alone = told_apart(values, 0.05)
    assert (alone.better.tolist(), alone.withheld) == ([0, 1], 0)
    small = told_apart(values, 0.05, parts=[MeasuredPart(359)])
    assert (small.better.tolist(), small.withheld) == ([0, 0], 1)
    assert told_apart(values, 0.05, parts=[MeasuredPart(35900)]).better.tolist() == [0, 1]
    assert told_apart(values, 0.05, parts=[MeasuredPart()]).better.tolist() == [0, 1]


def test_p_of_one_task_is_that_of_a_verdict():
    """Ten seeds each, none of which are pairs: both count out the same test and add the same error."""
    values = np.array([[one] for one in RIGHT.values()]) / 359
    apart = float(np.mean(RIGHT["adam"]) - np.mean(RIGHT["sgd"])) / 359
    error = MeasuredPart(359).error(0, 1, apart)
    seeds = rank_sum(values[0], values[1])
    found = for_population(seeds.p, apart, error)
    assert found == pytest.approx(difference(values[0, 0], values[1, 0], paired=False, test_error=error).p, rel=0.3)
    assert seeds.p < 0.05 < found
    assert over_tasks(seeds.p, seeds.sign, [(found, 1.0)]) == pytest.approx(found)


@pytest.mark.parametrize("most", [64, 1])
def test_where_failed_runs_decide_no_test_part_has_a_say(most: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rank_sums, "MOST_ROWS", most)
    bad, good = [BAD] * 10, [one / 359 for one in RIGHT["adam"]]
    values = np.array([[bad, good], [bad, bad], [good, [NAN] * 10]])
    told = told_apart(values, 0.05, parts=[MeasuredPart(20), MeasuredPart(20)])
    assert told.better.tolist() == told_apart(values, 0.05).better.tolist() == [1, 2, 0]


def test_several_tasks_that_each_show_too_little_may_show_it_together():
    values = np.array([[one] * 6 for one in RIGHT.values()]) / 359
    assert told_apart(values, 0.05, parts=[MeasuredPart(359)] * 6).better.tolist() == [0, 1]
    assert told_apart(values, 0.05, parts=[MeasuredPart(20)] * 6).better.tolist() == [0, 0]


def test_stored_predictions_say_what_the_part_can_show():
    """Both rows have the same share right; of other examples, so that the difference is worth little."""
    values = np.array([[one] for one in RIGHT.values()]) / 359
    same = np.zeros(359), np.zeros(359)
    same[0][:352], same[1][:350] = 1, 1
    other = same[0], same[1][::-1].copy()
    errors = [MeasuredPart(359, ((a, True), (b, True))).error(0, 1, 2 / 359) for a, b in (same, other)]
    assert errors[0] == pytest.approx(paired_examples_error(*same))
    assert errors[1] == pytest.approx(paired_examples_error(*other))
    assert errors[0] < errors[1]
    assert told_apart(values, 0.05, parts=[MeasuredPart(359, ((other[0], True), (other[1], True)))]).withheld == 1
    assert MeasuredPart(359, (None, (same[1], True))).error(0, 1, 2 / 359) == least_examples_error(2 / 359, 359)


def test_a_level_that_is_none_is_refused():
    with pytest.raises(BenchsuiteError, match=r"alpha must lie between 0 and 1, both excluded\. Received: 1\."):
        told_apart(np.zeros((2, 1, 1)), 1.0)
