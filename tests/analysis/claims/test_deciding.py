"""What numbers decide: against intervals of Wilcoxon's test that were counted by hand, and at the edges."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.analysis.claims.before_after import before_after
from benchsuite.analysis.claims.deciding import Numbers, decision, word_of_all
from benchsuite.components.claim import confidence_of, fewest_seeds

SIX = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
INF = math.inf


def counted(values: tuple[float, ...], confidence: float) -> tuple[float, float]:
    """The exact interval by going through all signs: the widest set of shifts that Wilcoxon's test does not reject."""
    n = len(values)
    sums = sorted(sum(rank for rank, sign in zip(range(1, n + 1), signs, strict=True) if sign)
                  for signs in itertools.product((0, 1), repeat=n))  # fmt: skip
    k = 1
    while 2 * sum(one < k + 1 for one in sums) / 2**n <= 1 - confidence + 1e-12:
        k += 1
    means = sorted((values[i] + values[j]) / 2 for i in range(n) for j in range(i, n))
    return means[k - 1], means[-k]


@pytest.mark.parametrize("confidence", [0.95, 0.9])
def test_the_interval_is_that_of_all_signs(confidence: float) -> None:
    values = tuple(np.random.default_rng(3).normal(size=9).tolist())
    found = decision(Numbers(values), 0.0, INF, confidence).shift
    assert (found.low, found.high) == pytest.approx(counted(values, confidence))


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (
            0.1,
            INF,
            "holds",
        ),  # the interval of six numbers reaches from the smallest to the largest, and a bound belongs to it
        (-INF, 0.6, "holds"),
        (0.1, 0.6, "holds"),
        (0.11, INF, "cannot tell"),
        (-INF, 0.59, "cannot tell"),
        (0.2, 0.5, "cannot tell"),
        (0.6, INF, "cannot tell"),
        (0.61, INF, "does not hold"),
        (-INF, 0.09, "does not hold"),
    ],
)
def test_where_the_interval_lies_decides(low: float, high: float, word: str) -> None:
    found = decision(Numbers(SIX), low, high, 0.95)
    assert (found.word, found.reason) == (word, "")
    assert (found.shift.low, found.shift.high) == (0.1, 0.6)
    assert found.shift.estimate == pytest.approx(0.35)


def test_of_too_few_seeds_nobody_can_tell_however_clear_they_are() -> None:
    found = decision(Numbers(SIX), 0.0, INF, confidence_of(2))
    assert found.word == "cannot tell"
    assert "6 seeds are too few" in found.reason
    assert decision(Numbers((*SIX, 0.7)), 0.0, INF, confidence_of(2)).word == "holds"


def test_a_single_number_is_its_own_interval() -> None:
    assert decision(Numbers((0.25,)), 0.2, 0.3, 0.95).word == "holds"
    assert decision(Numbers((0.31,)), 0.2, 0.3, 0.95).word == "does not hold"
    found = decision(Numbers((0.25,)), 0.25, 0.25, 0.95).shift
    assert (found.low, found.estimate, found.high, found.attained) == (0.25, 0.25, 0.25, 1.0)
    alone = decision(Numbers((math.nan,), {0: "it ran out of time"}), 0.0, INF, 0.95)
    assert (alone.word, alone.reason) == ("cannot tell", "it ran out of time")


def test_a_seed_without_a_number_is_told_and_never_left_out() -> None:
    found = decision(Numbers((*SIX, math.nan), {6: "arm a crashed"}), 0.0, INF, 0.95)
    assert found.word == "cannot tell"
    assert found.reason == "1 of 7 seeds gave no number; seed 6: arm a crashed"
    silent = decision(Numbers((*SIX, math.nan)), 0.0, INF, 0.95)
    assert silent.reason.endswith("seed 6: the effect is not a number")


def test_infinite_numbers_count() -> None:
    assert decision(Numbers((INF,) * 6), 1.0, INF, 0.95).word == "holds"
    assert decision(Numbers((-INF,) * 6), 1.0, INF, 0.95).word == "does not hold"
    assert decision(Numbers((*SIX[:5], -INF)), 0.0, INF, 0.95).word == "cannot tell"


def test_a_claim_is_what_its_parts_are() -> None:
    assert word_of_all(["holds", "holds"]) == "holds"
    assert word_of_all(["holds", "cannot tell"]) == "cannot tell"
    assert word_of_all(["cannot tell", "does not hold", "holds"]) == "does not hold"


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=12), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_words_agree_with_their_interval_and_mirror(values: list[float], low: float, wide: float) -> None:
    high = low + wide
    found = decision(Numbers(tuple(values)), low, high, 0.95)
    inside = low <= found.shift.low and found.shift.high <= high
    outside = found.shift.high < low or found.shift.low > high
    assert found.word == ("holds" if inside else "does not hold" if outside else "cannot tell")
    mirrored = decision(Numbers(tuple(-value for value in values)), -high, -low, 0.95)
    assert mirrored.word == found.word


@pytest.mark.parametrize(("parts", "seeds"), [(1, 6), (2, 7), (3, 7), (4, 8), (6, 8), (7, 9), (12, 9), (20, 10)])
def test_the_fewest_seeds_are_those_whose_widest_interval_is_sure_enough(parts: int, seeds: int) -> None:
    assert fewest_seeds(parts) == seeds
    assert 2 * 0.5**seeds <= 0.05 / parts < 2 * 0.5 ** (seeds - 1)


def test_what_came_in_the_second_of_a_registration_came_before_it() -> None:
    at = "2026-11-27T18:14:32+00:00"
    times = ["2026-11-27T18:14:31+00:00", at, "2026-11-27T20:14:33+02:00", "", "2026-11-27T18:14:33"]
    found = before_after(at, times)
    assert (found.before, found.after, found.unknown) == (2, 2, 1)
    assert found.words == "of 5 results 2 came before it and 2 after, of 1 nobody knows"
    assert before_after(at, times[2:3]).words == "the one result came after it"
    assert before_after(at, []).words == "there are no results yet"
