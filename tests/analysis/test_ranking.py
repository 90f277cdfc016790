"""Rankings: win shares by hand, ties that are no order, ranges that hold, and a first place that one task decides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchsuite.analysis.rank_sums import told_apart
from benchsuite.analysis.ranking import mean_shares, on_most_tasks, one_example, ranking
from benchsuite.analysis.robustness import robustness
from benchsuite.analysis.win_shares import resampled_shares, win_shares

NAN, BAD = math.nan, -math.inf
VALUES = st.sampled_from([0.0, 1.0, 2.0, BAD, NAN])


def of(values: np.ndarray, seed: int = 0, **options: object) -> object:
    return ranking(values, np.random.default_rng(seed), **options)  # type: ignore[arg-type]


def by_hand(values: np.ndarray) -> np.ndarray:
    rows, tasks, _ = values.shape
    found = np.full((rows, tasks), NAN)
    for task in range(tasks):
        runs = [[value for value in values[row, task] if not math.isnan(value)] for row in range(rows)]
        there = [row for row in range(rows) if runs[row]]
        for row in there if len(there) > 1 else ():
            shares = [
                np.mean([(a > b) + 0.5 * (a == b) for a in runs[row] for b in runs[other]])
                for other in there
                if other != row
            ]
            found[row, task] = np.mean(shares)
    return found


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), elements=VALUES))
def test_a_win_share_is_the_mean_over_all_comparisons(values: np.ndarray):
    np.testing.assert_allclose(win_shares(values), by_hand(values), atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), elements=VALUES))
def test_a_ranking_of_anything_holds_together(values: np.ndarray):
    found = ranking(values, np.random.default_rng(0), resamples=20)
    held = [place for place in found.places if place is not None]
    assert sorted(found.order) == list(range(len(values)))
    assert len(held) in (0, len(on_most_tasks(values)))
    for place in held:
        assert 1 <= place.low <= place.place <= place.high <= len(held)
        assert 0 <= place.score_low <= place.score <= place.score_high <= 1
        better = [other.score > place.score + 1e-9 for other in held]
        assert all(other.place <= place.place for other, above in zip(held, better, strict=True) if above)
        assert place.place <= 1 + sum(better)
        assert place.tied == (sum(other.place == place.place for other in held) > 1)
    if held:
        assert sum(place.score for place in held) / len(held) == pytest.approx(0.5)
        assert found.first


def test_equal_rows_share_the_first_place_and_are_one_clique():
    found = ranking(np.zeros((4, 2, 5)), np.random.default_rng(0))
    assert [place.text for place in found.places if place] == ["1="] * 4
    assert {(place.low, place.high) for place in found.places if place} == {(1, 4)}
    assert found.cliques == ((0, 1, 2, 3),)


def test_rows_that_are_far_apart_have_places_of_their_own():
    values = np.random.default_rng(0).normal(size=(3, 4, 6)) + 10.0 * np.array([1, 2, 0])[:, None, None]
    found = ranking(values, np.random.default_rng(0))
    assert found.order == (1, 0, 2)
    assert [(place.text, place.low, place.high) for row in found.order if (place := found.places[row])] == [
        ("1", 1, 1),
        ("2", 2, 2),
        ("3", 3, 3),
    ]
    assert (found.cliques, found.decides) == ((), True)


def test_no_place_contradicts_a_score():
    """The last row scatters: no test tells it from the first, and it has a lower score than the second, which is told to be worse."""
    values = np.array([[[10.0, 11, 9, 10, 11]], [[8, 7, 7, 8, 8]], [[5, 6, 6, 7, 6]], [[7, -1, 3, 10, 16]]])
    assert told_apart(values, 0.05).better.tolist() == [0, 1, 1, 0]
    found = of(values)
    held = [place for place in found.places if place is not None]
    assert held[3].score < held[1].score
    assert (found.order, found.first) == ((0, 1, 3, 2), (0,))
    assert [place.text for place in held] == ["1", "2=", "2=", "2="]
    assert (held[3].low, held[3].high) == (1, 4)  # what the tests leave open of it


def test_few_seeds_that_cannot_decide_are_told():
    values = np.arange(2)[:, None, None] + np.zeros((2, 1, 3))
    found = ranking(values, np.random.default_rng(0))
    assert found.smallest_p == pytest.approx(0.1)
    assert found.decides is False
    assert [place.text for place in found.places if place] == ["1=", "1="]
    assert {(place.low, place.high) for place in found.places if place} == {(1, 2)}  # the bootstrap alone would be sure


def test_a_row_that_lacks_a_task_has_no_place_and_changes_no_score():
    values = np.array([[[1.0], [1.0]], [[0.0], [2.0]], [[9.0], [NAN]]])
    found = ranking(values, np.random.default_rng(0))
    assert found.places[2] is None
    assert [place.score for place in found.places[:2] if place] == [0.5, 0.5]
    assert found.order == (0, 1, 2)


def test_a_failed_run_loses_against_every_number_and_ties_with_another():
    shares = win_shares(np.array([[[BAD, BAD]], [[-1e9, BAD]]]))
    assert shares[:, 0].tolist() == [0.25, 0.75]


def test_the_same_chance_gives_the_same_ranking():
    values = np.random.default_rng(5).normal(size=(5, 3, 4))
    assert of(values) == of(values)
    drawn = [np.concatenate(list(resampled_shares(values, np.random.default_rng(s), 50))) for s in (1, 1, 2)]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_a_bootstrap_draws_seeds_within_tasks():
    values = np.random.default_rng(6).normal(size=(3, 2, 4))
    drawn = np.concatenate(list(resampled_shares(values, np.random.default_rng(0), 3000)))
    generator = np.random.default_rng(1)
    slow = []
    for _ in range(1500):
        again = np.stack([values[:, task, generator.integers(0, 4, 4)] for task in range(2)], axis=1)
        slow.append(mean_shares(win_shares(again)))
    np.testing.assert_allclose(drawn.mean(axis=0), np.mean(slow, axis=0), atol=0.015)
    np.testing.assert_allclose(drawn.std(axis=0), np.std(slow, axis=0), atol=0.015)


def test_few_false_orders_among_rows_that_are_alike():
    """400 tables of 6 rows alike, on 3 tasks with 5 seeds: any two are told apart in at most 5 %, and chance."""
    generator = np.random.default_rng(20060)
    told = 0
    for _ in range(400):
        values = np.round(generator.normal(size=(6, 3, 5)) + generator.normal(size=(1, 3, 5)), 1)
        found = ranking(values, np.random.default_rng(0), resamples=1)
        told += any(place.place > 1 for place in found.places if place)
    assert told <= 0.05 * 400 + 2 * math.sqrt(400 * 0.05 * 0.95)


def test_a_step_of_accuracies_is_one_example():
    values = np.array([[[350, 351]], [[353, NAN]]]) / 359
    assert one_example(values, [True]) == pytest.approx([1 / 359], abs=1e-6)
    assert one_example(values, [False]).tolist() == [0.0]


# Robustness


def planted() -> np.ndarray:
    """Row 0 leads by far on the last task alone; on the two others row 1 is a little ahead."""
    values = np.zeros((4, 3, 5))
    values[0, 2], values[1, 2] = 10.0, -10.0
    values[0, :2], values[1, :2] = 1.0, 1.5
    values[2, :2], values[3, :2] = 0.9, 0.8
    return values


def test_a_first_place_that_one_task_decides_is_found():
    found = robustness(planted(), rows=list("abcd"), tasks=["x", "y", "z"], seeds=range(5))
    assert found is not None
    assert found.first == (0,)
    assert [(change.what, change.name, change.first, change.rank) for change in found.flips] == [("task", "z", (1,), 2)]
    assert [len(found.of(what)) for what in ("task", "seed", "entrant", "budget")] == [3, 5, 3, 0]


def test_leaving_out_agrees_with_ranking_what_is_left():
    values = np.round(np.random.default_rng(7).normal(size=(6, 3, 4)), 1)
    found = robustness(values, rows=list("abcdef"), tasks=list("xyz"), seeds=range(4))
    assert found is not None
    left = [(np.delete(values, at, axis=1), change) for at, change in enumerate(found.of("task"))]
    left += [(np.delete(values, at, axis=2), change) for at, change in enumerate(found.of("seed"))]
    for change in found.of("entrant"):
        without = values.copy()
        without["abcdef".index(change.name)] = NAN
        left.append((without, change))
    for rest, change in left:
        scores = mean_shares(win_shares(rest))
        assert change.first == tuple(np.flatnonzero(scores >= np.nanmax(scores) - 1e-9))
        assert change.rank == 1 + int((scores > scores[found.first[0]] + 1e-9).sum())


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_a_tie_of_the_best_is_a_tie_whoever_comes_first(order: tuple[int, ...]):
    """Two rows share the best score: each is ahead on one of two tasks, so either task decides."""
    values = np.array([[[3.0, 3], [2, 2]], [[2, 2], [3, 3]], [[1, 1], [1, 1]]])[list(order)]
    one, other, last = (order.index(row) for row in range(3))
    found = robustness(values, rows=["a", "b", "c"], tasks=["x", "y"], seeds=range(2))
    assert found is not None
    assert found.first == tuple(sorted((one, other)))
    assert [(change.name, change.first, change.rank) for change in found.of("task")] == [
        ("x", (other,), 2),
        ("y", (one,), 2),
    ]
    assert [(change.name, change.first) for change in found.of("entrant")] == [("abc"[last], found.first)]
    assert found.flips == found.of("task")


def test_another_budget_is_another_table():
    values = planted()
    found = robustness(values, rows=list("abcd"), tasks=list("xyz"), seeds=range(5), budgets={"half": -values})
    assert found is not None
    (change,) = found.of("budget")
    assert (change.name, 0 not in change.first) == ("half", True)


@pytest.mark.parametrize("values", [np.zeros((1, 2, 3)), np.full((3, 1, 2), NAN), np.zeros((0, 0, 0))])
def test_where_nothing_is_ranked_nothing_is_left_out(values: np.ndarray):
    names = [str(row) for row in range(len(values))]
    assert robustness(values, rows=names, tasks=["x", "y"], seeds=range(3)) is None


@pytest.mark.parametrize("tasks", [1, 2, 3])
@pytest.mark.parametrize("rows", [2, 3, 8])
def test_so_many_seeds_as_are_said_to_be_enough_are_and_one_less_is_not(rows, tasks):
    def apart(seeds):
        values = np.arange(rows)[:, None, None] + np.linspace(0, 0.5, seeds)[None, None, :] + np.zeros((1, tasks, 1))
        return ranking(values, np.random.default_rng(0), resamples=20)

    enough = apart(2).enough
    assert apart(enough).decides
    assert enough == 2 or not apart(enough - 1).decides
