"""Trends along an axis: a slope that is known is found, its interval holds it as often as it says, and none is made up."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from benchsuite.analysis.trend import Trend, is_logarithmic, trend
from benchsuite.errors import BenchsuiteError

WIDTHS = (16, 32, 64, 128, 256)
TIMES = int(os.environ.get("BENCHSUITE_SIMULATIONS", "120"))
"""Simulated comparisons of each kind: few in the suite, as many as wanted by hand."""


def simulated(slope: float, seeds: int, generator: np.random.Generator, *, spread: float = 1.0) -> Trend:
    """A quantity of known slope over log₂ of the width; values of one seed hang together, and spread more along the axis."""
    places = np.log2(WIDTHS)
    common, own = generator.normal(size=(1, seeds)), generator.normal(size=(len(WIDTHS), seeds))
    noise = (0.6 * common + 0.8 * own) * np.linspace(1, spread, len(WIDTHS))[:, None]
    return trend(WIDTHS, 3 + slope * (places - places[0])[:, None] + noise)


@pytest.mark.parametrize("spread", [1.0, 4.0])
@pytest.mark.parametrize("seeds", [6, 10])
def test_the_interval_holds_the_truth_as_often_as_it_says_and_no_trend_is_made_up(seeds: int, spread: float) -> None:
    generator = np.random.default_rng(17)
    none = [simulated(0.0, seeds, generator, spread=spread) for _ in range(TIMES)]
    some = [simulated(0.7, seeds, generator, spread=spread) for _ in range(TIMES)]
    held = sum(one.low <= 0 <= one.high for one in none) + sum(one.low <= 0.7 <= one.high for one in some)
    false = sum(one.word != "cannot tell" for one in none)
    chance = 3 * math.sqrt(0.05 * 0.95 / (2 * TIMES))  # three deviations of so many simulations
    assert held / (2 * TIMES) >= 0.95 - chance
    assert false / TIMES <= 0.05 + chance * math.sqrt(2)
    assert not any(one.word == "shrinks" for one in some)
    assert np.median([one.slope for one in some]) == pytest.approx(0.7, abs=0.15)


def test_a_known_slope_is_found_in_either_direction() -> None:
    generator = np.random.default_rng(3)
    up, down = ([simulated(slope, 10, generator).word for _ in range(20)] for slope in (1.5, -1.5))
    assert set(up) == {"grows"}
    assert set(down) == {"shrinks"}


def test_an_exact_line_is_given_exactly() -> None:
    found = trend((1, 2, 4), np.array([[1.0] * 8, [1.5] * 8, [2.0] * 8]))
    assert (found.word, found.slope, found.first, found.last) == ("grows", 0.5, 1.0, 2.0)
    assert found.p == found.smallest_p == 2 / 2**8
    linear = trend((0, 1, 3), np.array([[1.0] * 8, [1.5] * 8, [2.5] * 8]))
    assert (linear.slope, linear.logarithmic) == (pytest.approx(0.5), False)


def test_five_seeds_cannot_tell_a_trend_however_plain_it_is() -> None:
    found = trend((1, 2, 4), np.arange(3)[:, None] + np.zeros((1, 5)))
    assert (found.word, found.slope, found.p) == ("cannot tell", 1.0, 2 / 2**5)
    assert found.confidence == 1 - 2 / 2**5


def test_the_error_of_the_test_part_widens_the_interval_and_can_take_the_word() -> None:
    table = np.arange(3)[:, None] + np.random.default_rng(0).normal(0, 0.1, (3, 10))
    alone, wide = trend((1, 2, 4), table), trend((1, 2, 4), table, test_errors=[2.0, 2.0, 2.0])
    assert (alone.word, wide.word) == ("grows", "cannot tell")
    assert wide.low < alone.low < wide.slope == alone.slope < alone.high < wide.high
    assert wide.p > alone.p


def test_a_side_that_fails_towards_one_end_decides_without_a_number() -> None:
    table = np.zeros((3, 8))
    table[2] = -np.inf  # A fails where the axis is large
    found = trend((1, 2, 4), table)
    assert (found.word, found.slope, found.high) == ("shrinks", -math.inf, -math.inf)
    assert math.isnan(found.first)
    table[0] = -np.inf  # and where it is small: neither end speaks louder
    both = trend((1, 2, 4), table)
    assert (both.word, both.seeds) == ("cannot tell", 0)


def test_a_seed_that_lacks_a_value_has_no_line_and_without_any_nothing_is_said() -> None:
    table = np.arange(3)[:, None] + np.zeros((1, 8))
    table[1, :3] = np.nan
    assert trend((1, 2, 4), table).seeds == 5
    nothing = trend((1, 2, 4), np.full((3, 2), np.nan))
    assert (nothing.word, nothing.seeds, nothing.p) == ("cannot tell", 0, 1.0)
    assert math.isnan(nothing.slope)


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [
        ((16, 32, 64), True), ((10, 30, 100, 300), True), ((1, 2, 3, 4), False), ((0, 1, 2), False), ((0.0, 0.1, 1.0), False),
        ((1, 2), True), ((3, 4), False), ((64, 128, 256, 512, 1078), True),
    ],
)  # fmt: skip
def test_an_axis_is_logarithmic_where_its_ratios_are_more_alike(values: tuple[float, ...], logarithmic: bool) -> None:
    assert is_logarithmic(values) is logarithmic


@pytest.mark.parametrize(("values", "rows"), [((4,), 1), ((4, 2), 2), ((2, 2), 2), ((1, 2, 3), 2)])
def test_values_that_do_not_grow_are_refused(values: tuple[float, ...], rows: int) -> None:
    with pytest.raises(
        BenchsuiteError, match="a trend needs two or more values of an axis, growing, and a row of numbers"
    ):
        trend(values, np.zeros((rows, 3)))


def test_a_skewed_quantity_whose_spread_grows_is_held_less_often_which_the_page_admits() -> None:
    """The one thing that the signed ranks need is chance that lies evenly around its middle; here it does not."""
    generator = np.random.default_rng(18)
    held = 0
    for _ in range(TIMES):
        noise = np.exp(0.6 * generator.normal(size=(1, 10)) + 0.8 * generator.normal(size=(5, 10))) - math.exp(0.5)
        found = trend(WIDTHS, noise * np.linspace(1, 4, 5)[:, None])
        held += found.low <= 0 <= found.high
    assert 0.75 <= held / TIMES <= 0.95
