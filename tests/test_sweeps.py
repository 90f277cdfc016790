"""Sweeps: what is read is what is written, ends exactly, all in the space; and selections that are written mean themselves."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.components import RECIPE_KINDS
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import expand, written
from benchsuite.sweeps import EvenValues, read_sweep
from tests.test_selection import Few

REAL = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
ENDS = st.tuples(REAL, REAL).filter(lambda pair: pair[0] < pair[1])


def swept(text: str, space: bs.Space) -> list[Any]:
    found = read_sweep(text)
    assert found is not None
    return found.values(space, "it")


def refused(text: str, space: bs.Space) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        swept(text, space)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(ENDS, st.sampled_from(["log", "lin"]), st.integers(2, 9999))
def test_what_is_written_is_read_back(ends: tuple[float, float], scale: str, count: int) -> None:
    sweep = EvenValues(*ends, scale, count)
    assert read_sweep(str(sweep)) == sweep
    whole = EvenValues(*map(int, ends))
    assert read_sweep(str(whole)) == whole


@given(ENDS, st.integers(2, 300))
def test_evenly_spaced_from_end_to_end(ends: tuple[float, float], count: int) -> None:
    low, high = ends
    values = swept(f"{low!r}..{high!r}:lin{count}", bs.Uniform(low, high, default=low))
    assert (values[0], values[-1]) == (low, high)
    assert all(low <= value <= high for value in values)
    assert values == sorted(set(values))
    if high - low > 1e-3 * max(abs(low), abs(high)):
        assert len(values) == count
        np.testing.assert_allclose(values, np.linspace(low, high, count), rtol=1e-9, atol=1e-11 * (high - low))


@given(st.floats(1e-9, 1e3), st.floats(1.01, 1e6), st.integers(2, 300))
def test_equal_factors_from_end_to_end(low: float, factor: float, count: int) -> None:
    high = low * factor
    for space in (bs.LogUniform(low, high, default=low), bs.Uniform(0.0, high, default=0.0)):
        values = swept(f"{low!r}..{high!r}:log{count}", space)
        assert (values[0], values[-1]) == (low, high)
        assert all(low <= value <= high and space.contains(value) for value in values)
        assert len(values) == count
        np.testing.assert_allclose(values, np.geomspace(low, high, count), rtol=1e-9)


@given(st.integers(-50, 50), st.integers(1, 100), st.integers(2, 200), st.sampled_from(["log", "lin"]))
def test_whole_numbers_are_rounded_and_each_is_there_once(low: int, more: int, count: int, scale: str) -> None:
    space = bs.Integer(-50, 150, default=0)
    if scale == "log" and low <= 0:
        assert "begins above 0" in refused(f"{low}..{low + more}:{scale}{count}", space)
        return
    values = swept(f"{low}..{low + more}:{scale}{count}", space)
    assert (values[0], values[-1]) == (low, low + more)
    assert values == sorted(set(values))
    assert all(type(value) is int for value in values)
    assert swept(f"{low}..{low + more}", space) == list(range(low, low + more + 1))
    exact = (np.geomspace if scale == "log" else np.linspace)(low, low + more, count)
    assert all(min(abs(exact - value)) <= 0.5 + 1e-9 for value in values)


def test_values_are_those_that_one_types() -> None:
    """A sweep over powers of ten gives the very numbers: they are the trials that a list of them would be."""
    assert swept("1e-4..1:log9", bs.LogUniform(1e-6, 10.0, default=1.0))[::2] == [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    assert swept("0.1..0.9:lin9", bs.Uniform(0.0, 1.0, default=0.0)) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert swept("-1..1:lin5", bs.Uniform(-1.0, 1.0, default=0.0)) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert swept("1..64:log7", bs.Integer(1, 64, default=1)) == [1, 2, 4, 8, 16, 32, 64]


@given(st.integers(2, 100))
def test_momentum_is_swept_on_its_own_scale(count: int) -> None:
    space = bs.OneMinusLogUniform(0.0, 0.9999, default=0.9)
    assert swept("0.9..0.9999:log4", space) == [0.9, 0.99, 0.999, 0.9999]
    values = swept(f"0.0..0.9999:log{count}", space)
    np.testing.assert_allclose(1 - np.array(values), np.geomspace(1, 1e-4, count), rtol=1e-8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1..0.1:log3", "a sweep goes from the smaller value to the larger. Received: '1..0.1:log3' for it. Write "),
        ("0.5..0.5:lin3", "a sweep goes from the smaller value to the larger."),
        ("0.1..0.5", "a sweep says how many values it has. Received: '0.1..0.5' for it. Write low..high:logN or "),
        ("0.1..0.5:log1", "a sweep has 2 to 10,000 values. "),
        ("0.1..0.5:log10001", "a sweep has 2 to 10,000 values. "),
        ("0..0.5:log3", "a sweep on a log scale begins above 0. "),
        ("0.1..2:log3", "it must be a number from 0 to 1. Received: 2."),
    ],
)
def test_what_cannot_be_swept_is_refused_with_what_is_possible(text: str, message: str) -> None:
    assert refused(text, bs.Uniform(0.0, 1.0, default=0.0)).startswith(message)


def test_only_ranges_are_swept() -> None:
    assert refused("1..3", bs.Choice([1, 2, 3])).startswith("it must be one of 1, 2, 3: a sweep is for ranges. ")
    assert "has up to 10,000 values" in refused("0..10000", bs.Integer(0, 10**6, default=0))
    assert "must be a whole number" in refused("0.5..3", bs.Integer(0, 10, default=0))
    for text in ("1e-4..1:log", "1..2:geo3", "..3", "1..", "a..b", "1..1e999:log3", "1...5:lin", "1..2..3"):
        assert read_sweep(text) is None
    assert read_sweep("1...5:lin3") == EvenValues(1, 0.5, "lin", 3)
    assert math.isclose(swept(" .5 .. 1 : lin 3 ", bs.Uniform(0.0, 1.0, default=0.0))[1], 0.75)


# In selections


def values_of(text: str) -> list[dict[str, Any]]:
    return [one.hyperparameters for (one,) in expand("optimizer", [text], Few())]


def test_a_sweep_is_a_value_among_values_and_a_grid_is_every_combination() -> None:
    found = values_of("adam[rate=0.5,1e-2..1:log3,7;steps=1..3]")
    assert [(one["rate"], one["steps"]) for one in found] == list(
        itertools.product((0.5, 0.01, 0.1, 1.0, 7.0), (1, 2, 3))
    )
    assert values_of("*[rate=1..2:lin3]")[-1] == {"rate": 2.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "sgd[rate=1e-4..1:geo9]",
            "cannot read the sweep '1e-4..1:geo9' for rate of optimizer 'sgd'. Write low..high:",
        ),
        ("sgd[rate=1..]", "cannot read the sweep '1..' for rate of optimizer 'sgd'. "),
        ("adam[mode=1..3]", "mode of optimizer 'adam' must be one of 'fast', "),
        ("sgd[speed=1..3:lin3]", "unknown hyperparameter of optimizer 'sgd': 'speed'. "),
        (
            "adam[rate=1..2:lin5000,beta=0.1..0.2:lin5000]",
            "a selection means up to 1,000,000 settings. Received: 25,000,000, from 'adam[rate=1..2:lin5000,beta=0.1..0.2:lin5000]'.",
        ),
    ],
)
def test_a_sweep_in_a_selection_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        values_of(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_a_selection_that_is_written_means_its_settings(kind: str, bundled: Registry) -> None:
    """Whatever values the hyperparameters of the bundled components have."""
    generator = np.random.default_rng(0)
    for name, _ in itertools.product(bundled.names(kind), range(4)):
        component = bundled.component(kind, name)
        drawn = {
            key: "0123456789abcdef" * 2 if space.required else space.sample(generator)
            for key, space in component.space.items()
            if space.required or generator.random() < 0.7
        }
        settings = (Setting.of(component, drawn),)
        assert expand(kind, [written(settings, bundled)], bundled) == [settings]


def test_only_what_is_no_default_is_written() -> None:
    few = Few()
    for text in (
        "adam",
        "adam[rate=1.0;steps=7]",
        "adam[mode=slow]",
        'adam[mode="true"]',
        "adam[count=true]",
        "adam[mode=null]",
    ):
        (settings,) = expand("optimizer", [text], few)
        assert written(settings, few) == text
    (joined,) = expand("regularization", ["l2[strength=0.1]+dropout"], few)
    assert written(joined, few) == "l2[strength=0.1]+dropout"
