"""Ratios of steps: exact on curves that are known, alike from both sides, and what failed counts as never."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchsuite.analysis.step_ratio import log_step_ratio

STEPS = np.arange(11) * 100
NAN = math.nan


def curve(rate: float) -> np.ndarray:
    """Accuracy 1 − exp(−rate·t): a curve of twice the rate is everywhere in half the steps."""
    return 1 - np.exp(-rate * STEPS / 1000)


def test_twice_the_rate_is_twice_as_fast_from_both_sides() -> None:
    fast, slow = curve(2.0), curve(1.0)
    assert log_step_ratio(fast, STEPS, slow, STEPS) == pytest.approx(1.0)
    assert log_step_ratio(slow, STEPS, fast, STEPS) == pytest.approx(-1.0)
    assert log_step_ratio(slow, STEPS, slow, STEPS) == 0


def test_steps_are_counted_not_evaluations() -> None:
    assert log_step_ratio(curve(1.0), STEPS / 4, curve(1.0), STEPS) == pytest.approx(2.0)


def test_the_level_is_the_best_of_the_weaker_which_both_reach() -> None:
    weak = np.array([0.1, 0.5, 0.8, 0.7, 0.6])  # best at its second evaluation after the start
    strong = np.array([0.1, 0.8, 0.9, 0.9, 0.9])
    assert log_step_ratio(strong, np.arange(5), weak, np.arange(5)) == 1.0


def test_what_failed_never_gets_there() -> None:
    fine, lost = curve(1.0), np.array([NAN])
    assert log_step_ratio(lost, [0.0], fine, STEPS) == -math.inf
    assert log_step_ratio(fine, STEPS, lost, [0.0]) == math.inf
    assert math.isnan(log_step_ratio(lost, [0.0], lost, [0.0]))


def test_what_never_got_better_than_it_began_never_gets_there() -> None:
    fine, still = curve(1.0), np.full(11, 0.0)
    assert log_step_ratio(fine, STEPS, still, STEPS) == math.inf
    assert log_step_ratio(still, STEPS, fine, STEPS) == -math.inf
    assert log_step_ratio(still, STEPS, still, STEPS) == 0
    ahead = fine + 1  # before its first step it is where the other ends
    assert log_step_ratio(ahead, STEPS, fine, STEPS) == math.inf
