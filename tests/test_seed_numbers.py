"""Which seeds a text means: a number, a list, ranges; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.seed_numbers import joined, seed_numbers
from benchsuite.study import Study


@pytest.mark.parametrize(
    ("written", "seeds"),
    [
        (4, [0, 1, 2, 3]),
        ("4", [0, 1, 2, 3]),
        ("0-9", list(range(10))),
        ("3,5", [3, 5]),
        (" 0 - 2 , 10 ", [0, 1, 2, 10]),
        ("7-7", [7]),
        ("5,0-2", [5, 0, 1, 2]),
        ([3, 5], [3, 5]),
        ([3], [3]),  # of a list each is a seed
        (["0-2", 10], [0, 1, 2, 10]),
        (["4"], [4]),
    ],
)
def test_a_number_a_list_and_ranges(written: Any, seeds: list[int]) -> None:
    assert list(Study(seeds=written).seed_numbers) == seeds


@pytest.mark.parametrize(
    "written", ["", ",", "3,", "-1", "1-", "5-3", "3,3", "0-4,4", "0", "1.5", "a", "1000001", "0-1000000", "1000000000-1000000001",
                [], [True], [1.5], [[1]], -1, None, 2.0]
)  # fmt: skip
def test_what_means_no_seeds_is_refused_with_what_is_possible(written: Any) -> None:
    with pytest.raises(bs.BenchsuiteError, match=r"^seeds must be a number of seeds from 1 to 1,000,000, or seeds and"):
        Study(seeds=written)


@given(st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=20, unique=True))
def test_a_list_of_seeds_is_these_seeds(seeds: list[int]) -> None:
    assert list(seed_numbers(joined(seeds))) == seeds


@given(st.integers(0, 10**9 - 1), st.integers(0, 50))
def test_both_ends_of_a_range_are_in_it(first: int, more: int) -> None:
    last = min(first + more, 10**9 - 1)
    assert list(seed_numbers(f"{first}-{last}")) == list(range(first, last + 1))
