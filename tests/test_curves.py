"""Curves: equal lengths, whole epochs, and the same bits there and back."""

from __future__ import annotations

import json
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.curves import Curves

NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))


@st.composite
def curves_json(draw: st.DrawFn) -> dict[str, Any]:
    """The JSON of any curves."""
    epochs = draw(st.integers(0, 4))
    whole = st.lists(st.integers(0, 2**53), min_size=epochs, max_size=epochs)
    names = draw(st.lists(st.text(max_size=8).filter(lambda name: name not in Curves.WHOLE), unique=True, max_size=4))
    values = {name: draw(st.lists(NUMBERS, min_size=epochs, max_size=epochs)) for name in names}
    return {"epoch": draw(whole), "step": draw(whole), **values}


def test_names_lead_to_numbers() -> None:
    curves = Curves({"epoch": [0, 1, 2], "step": [0, 5, 10], "test_loss": [1, 0.5, None]})
    assert list(curves) == ["epoch", "step", "test_loss"]
    assert (len(curves), curves.epochs) == (3, 3)
    assert curves["step"].tolist() == [0, 5, 10]
    assert curves["test_loss"].dtype == np.float64
    assert curves["test_loss"][:2].tolist() == [1, 0.5]
    assert math.isnan(curves["test_loss"][2])
    assert "train_loss" not in curves
    with pytest.raises(KeyError, match="train_loss"):
        curves["train_loss"]


@pytest.mark.parametrize("curves", [Curves(), Curves({}), Curves({"epoch": [], "step": []})])
def test_curves_may_be_empty(curves: Curves) -> None:
    assert curves.epochs == 0
    assert Curves.from_json(curves.to_json()) == curves


def test_curves_cannot_be_changed() -> None:
    curves = Curves({"epoch": [0], "step": [0]})
    with pytest.raises(ValueError, match="read-only"):
        curves["epoch"][0] = 1
    with pytest.raises(TypeError):
        hash(curves)


def test_curves_keep_no_hold_on_what_they_were_made_of() -> None:
    row = np.array([1.0, 2.0])
    curves = Curves({"test_loss": row})
    row[0] = 5
    assert curves["test_loss"].tolist() == [1, 2]


def test_what_is_not_finite_is_there_as_none() -> None:
    curves = Curves({"test_loss": [math.inf, -math.inf, math.nan, None, np.float64(1)]})
    assert curves.to_json() == {"test_loss": [None, None, None, None, 1.0]}
    assert curves == Curves({"test_loss": [None, None, None, None, 1]})


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^must be equally long, and are \{'epoch': 1, 'step': 2\}$"):
        Curves({"epoch": [0], "step": [0, 1]})


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        ({"step": [0], "epoch": [0], "a": [None]}, True),
        ({"step": [0], "epoch": [0], "a": [math.nan]}, True),
        ({"step": [0], "epoch": [0], "a": [0.0]}, False),
        ({"step": [0], "epoch": [0]}, False),
        ({"step": [0], "epoch": [0], "b": [None]}, False),
        ({"step": [0, 1], "epoch": [0, 1], "a": [None, None]}, False),
        ({"step": [1], "epoch": [0], "a": [None]}, False),
    ],
)
def test_curves_are_equal_if_all_bits_are(other: dict[str, Any], equal: bool) -> None:
    curves = Curves({"epoch": [0], "step": [0], "a": [None]})
    assert (curves == Curves(other)) is equal
    assert (curves != Curves(other)) is not equal


def test_the_last_bit_and_the_sign_of_zero_count() -> None:
    assert Curves({"a": [0.1]}) != Curves({"a": [math.nextafter(0.1, 1)]})
    assert Curves({"a": [0.0]}) != Curves({"a": [-0.0]})
    assert Curves() != {}


@given(data=curves_json())
def test_curves_survive_a_record(data: dict[str, Any]) -> None:
    curves = Curves.from_json(json.loads(json.dumps(data)))
    back = curves.to_json()
    assert back == data
    assert all(type(one) is int for name in Curves.WHOLE for one in back[name])
    assert Curves.from_json(json.loads(json.dumps(back))) == curves
    assert pickle.loads(pickle.dumps(curves)) == curves
    assert eval(repr(curves), {"Curves": Curves}) == curves


GOOD = {"epoch": [0, 1], "step": [0, 5], "a": [0.5, None]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "must be an object of lists of numbers"),
        ([], "must be an object of lists of numbers"),
        ({**GOOD, "a": "12"}, "must be an object of lists of numbers"),
        ({**GOOD, "a": {"0": 1}}, "must be an object of lists of numbers"),
        ({**GOOD, "a": [1, "2"]}, "may hold numbers and null alone"),
        ({**GOOD, "a": [1, True]}, "may hold numbers and null alone"),
        ({**GOOD, "a": [1, [2]]}, "may hold numbers and null alone"),
        ({**GOOD, "a": [1]}, "must be equally long, and are {'epoch': 2, 'step': 2, 'a': 1}"),
        ({"epoch": [0], "a": [0]}, "must have 'step', all whole numbers"),
        ({"step": [0], "a": [0]}, "must have 'epoch', all whole numbers"),
        ({**GOOD, "epoch": [0, 1.0]}, "must have 'epoch', all whole numbers"),
        ({**GOOD, "step": [0, None]}, "must have 'step', all whole numbers"),
        ({**GOOD, "a": [1, 10**400]}, "hold a number that is too large (int too large to convert to float)"),
    ],
    ids=repr,
)
def test_what_are_no_curves_is_refused(data: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is compared below
        Curves.from_json(data)
    assert str(caught.value) == message
