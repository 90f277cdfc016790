"""Who is to blame, if several plugins share a process that ends: found out with processes that are made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from benchsuite.trying.process import Attempt
from benchsuite.trying.tried import TriedFirst
from benchsuite.trying.trying import settle


class World:
    """Processes in which some plugins end the process at once, and some later: at the next import, or at its end."""

    def __init__(self, at_once: str = "", at_the_next: str = "", at_the_end: str = "", told: bool = True) -> None:
        self.at_once, self.at_the_next, self.at_the_end, self.told = at_once, at_the_next, at_the_end, told
        self.attempts: list[str] = []

    def __call__(self, keys: Sequence[str]) -> Attempt:
        self.attempts.append("".join(keys))
        one = Attempt(ready=True)
        for place, key in enumerate(keys):
            if key in self.at_once or (place and keys[place - 1] in self.at_the_next):
                one.at, one.reason = key, "it ended"
                return one
            one.done[key] = TriedFirst()
            if key in self.at_the_end and self.told:
                one.leaving.append(key)
        if set(keys) & {*self.at_the_end} or keys[-1] in self.at_the_next:
            one.reason = "it did not end"
        return one


def broken(keys: str, world: World) -> str:
    found = settle(list(keys), world)
    assert sorted(found) == sorted(keys)
    return "".join(key for key in keys if found[key].reason)


@pytest.mark.parametrize("bad", ["", "a", "c", "h", "abc", "gh", "aceg", "abcdefgh"])
@pytest.mark.parametrize(
    "world",
    [
        lambda bad: World(at_once=bad),
        lambda bad: World(at_the_next=bad),
        lambda bad: World(at_the_end=bad),
        lambda bad: World(at_the_end=bad, told=False),
    ],
)
def test_the_right_ones_are_blamed(bad: str, world: Callable[[str], World]) -> None:
    assert broken("abcdefgh", world(bad)) == bad


def test_good_ones_share_one_process() -> None:
    world = World()
    assert broken("abcdefgh", world) == ""
    assert world.attempts == ["abcdefgh"]


def test_one_that_ends_it_costs_three_more() -> None:
    world = World(at_once="d")
    assert broken("abcdefgh", world) == "d"
    assert world.attempts == ["abcdefgh", "d", "abc", "efgh"]


def test_several_in_front_cost_one_each() -> None:
    world = World(at_once="abc")
    assert broken("abcdef", world) == "abc"
    assert world.attempts == ["abcdef", "bcdef", "cdef", "def"]


def test_those_that_leave_something_are_tried_alone() -> None:
    world = World(at_the_end="bf")
    assert broken("abcdefgh", world) == "bf"
    assert world.attempts == ["abcdefgh", "acdegh", "b", "f"]


def test_of_a_process_that_cannot_start_nothing_is_learned() -> None:
    assert settle(["a", "b"], lambda _: Attempt(reason="it ended")) == {}
