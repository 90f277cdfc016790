"""What is shown of more than fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchsuite.report.shown import best_of_each, spread

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=30)


@given(ROWS, st.integers(1, 12))
def test_baselines_and_the_first_of_each_name_come_before_any_second_one(rows: list[tuple[str, bool]], most: int):
    numbered = list(enumerate(rows))
    kept = best_of_each(numbered, most, lambda item: item[1][0], lambda item: item[1][1])
    assert len(kept) == min(most, len(rows))
    assert kept == sorted(kept)
    left = [item for item in numbered if item not in kept]
    firsts = {number for number, (name, _) in numbered if name not in [other for other, _ in rows[:number]]}
    if any(base for _, (_, base) in left):
        assert all(base for _, (_, base) in kept)
    elif any(number in firsts for number, _ in left):
        assert all(base or number in firsts for number, (_, base) in kept)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.integers(2, 10))
def test_spread_values_are_some_of_them_with_both_ends(values: list[float], most: int):
    found = spread(values, most)
    assert len(found) == min(most, len(values))
    assert (min(found), max(found)) == (min(values), max(values))
    assert set(found) <= set(values)
