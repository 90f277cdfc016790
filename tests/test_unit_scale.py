"""Places from 0 to 1 and values: each on the space's own scale, both ways, never outside."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.spaces import Space
from benchsuite.unit_scale import is_searched, levels, linear_place, place_of, value_at

LOG = bs.LogUniform(1e-5, 10.0, default=0.1)
BETA = bs.OneMinusLogUniform(0.0, 0.9999, default=0.9)
FLAT = bs.Uniform(-2.0, 6.0, default=0.0)
WHOLE = bs.Integer(3, 7, default=4)
LISTED = bs.Choice(["a", None, True, 2.5], default="a")
EVERY: list[Any] = [LOG, BETA, FLAT, WHOLE, LISTED]
PLACES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("space", "place", "value"),
    [
        (LOG, 0.0, 1e-5), (LOG, 0.5, 1e-2), (LOG, 1 / 3, 1e-3), (LOG, 1.0, 10.0),
        (BETA, 0.0, 0.0), (BETA, 0.25, 0.9), (BETA, 0.5, 0.99), (BETA, 1.0, 0.9999),
        (FLAT, 0.0, -2.0), (FLAT, 0.25, 0.0), (FLAT, 1.0, 6.0),
        (WHOLE, 0.0, 3), (WHOLE, 0.19, 3), (WHOLE, 0.21, 4), (WHOLE, 0.99, 7), (WHOLE, 1.0, 7),
        (LISTED, 0.0, "a"), (LISTED, 0.3, None), (LISTED, 0.6, True), (LISTED, 1.0, 2.5),
    ],
)  # fmt: skip
def test_places_are_those_of_the_scale(space: Space, place: float, value: Any) -> None:
    found = value_at(space, place)
    assert found == value
    assert type(found) is type(value)


@given(place=PLACES, space=st.sampled_from(EVERY))
def test_every_place_is_a_value_of_the_space_and_comes_back(place: float, space: Space) -> None:
    value = value_at(space, place)
    assert space.contains(value)
    back = place_of(space, value)
    assert value_at(space, back) == value
    assert abs(back - place) <= (0.5 / (levels(space) or math.inf) + 2e-5)


@given(low=st.floats(1e-12, 1e3), factor=st.floats(1.001, 1e12), place=PLACES)
def test_any_range_holds_what_is_found_in_it(low: float, factor: float, place: float) -> None:
    high = low * factor
    for space in (bs.LogUniform(low, high, default=low), bs.Uniform(low, high, default=low)):
        assert space.contains(value_at(space, place))
        assert 0 <= linear_place(space, place) <= 1


@given(below=st.floats(1e-9, 0.5), factor=st.floats(1.01, 1e6), place=PLACES)
def test_any_range_below_one_likewise(below: float, factor: float, place: float) -> None:
    space = bs.OneMinusLogUniform(1 - min(below * factor, 1.0), 1 - below, default=1 - below)
    assert space.contains(value_at(space, place))


def test_values_are_written_with_six_digits_of_what_counts() -> None:
    assert value_at(LOG, 0.1234567) == float(f"{1e-5 * 10 ** (6 * 0.1234567):.6g}")
    assert value_at(bs.OneMinusLogUniform(0.0, 0.99999, default=0.9), 0.61234) == round(1 - 10 ** (-5 * 0.61234), 9)
    assert value_at(bs.Uniform(0.0, 0.01, default=0.0), 1 / 3) == 0.0033333


def test_what_lies_outside_stands_at_the_nearest_end() -> None:
    off = bs.LogUniform(1e-4, 1.0, default=0.0, zero=True)
    assert [place_of(off, value) for value in (0.0, 1e-9, 1e-2, 7.0)] == [0.0, 0.0, 0.5, 1.0]
    assert [place_of(BETA, value) for value in (-1.0, 1.0, 0.99999)] == [0.0, 1.0, 1.0]
    assert [place_of(FLAT, value) for value in (-3.0, 2.0, 9.0)] == [0.0, 0.5, 1.0]
    assert [place_of(WHOLE, value) for value in (1, 5, 99)] == [0.0, 0.5, 1.0]


def test_a_linear_scale_is_the_same_range_in_equal_steps() -> None:
    for share in (0.0, 0.1, 0.5, 1.0):
        assert value_at(LOG, linear_place(LOG, share)) == pytest.approx(1e-5 + share * (10 - 1e-5), rel=1e-5)
        assert value_at(BETA, linear_place(BETA, share)) == pytest.approx(share * 0.9999, rel=1e-5)
        assert linear_place(FLAT, share) == share
        assert linear_place(LISTED, share) == share


def test_constants_ids_and_single_options_are_not_searched() -> None:
    assert all(map(is_searched, EVERY))
    for space in (bs.Fixed(3), bs.TrialId(), bs.Choice(["only"])):
        assert not is_searched(space)
    for space in (bs.Fixed(3), bs.TrialId()):
        with pytest.raises(bs.BenchsuiteError, match="a tuner cannot search"):
            value_at(space, 0.5)
