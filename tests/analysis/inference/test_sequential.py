"""Looking more than once keeps the level: by construction, by counting, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.paired import smallest_p_of_pairs
from benchsuite.analysis.inference.sequential import possible_p, spending
from benchsuite.analysis.inference.two_samples import smallest_p
from benchsuite.errors import BenchsuiteError
from tests.simulated import stopped

LOOKS = (3, 5, 8, 10, 15, 20)
plans = st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True).map(sorted)


@settings(max_examples=40)
@given(plans, st.floats(0.001, 0.3), st.booleans(), st.integers(1, 30), st.sampled_from(["even", "late"]))
def test_all_looks_together_spend_no_more_than_the_level(looks, alpha, paired, tests, rule):
    plan = spending(alpha, looks, paired=paired, tests=tests, rule=rule)
    assert [look.n for look in plan] == looks
    assert math.fsum(look.level for look in plan) <= alpha * (1 + 1e-9)
    spent = 0.0
    for look in plan:
        share = look.n / looks[-1]
        spent += look.level
        assert look.spent == pytest.approx(spent)
        if rule == "even":
            assert spent <= alpha * share * (1 + 1e-9)
        # A level can be met by the first test of the family, or it is 0.
        least = smallest_p_of_pairs(look.n) if paired else smallest_p(look.n, look.n)
        assert look.level == 0 or look.level / tests >= least * (1 - 1e-9)


def test_the_plan_of_the_manual():
    plan = spending(0.05, LOOKS)
    assert [round(look.level, 4) for look in plan] == [0.0, 0.0079, 0.0104, 0.0052, 0.0128, 0.0132]
    assert plan[-1].spent == pytest.approx(0.0495, abs=1e-4)
    # O'Brien and Fleming's keeps nearly all for the end.
    late = spending(0.05, LOOKS, rule="late")
    assert [look.level > 0 for look in late] == [False, False, True, True, True, True]
    assert late[-1].level > 0.025
    # Six tests at once cannot decide after five seeds: 6 · 2/252 is too much, and nothing is spent there.
    assert [round(look.level, 4) for look in spending(0.05, LOOKS, tests=6)][:2] == [0.0, 0.0]


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("n", [3, 5, 6, 10])
def test_possible_levels_are_those_of_the_test_itself(paired, n):
    generator = np.random.default_rng(n)
    drawn = generator.normal(size=(600, 2, n))
    drawn[:, 0] += np.linspace(0, 3, 600)[:, None]
    seen = sorted({round(difference(a, b, paired=paired).p, 12) for a, b in drawn})
    for level in (0.2, 0.05, 0.01, 0.002):
        below = [p for p in seen if p <= level]
        # Of all p that occur up to the bound the level is the largest; of very small ones few occur.
        if (not paired or level >= 2.0 ** (1 - n)) and (level >= 0.05 or not below):
            assert possible_p(n, level, paired=paired) == pytest.approx(max(below, default=0), abs=1e-9)
        assert possible_p(n, level, paired=paired) >= max(below, default=0) - 1e-9
    assert possible_p(n, 0.0, paired=paired) == 0


def test_a_large_test_can_spend_any_amount():
    assert possible_p(400, 0.0123, paired=False) == 0.0123


@pytest.mark.parametrize("paired", [False, True])
def test_false_verdicts_at_any_of_the_looks(paired):
    plan = [(look.n, look.level) for look in spending(0.05, LOOKS, paired=paired)]
    at = stopped(plan, 300, np.random.default_rng(0), paired=paired)
    assert np.isfinite(at).mean() <= 0.05
    # Who takes 5 % at every look is wrong about twice as often.
    peeked = stopped([(n, 0.05) for n in LOOKS], 300, np.random.default_rng(0), paired=paired)
    assert np.isfinite(peeked).mean() > 0.08


def test_a_large_effect_is_decided_early_and_a_small_one_late_or_never():
    plan = [(look.n, look.level) for look in spending(0.05, LOOKS)]
    at = {
        effect: stopped(plan, 100, np.random.default_rng(0), paired=False, effect=effect) for effect in (0.3, 1.0, 4.0)
    }
    assert np.median(at[4.0]) == 5
    assert 0.6 < np.isfinite(at[1.0]).mean() < 0.9
    assert np.isinf(at[0.3]).mean() > 0.6


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alpha": 0.0}, "alpha"),
        ({"tests": 0}, "at least one test"),
        ({"looks": ()}, "grow"),
        ({"looks": (5, 5)}, "grow"),
        ({"looks": (0, 5)}, "grow"),
        ({"rule": "often"}, "unknown rule"),
    ],
)
def test_a_plan_that_is_none_is_refused(wrong, words):
    with pytest.raises(BenchsuiteError, match=words):
        spending(**({"alpha": 0.05, "looks": LOOKS} | wrong))
