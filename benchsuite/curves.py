"""Curves: what was measured after each epoch of a trial."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

import numpy as np

Number = float | int | None
"""A measured number; ``None`` if it is not finite."""
PARTS = ("train", "validation", "test")
"""The parts of a task's data; each measure has a curve for each."""


class Curves(Mapping[str, "np.ndarray"]):
    """Name → one number for each evaluated epoch, epoch 0 first; NaN where there is none. All are equally long.

    Args:
        values: Name → numbers; ``None`` and what is not finite become NaN.

    Raises:
        ValueError: If they are not equally long.
    """

    WHOLE: ClassVar = ("epoch", "step")
    """Names whose numbers are whole. Every trial that was measured has them."""

    __slots__ = ("_names", "_rows")

    def __init__(self, values: Mapping[str, Sequence[Number] | np.ndarray] | None = None) -> None:
        values = values or {}
        lengths = set(map(len, values.values()))
        if len(lengths) > 1:
            raise ValueError(f"must be equally long, and are { {name: len(row) for name, row in values.items()} }")
        self._names = tuple(values)
        self._rows = np.array(list(values.values()), "float64").reshape(len(values), lengths.pop() if lengths else 0)
        self._rows[~np.isfinite(self._rows)] = np.nan
        self._rows.flags.writeable = False

    @classmethod
    def from_json(cls, data: Any) -> Curves:
        """Read the record's form.

        Raises:
            ValueError: If it is not so.
        """
        if not isinstance(data, dict) or not all(isinstance(row, list) for row in data.values()):
            raise ValueError("must be an object of lists of numbers")
        if not {float, int, type(None)}.issuperset(map(type, chain.from_iterable(data.values()))):
            raise ValueError("may hold numbers and null alone")
        for name in cls.WHOLE:
            if data and not {int}.issuperset(map(type, data.get(name, ("",)))):
                raise ValueError(f"must have {name!r}, all whole numbers")
        try:
            return cls(data)
        except OverflowError as error:
            raise ValueError(f"hold a number that is too large ({error})") from None

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self._rows[self._names.index(name)]  # type: ignore[no-any-return]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __eq__(self, other: object) -> bool:
        """Say whether all numbers are the same bits, whatever the order of the names."""
        if not isinstance(other, Curves):
            return NotImplemented
        return self.keys() == other.keys() and all(self[name].tobytes() == other[name].tobytes() for name in self)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _unpickled, (self._names, self._rows.shape, self._rows.tobytes())

    def __repr__(self) -> str:
        return f"Curves({self.to_json()})"

    @property
    def epochs(self) -> int:
        """Number of evaluated epochs, epoch 0 included."""
        return int(self._rows.shape[1])

    def to_json(self) -> dict[str, list[Number]]:
        """Return the record's form."""
        return {
            name: [int(one) for one in row]
            if name in self.WHOLE
            else [one if math.isfinite(one) else None for one in row]
            for name, row in zip(self._names, self._rows.tolist(), strict=True)
        }


def _unpickled(names: tuple[str, ...], shape: tuple[int, int], content: bytes) -> Curves:
    curves = Curves.__new__(Curves)
    curves._names, curves._rows = names, np.frombuffer(content, "float64").reshape(shape)
    return curves
