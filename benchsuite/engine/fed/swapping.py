"""The second way to hand over a fed number, for code that insists on floats: made with a float, which is then replaced.

Where an object holds the value is found by making it with several: of the object, of the layers, lists and dictionaries in it, and
of what its functions close over, those places that hold the value each time. If anything else differs, nothing is replaced.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from benchsuite.engine.fed.number import Fed, Number, present
from benchsuite.errors import BenchsuiteError

DEEPEST = 12
NAMES = ("name", "_name", "_path", "_auto_config", "_tracker", "_self_setattr_tracking")
"""Attributes that differ between any two objects, or lead back to their surroundings."""
LIBRARIES = ("tensorflow", "numpy", "absl", "ml_dtypes")
"""Whose objects are looked at, and not into."""
Place = tuple[str, ...]


def places_of(make: Callable[[Number], Any], values: Sequence[Number]) -> frozenset[Place]:
    """Return the places that hold a value in what is made with it.

    Args:
        make: Makes an object with a value.
        values: Several; the first two tell the value from constants.

    Raises:
        BenchsuiteError: If there are none, or if something else depends on the value.
    """
    first, again, *others = [_values(make(value)) for value in (values[0], *values)]
    found = {
        place
        for place, held in first.items()
        if _is(held, values[0]) and place in others[0] and _is(others[0][place], values[1])
    }
    chance = _differing(first, again)
    elsewhere = {place for other in others for place in _differing(first, other)} - found - chance
    if elsewhere:
        raise BenchsuiteError(f"{'.'.join(sorted(elsewhere)[0])} is computed from it.")
    if not found:
        raise BenchsuiteError("no attribute is the value.")
    return frozenset(found)


def put(made: Any, places: frozenset[Place], number: Any) -> None:
    """Replace what stands at some places.

    Raises:
        BenchsuiteError: If one of them is no more, or cannot be changed.
    """
    left = set(places)
    for place, holder, name, _ in list(walk(made, ())):
        if place in left:
            _put(holder, name, number)
            left.remove(place)
    if left:
        raise BenchsuiteError(f"{'.'.join(sorted(left)[0])} is no place that can be changed.")


def settle(made: Any) -> None:
    """Replace every fed number that an object holds by its present value; the object belongs to no program any more."""
    for _, holder, name, value in list(walk(made, ())):
        if isinstance(value, Fed):
            _put(holder, name, present(value))


def _values(made: Any) -> dict[Place, np.ndarray]:
    return {place: value for place, _, _, inner in walk(made, ()) if (value := array_of(inner)) is not None}


def array_of(value: Any) -> np.ndarray | None:
    """Return numbers, arrays, tensors and variables as arrays; ``None`` for anything else."""
    import keras
    import tensorflow as tf

    if isinstance(value, bool | int | float | np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, tf.Tensor | tf.Variable | keras.Variable):
        return None if value.dtype in (tf.resource, tf.variant) else np.asarray(value.numpy())
    return None


def _differing(one: dict[Place, np.ndarray], other: dict[Place, np.ndarray]) -> set[Place]:
    return {
        place
        for place in one.keys() | other.keys()
        if place not in one or place not in other or one[place].tobytes() != other[place].tobytes()
    }


def _is(held: np.ndarray, value: Number) -> bool:
    return (
        not held.shape and held.dtype != bool and bool(held == np.asarray(value, held.dtype)) and held.dtype.kind == "f"
    )


def walk(made: Any, place: Place, seen: set[int] | None = None) -> Iterator[tuple[Place, Any, Any, Any]]:
    """Yield place, holder, name and value of everything that an object holds."""
    seen = set() if seen is None else seen
    if id(made) in seen or len(place) > DEEPEST:
        return
    seen.add(id(made))
    for name, value in _held(made):
        if name not in NAMES:
            inside = (*place, str(name))
            yield inside, made, name, value
            if array_of(value) is None and not isinstance(value, str | bytes | type | types.ModuleType | None):
                yield from walk(value, inside, seen)


def _held(made: Any) -> list[tuple[Any, Any]]:
    if isinstance(made, dict):
        return list(made.items())
    if isinstance(made, list | tuple):
        return list(enumerate(made))
    if isinstance(made, types.FunctionType):
        if made.__module__.partition(".")[0] in (*LIBRARIES, "keras"):
            return []
        cells = zip(made.__code__.co_freevars, made.__closure__ or (), strict=True)
        return [(name, cell.cell_contents) for name, cell in cells if cell != types.CellType()]
    if isinstance(made, types.MethodType):
        return [("__self__", made.__self__), ("__func__", made.__func__)]
    known = type(made).__module__.partition(".")[0] in LIBRARIES
    return [] if known else list(getattr(made, "__dict__", {}).items())


def _put(holder: Any, name: Any, value: Any) -> None:
    if isinstance(holder, dict | list):
        holder[name] = value
    elif isinstance(holder, types.FunctionType):
        (holder.__closure__ or ())[holder.__code__.co_freevars.index(name)].cell_contents = value
    elif isinstance(holder, tuple):
        raise BenchsuiteError(f"{name} stands in a tuple.")
    else:
        object.__setattr__(holder, name, value)  # Keras' own setter would track it
