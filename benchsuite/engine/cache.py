"""What a session keeps for the next trials: a few values, those that were used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
Key = tuple[Any, ...]


class Cache(Generic[Value]):
    """Keeps values by key, bounded by their number or their size; what was used longest ago is dropped.

    A value whose size is known before it is made makes room first, so that two of them are never there at once; one that
    must be made to be measured makes room afterwards, and stays however large it is.

    Args:
        most: How many values; any number unless given.
        most_bytes: Their size together; any unless given.
        size: Bytes of a value.
        dependents: Caches of what is made from these values: where their keys begin with a key that is dropped here, they
            are dropped as well.
        dropped: Called after values were dropped.
    """

    def __init__(
        self,
        most: int | None = None,
        most_bytes: int | None = None,
        size: Callable[[Value], int] = lambda _: 0,
        dependents: Sequence[Cache[Any]] = (),
        dropped: Callable[[], object] = lambda: None,
    ) -> None:
        self._most, self._most_bytes, self._size = most, most_bytes, size
        self._dependents, self._dropped = tuple(dependents), dropped
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def values(self) -> list[Value]:
        """The values, the one used last at the end."""
        return list(self._kept.values())

    def find(self, key: Key, suits: Callable[[Value], bool]) -> Key | None:
        """Return the key that begins so and whose value suits, of several the one used last; ``None`` if there is none."""
        fitting = (held for held in reversed(self._kept) if held[: len(key)] == key and suits(self._kept[held]))
        return next(fitting, None)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key; it is made and kept if it is not there.

        Args:
            key: Hashable; begins with the key of what it depends on.
            make: Makes the value. If it raises, nothing is kept.
        """
        if key not in self._kept:
            while self._most is not None and len(self) >= self._most:
                self.drop(next(iter(self._kept)))
            self._kept[key] = make()
            while self._most_bytes is not None and len(self) > 1 and self._bytes > self._most_bytes:
                self.drop(next(iter(self._kept)))
        self._kept.move_to_end(key)
        return self._kept[key]

    def drop(self, key: Key) -> None:
        """Drop a value that is kept, and what depends on it."""
        del self._kept[key]
        for cache in self._dependents:
            for held in [held for held in cache._kept if held[: len(key)] == key]:
                cache.drop(held)
        self._dropped()

    def drop_value(self, value: Value) -> None:
        """Drop a value that is kept, whatever its key."""
        for key in [key for key, held in self._kept.items() if held is value]:
            self.drop(key)

    def clear(self) -> None:
        """Drop everything."""
        for key in list(self._kept):
            self.drop(key)

    @property
    def _bytes(self) -> int:
        return sum(self._size(value) for value in self._kept.values())
