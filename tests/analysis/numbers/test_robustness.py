"""The decades over which a learning rate may be off, against a fine grid."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.numbers.robustness import envelope, robustness

grid = st.lists(st.integers(0, 10).map(float) | st.just(-math.inf), min_size=1, max_size=7)


@given(grid, st.integers(0, 8))
@settings(max_examples=120, deadline=None)
def test_the_length_on_which_a_straight_line_is_good_enough(values: list[float], tolerance: int):
    rates = [10.0 ** (place / 2 - 3) for place in range(len(values))]
    found = robustness(rates, values, tolerance)
    assert (found.tried, found.failed) == (len(values), sum(map(math.isinf, values)))
    if found.failed == found.tried:
        assert (found.decades, math.isnan(found.best)) == (0, True)
        return
    best = max(values)
    length = 0.0
    fine = (np.arange(2000) + 0.5) / 2000
    for one, other in itertools.pairwise(values):
        if math.isfinite(one) and math.isfinite(other):
            length += 0.5 * float((one + fine * (other - one) >= best - tolerance).mean())
    assert found.decades == pytest.approx(length, abs=2e-3)
    assert found.best == pytest.approx(rates[values.index(best)])
    assert (found.low_open, found.high_open) == (values[0] >= best - tolerance, values[-1] >= best - tolerance)


def test_a_parabola_in_the_logarithm_is_as_wide_as_it_is():
    rates = np.geomspace(1e-5, 1, 501)
    values = -((np.log10(rates) + 2.5) ** 2)
    found = robustness(rates, values, 0.25)
    assert found.decades == pytest.approx(1.0, abs=1e-3)
    assert not found.low_open
    assert not found.high_open


def test_seeds_at_one_rate_are_one_value_and_order_does_not_matter():
    rates, values = [0.1, 0.01, 0.1, 0.1, 1.0], [5.0, 4.0, -np.inf, 6.0, np.nan]
    found = robustness(rates, values, 1.0)
    assert (found.decades, found.tried, found.failed, found.best) == (1.0, 2, 0, 0.1)  # the median at 0.1 is 5
    assert robustness(rates[::-1], values[::-1], 1.0) == found


def test_the_envelope_is_the_best_of_each_bin():
    rates, values = [1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 0.5], [1.0, 3.0, 3.5, -np.inf, 4.0, np.nan]
    at, best = envelope(rates, values)
    np.testing.assert_array_equal(at, [2e-3, 5e-3, 2e-2])
    np.testing.assert_array_equal(best, [3.0, 3.5, 4.0])
    assert [len(one) for one in envelope([], [])] == [0, 0]
