"""An axis of a task: numbers from small to large, the task's own among them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

import benchsuite as bs


def test_an_axis_holds_what_was_written() -> None:
    axis = bs.Axis([16, 32, 64], default=32, summary="Units of a hidden layer.")
    assert (axis.values, axis.default) == ((16, 32, 64), 32)
    with pytest.raises(FrozenInstanceError):
        axis.default = 16  # type: ignore[misc]


RISING = "values of an axis must be two or more finite numbers from small to large. Received: "
AMONG = "the default of an axis must be the task's own value, one of 1, 2. Received: "


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"values": [32]}, f"{RISING}[32]."),
        ({"values": [32, 16]}, f"{RISING}[32, 16]."),
        ({"values": [1, 1]}, f"{RISING}[1, 1]."),
        ({"values": [1, float("nan")]}, f"{RISING}[1, nan]."),
        ({"values": [False, True]}, f"{RISING}[False, True]."),
        ({"values": [1, "2"]}, f"{RISING}[1, '2']."),
        ({"values": "12"}, "values of an axis must be a list of numbers from small to large. Received: '12'."),
        ({"default": 3}, f"{AMONG}3."),
        ({"default": True}, f"{AMONG}True."),
        ({"default": None}, f"{AMONG}None."),
        ({"summary": "x" * 301}, "summary of an axis must be text of at most 300 letters. Received: "),
        ({"summary": 3}, "summary of an axis must be text of at most 300 letters. Received: 3."),
    ],
)
def test_what_is_no_axis_is_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        bs.Axis(**{"values": [1, 2], "default": 1, **fields})
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)
