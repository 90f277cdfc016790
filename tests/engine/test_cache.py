"""The one cache of a session: bounded by number or size, the value used longest ago goes, and what was made from it."""

import pytest

from benchsuite.engine.cache import Cache


def never():
    raise AssertionError("made again")


def test_a_value_is_made_once_and_what_was_used_longest_ago_goes():
    cache = Cache(2)
    assert [cache.get((name,), lambda name=name: name.upper()) for name in "ab"] == ["A", "B"]
    assert cache.get(("a",), never) == "A"
    cache.get(("c",), lambda: "C")
    assert cache.values == ["A", "C"]
    assert ("b",) not in cache


def test_of_those_whose_key_begins_so_the_suitable_one_used_last_is_found():
    cache = Cache(4)
    for number in (1, 2, 3):
        cache.get(("a", number), lambda number=number: number)
    cache.get(("b", 4), lambda: 4)
    assert cache.find(("a",), lambda value: value > 0) == ("a", 3)
    cache.get(("a", 1), never)
    assert cache.find(("a",), lambda value: value < 3) == ("a", 1)
    assert cache.find(("a",), lambda value: value > 3) is None
    cache.drop_value(1)
    assert cache.find(("a",), lambda value: value < 3) == ("a", 2)


def test_a_number_makes_room_before_the_next_is_made():
    cache, seen = Cache(1), []
    for name in "ab":
        cache.get((name,), lambda: seen.append(len(cache)))
    assert seen == [0, 0]


def test_a_size_makes_room_afterwards_and_the_newest_stays_however_large():
    cache = Cache(most_bytes=10, size=len)
    for name, size in (("a", 4), ("b", 4)):
        cache.get((name,), lambda size=size: "x" * size)
    assert len(cache) == 2
    cache.get(("c",), lambda: "x" * 4)
    assert cache.values == ["xxxx", "xxxx"]
    assert ("a",) not in cache
    cache.get(("full",), lambda: "xx")  # ten together: the size itself is within
    assert cache.values == ["xxxx", "xxxx", "xx"]
    cache.get(("d",), lambda: "x" * 99)
    assert cache.values == ["x" * 99]


def test_dependents_go_with_what_they_were_made_from_and_theirs_too():
    dropped = []
    deep = Cache(9)
    middle = Cache(9, dependents=[deep])
    top = Cache(1, dependents=[middle], dropped=lambda: dropped.append(len(middle)))
    top.get(("a",), lambda: 1)
    for key in (("a", None), ("a", (0, 2)), ("other", None)):
        middle.get(key, lambda: 2)
        deep.get((*key, "standardize"), lambda: 3)
    top.get(("b",), lambda: 1)
    assert dropped == [1]
    assert ("other", None) in middle
    assert len(deep) == 1
    assert ("other", None, "standardize") in deep


def test_what_could_not_be_made_is_not_kept():
    cache = Cache(2)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            cache.get(("a",), lambda: 1 / 0)
    assert len(cache) == 0
    cache.get(("a",), lambda: 1)
    cache.clear()
    assert cache.values == []
