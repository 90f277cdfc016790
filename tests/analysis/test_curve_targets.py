"""Targets from curves: what tuned reference components reach, rounded towards the easy side."""

import math

import numpy as np
import pytest

from benchsuite.analysis.resolution.targets import targets_of

GENERATOR = np.random.default_rng(5)


def curves_to(ends, start=0.1):
    """Curves that rise to their best in the middle and fall a little at the end."""
    return [[start, end - 0.05, end, end - 0.02] for end in ends]


def test_percentiles_are_of_the_best_values_where_late_is_hardest():
    ends = GENERATOR.permutation(np.linspace(0.801, 0.9, 100))
    found = targets_of("accuracy", curves_to(ends), "max")
    assert found.values == (0.81, 0.85, 0.89)
    assert [np.mean(ends >= target - 1e-12) for target in found.values] == [0.91, 0.51, 0.11]
    fallen = targets_of("loss", [[1 - value for value in curve] for curve in curves_to(ends)], "min")
    assert fallen.values == pytest.approx((0.19, 0.15, 0.11))
    assert fallen.to_json() == {"version": 1, "measure": "loss", "early": 0.19, "middle": 0.15, "late": 0.11}


def test_a_target_is_rounded_to_the_easy_side_and_kept_apart_from_the_others():
    for direction in ("max", "min"):
        for scale in (1e-9, 1e-3, 1.0, 1e4):
            best = np.sort(scale * GENERATOR.lognormal(sigma=2, size=50))
            found = targets_of("m", [[0.0, value] for value in best], direction)
            harder = 1 if direction == "max" else -1
            raw = best[[4, 24, 44]] if direction == "max" else best[::-1][[4, 24, 44]]
            for target, value in zip(found.values, raw, strict=True):
                assert 0 <= harder * (value - target) <= 0.1 * abs(value)
                assert target == float(f"{target:.3g}")
            assert sorted(found.values, reverse=direction == "min") == list(found.values)


def test_what_is_before_training_and_what_is_not_finite_does_not_count():
    curves = [[0.99, 0.5, math.nan], [0.2, 0.6, math.inf], [0.3, math.nan], [0.4]]
    found = targets_of("accuracy", curves, "max")
    assert found.values == (0.5, 0.6)
    assert (found.early, found.middle, found.late) == (0.5, 0.5, 0.6)
    assert targets_of("accuracy", [[0.4], [0.1, math.nan]], "max") is None


def test_a_task_that_all_solve_has_one_target():
    assert targets_of("accuracy", [[0.0, 1.0]] * 9, "max").values == (1.0,)
    assert targets_of("excess_loss", [[1.0, 0.0]] * 9, "min").values == (0.0,)
