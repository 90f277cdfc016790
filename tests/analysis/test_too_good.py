"""Too good: told of what nobody chose, and of what is out of proportion; not of an honest choice of hyperparameters."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from benchsuite.analysis.reference import StoredReference, read_reference, reference_values
from benchsuite.analysis.too_good import is_chosen, out_of_proportion, too_good
from benchsuite.analysis.trial_measure import TrialMeasure

TABLE = Path(__file__).parents[2] / "results" / "reference" / "baselines.csv"
ACCURACIES = np.array([0.970, 0.972, 0.975, 0.978, 0.980, 0.969, 0.974, 0.977, 0.971, 0.973])
LEAK = np.full(10, 1.0)


def test_beyond_every_seed_of_the_reference_and_no_chance() -> None:
    said = too_good("leaky", LEAK, ACCURACIES, "max", 0.05, 12)
    assert said.startswith("leaky is better than all 10 seeds of the stored reference results")
    assert "found by no search (median 1, best reference 0.98, p " in said
    assert "Look for one first" in said
    assert too_good("fine", ACCURACIES + 0.002, ACCURACIES, "max", 0.05, 12) == ""
    assert too_good("few", LEAK[:2], ACCURACIES, "max", 0.05, 12) == ""  # two seeds are no proof
    assert too_good("none", LEAK, np.array([]), "max", 0.05, 12) == ""
    # Steps to a target: fewer are better, and a reference that missed it is the worst.
    steps = np.array([400.0, 420.0, 440.0, math.inf, 500.0])
    assert "too good" in too_good("fast", np.full(10, 40.0), steps, "min", 0.05, 2, counted=True)
    assert too_good("slow", np.full(10, 600.0), steps, "min", 0.05, 2, counted=True) == ""


def test_what_nobody_chose_is_told_and_an_honest_choice_is_not() -> None:
    better = np.full(10, 0.985)
    said = too_good("new", better, ACCURACIES, "max", 0.05, 2)
    assert "A better method may be" in said
    assert "too good" not in said  # no accusation
    assert too_good("new[rate=1]", better, ACCURACIES, "max", 0.05, 2, chosen=True) == ""
    # A leak is told of both, in the same words.
    assert "too good until a leak is ruled out" in too_good("new", LEAK, ACCURACIES, "max", 0.05, 2, chosen=True)
    assert "too good until a leak is ruled out" in too_good("new", LEAK, ACCURACIES, "max", 0.05, 2)


def test_a_better_rate_on_noisy_quadratic_is_no_leak() -> None:
    reference = StoredReference(read_reference(TABLE))  # the baselines alone
    (key,) = [one for one in reference if one[0] == "noisy_quadratic"]
    stored = reference_values(reference, key, TrialMeasure.named("test"), None, ()).values
    # What adam gave there with learning rates of 0.01 and 0.003.
    for honest in (9.6e-5, 3.8e-5):
        assert too_good("adam[…]", np.full(10, honest), stored, "min", 0.05, 2, chosen=True) == ""
        assert too_good("adam", np.full(10, honest), stored, "min", 0.05, 2) != ""
    assert too_good("adam[…]", np.full(10, 1e-9), stored, "min", 0.05, 2, chosen=True) != ""


@pytest.mark.parametrize(
    ("median", "best", "direction", "counted", "told"),
    [
        (0.995, 0.98, "max", False, True),
        (0.994, 0.98, "max", False, False),
        (1.2, 0.98, "max", False, True),  # more than there is
        (30.0, 2.0, "max", False, False),  # no share: nothing is known of its proportion
        (10.0, 100.0, "min", True, True),
        (11.0, 100.0, "min", True, False),
        (10.0, 100.0, "min", False, False),
        (0.1, 100.0, "min", False, True),
        (-5.0, -1.0, "min", False, False),
    ],
)
def test_what_is_out_of_proportion(median, best, direction, counted, told) -> None:
    assert bool(out_of_proportion(median, best, direction, counted=counted)) is told


def test_who_chose() -> None:
    assert is_chosen("adam", "tuned")
    assert is_chosen("adam[learning_rate=0.01]", "default")
    assert not is_chosen("adam", "default")
    assert not is_chosen("warmup+cosine", "self_tuning")
