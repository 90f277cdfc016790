"""Hyperparameter spaces: what they hold, what they refuse and how they say it, how they draw."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.spaces import Space

ALL = [
    bs.Uniform(-1.0, 3.0, default=0.5),
    bs.LogUniform(1e-6, 10.0, default=1e-3),
    bs.Integer(-2, 9, default=4),
    bs.Choice([0.0, 0.9, None, "on", True]),
    bs.Fixed(7),
]


@pytest.mark.parametrize("space", ALL, ids=repr)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_draw_lies_in_the_space_and_is_already_in_its_own_type(space: Space, seed: int) -> None:
    value = space.sample(np.random.default_rng(seed))
    assert space.contains(value)
    checked = space.checked(value, "x")
    assert checked == value
    assert type(checked) is type(value)
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("space", ALL, ids=repr)
def test_the_default_lies_in_the_space(space: Space) -> None:
    assert space.contains(space.default)


@pytest.mark.parametrize("space", ALL, ids=repr)
def test_equal_generators_draw_equal_values(space: Space) -> None:
    first, again = np.random.default_rng(3), np.random.default_rng(3)
    assert [space.sample(first) for _ in range(5)] == [space.sample(again) for _ in range(5)]


def test_log_uniform_is_uniform_on_the_logarithmic_scale() -> None:
    generator = np.random.default_rng(0)
    logs = np.log10([bs.LogUniform(1e-4, 1.0, default=0.1).sample(generator) for _ in range(4000)])
    counts, _ = np.histogram(logs, bins=4, range=(-4, 0))
    assert counts.sum() == 4000
    assert abs(counts - 1000).max() < 5 * math.sqrt(1000)


def test_uniform_and_integer_reach_their_whole_range() -> None:
    generator = np.random.default_rng(0)
    assert {bs.Integer(0, 3, default=0).sample(generator) for _ in range(200)} == {0, 1, 2, 3}
    values = [bs.Uniform(2.0, 4.0, default=2.0).sample(generator) for _ in range(4000)]
    assert abs(np.mean(values) - 3) < 0.05


def test_choice_draws_each_option_equally_often() -> None:
    generator = np.random.default_rng(0)
    drawn = [bs.Choice(["a", "b"]).sample(generator) for _ in range(1000)]
    assert abs(drawn.count("a") - 500) < 80


@pytest.mark.parametrize(
    ("space", "value", "expected"),
    [
        (bs.Uniform(0.0, 2.0, default=1.0), 1, 1.0),
        (bs.LogUniform(0.1, 2.0, default=1.0), 1, 1.0),
        (bs.Integer(0, 2, default=1), 1.0, 1),
        (bs.Choice([1, 2]), 1.0, 1),
        (bs.Choice([1.0, 2.0]), 1, 1.0),
        (bs.Fixed(1), 1.0, 1),
        (bs.Fixed(1.0), 1, 1.0),
    ],
    ids=repr,
)
def test_1_and_1_point_0_become_the_same_value_of_the_same_type(space: Space, value: float, expected: float) -> None:
    checked = space.checked(value, "x")
    assert checked == expected
    assert type(checked) is type(expected)


def test_minus_0_is_0() -> None:
    assert str(bs.Uniform(-1.0, 1.0, default=0.5).checked(-0.0, "x")) == "0.0"


@pytest.mark.parametrize("space", [*ALL[:3], bs.Choice([0.0, 1.0]), bs.Choice([0, 1]), bs.Fixed(1)], ids=repr)
def test_true_is_not_1(space: Space) -> None:
    assert not space.contains(True)


def test_a_choice_tells_true_from_1() -> None:
    assert bs.Choice([1, True]).checked(True, "x") is True
    assert type(bs.Choice([True, 1]).checked(1, "x")) is int


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "1", None, 10**400, -(10**400)], ids=lambda v: repr(v)[:9]
)
@pytest.mark.parametrize("space", ALL[:3], ids=repr)
def test_a_range_refuses_what_is_no_finite_number(space: Space, value: object) -> None:
    with pytest.raises(bs.BenchsuiteError, match=r"^rate of optimizer 'x' must be a .*number from .*\. Received: "):
        space.checked(value, "rate of optimizer 'x'")  # type: ignore[arg-type]  # what a user might type


@pytest.mark.parametrize(
    ("space", "value", "text"),
    [
        (ALL[0], 3.1, "lr must be a number from -1 to 3. Received: 3.1."),
        (ALL[1], 0.0, "lr must be a number from 1e-06 to 10 (log scale). Received: 0.0."),
        (ALL[2], 4.5, "lr must be a whole number from -2 to 9. Received: 4.5."),
        (ALL[2], 10, "lr must be a whole number from -2 to 9. Received: 10."),
        (ALL[3], "off", "lr must be one of 0.0, 0.9, None, 'on', True. Received: 'off'."),
        (ALL[4], 8, "lr must be 7 (fixed). Received: 8."),
    ],
    ids=repr,
)
def test_a_value_outside_is_refused_with_the_range(space: Space, value: float | str, text: str) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        space.checked(value, "lr")
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: bs.Uniform(1.0, 0.0, default=0.5), "Uniform needs finite low < high. Received: low=1.0, high=0.0."),
        (lambda: bs.Uniform(0.0, 0.0, default=0.0), "Uniform needs finite low < high. Received: low=0.0, high=0.0."),
        (
            lambda: bs.Uniform(0.0, math.inf, default=0.5),
            "Uniform needs finite low < high. Received: low=0.0, high=inf.",
        ),
        (
            lambda: bs.LogUniform(0.0, 1.0, default=0.5),
            "LogUniform needs low above 0. Received: low=0.0. Use Uniform to include 0, or zero=True to allow it beside the others.",
        ),
        (
            lambda: bs.LogUniform(1e-3, 1.0, default=2.0),
            "default of LogUniform(0.001, 1.0) must be a number from 0.001 to 1 (log scale). Received: 2.0.",
        ),
        (lambda: bs.Integer(3, 3, default=3), "Integer needs finite low < high. Received: low=3, high=3."),
        (
            lambda: bs.Integer(1, 3, default=0),
            "default of Integer(1, 3) must be a whole number from 1 to 3. Received: 0.",
        ),
        (lambda: bs.Choice([]), "Choice needs at least one option and no option twice. Received: ()."),
        (lambda: bs.Choice(["a", "a"]), "Choice needs at least one option and no option twice. Received: ('a', 'a')."),
        (lambda: bs.Choice([1, 1.0]), "Choice needs at least one option and no option twice. Received: (1, 1.0)."),
        (lambda: bs.Choice(["a"], default="b"), "default of Choice must be one of 'a'. Received: 'b'."),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(make, text: str) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        make()
    assert str(caught.value) == text


def test_the_first_option_is_the_default_unless_given() -> None:
    assert bs.Choice([0.9, 0.5]).default == 0.9
    assert bs.Choice([0.9, None], default=None).default is None


def test_a_subclass_without_its_methods_says_which_is_missing() -> None:
    class Half(Space):
        default = 1

    for call, name in (
        (lambda: Half().contains(1), "contains"),
        (lambda: Half().describe(), "describe"),
        (lambda: Half().sample(np.random.default_rng(0)), "sample"),
    ):
        with pytest.raises(TypeError, match=rf"^Half must define {name}\(\)$"):
            call()
