"""Whether what a component makes differs from one trial to another in nothing but the numbers that a program is fed.

Code may decide by a number while it makes its object, where nobody is asked: by ``isinstance``, by a float that it was handed,
by the name of a method that it keeps. So an object that was made with fed numbers is compared with one that is made with plain
ones, piece by piece: types, functions, texts and numbers. A program serves a trial only if its components' objects would
be the same for it, but for the places where fed numbers stand, and there with the trial's own values.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.number import Fed, Number, plain
from benchsuite.engine.fed.swapping import Place, array_of, walk

Described = dict[Place, Any]


class Likeness:
    """One component's object of a program, and what it has in common with those that other numbers make.

    Args:
        feeding: Of the program.
        fed: Names of the fed numbers of the component.
        handed: Makes the object with them.
        made: Makes it with plain numbers instead: hyperparameter's name in the feeding → value.
    """

    def __init__(
        self,
        feeding: Feeding,
        fed: frozenset[str],
        handed: Callable[[], Any],
        made: Callable[[Mapping[str, Number]], Any],
    ) -> None:
        self._fed, self._made = fed, made
        whole = described(handed())
        self._places = {place: value for place, value in whole.items() if isinstance(value, Fed)}
        values = {name: feeding.values[name] for name in fed}
        self._first, again = described(made(values)), described(made(values))
        self._chance = _differing(self._first, again)
        self._known: dict[tuple[Number, ...], bool] = {}
        self.lost = frozenset(fed if self._differs(whole, values) else ())
        """Fed numbers of an object that is another one with plain numbers: they must be baked."""

    def serves(self, values: Mapping[str, Number]) -> bool:
        """Say whether other numbers make the same object but for those that are fed."""
        own = {name: values[name] for name in sorted(self._fed)}
        key = tuple(own.values())
        if key not in self._known:
            self._known[key] = not self._differs(described(self._made(own)), own)
        return self._known[key]

    def _differs(self, found: Described, values: Mapping[str, Number]) -> bool:
        if _differing(self._first, found) - self._chance - self._places.keys():
            return True
        return any(
            not _stands_for(found.get(place), plain(number, values))
            for place, number in self._places.items()
            if place not in self._chance
        )


def _stands_for(held: Any, number: Number) -> bool:
    """Say whether what stands at the place of a fed number is its value: as a float, or as what a library made of one."""
    if isinstance(held, Fed):
        return True
    return isinstance(held, tuple) and len(held) == 3 and held == _number(np.asarray(number, held[0]))


def described(made: Any) -> Described:
    """Return what an object is made of: place → what stands there, of which equal things are equal; fed numbers as they are."""
    found: Described = {(): _what(made)}
    for place, _, _, value in walk(made, ()):
        found[place] = _what(value)
    return found


def _what(value: Any) -> Any:
    if isinstance(value, Fed | str | bytes | None):
        return value
    if isinstance(value, types.FunctionType):
        return value.__code__
    if isinstance(value, type):
        return (value.__module__, value.__qualname__)
    array = array_of(value)
    if array is not None:
        return _number(array)
    return (type(value).__module__, type(value).__qualname__)


def _number(value: Any) -> Any:
    array = array_of(value)
    assert array is not None
    return (array.dtype.str, array.shape, array.tobytes())


def _differing(one: Described, other: Described) -> set[Place]:
    return {
        place
        for place in one.keys() | other.keys()
        if place not in one or place not in other or not _same(one[place], other[place])
    }


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Fed) or isinstance(other, Fed):
        return one is other
    return bool(one == other)
