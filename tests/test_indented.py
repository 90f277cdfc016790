"""Indented JSON is what Python's own encoder makes, letter for letter."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.indented import indented

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


class Pair(NamedTuple):
    first: int
    second: list[int]


def usual(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)


@given(values)
def test_every_value_is_written_as_python_writes_it(value: Any) -> None:
    assert indented(value) == usual(value)


@pytest.mark.parametrize(
    "value",
    [
        {"b": [[]], "a": {}, "c": [{}, [1, [2, (3,)]], ()]},
        Pair(1, [2]),
        [OrderedDict(z=1, a=[2]), {"x": OrderedDict(b=Pair(1, []))}],
        [np.float64(0.1), {"a": np.float64(1e300)}],
        {"text": 'quoted " and \\ and \n and \u2028 and é'},
        1e22,
        "a\ttab",
    ],
)
def test_nested_ones_of_any_type_too(value: Any) -> None:
    assert indented(value) == usual(value)


@pytest.mark.parametrize("wrong", [float("nan"), [float("inf")], {"a": {"b": [float("-inf")]}}])
def test_what_is_no_number_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        indented(wrong)


@pytest.mark.parametrize("wrong", [object(), [1, {2}], {"a": {1: []}}, {1: [2]}, {1: 2}])
def test_what_is_no_json_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError):
        indented(wrong)
