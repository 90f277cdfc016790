"""Who draws, or looks at the clock, while something is built: a function of Python's or NumPy's that no seed of a trial reaches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from benchsuite.conformance.places import Own, Place

CLOCKS = ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "process_time")


@dataclass(frozen=True)
class Drawn:
    """A call that asks chance.

    Args:
        function: What was called, such as ``numpy.random.normal``.
        place: The author's line that called it.
    """

    function: str
    place: Place


def chance_in(build: Callable[[], Any], own: Own) -> Drawn | None:
    """Build something; return the first call of the author's own that asks chance, or the clock, if there is one."""
    found: list[Drawn] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if found or event not in ("c_call", "call"):
            return
        caller = frame if event == "c_call" else frame.f_back
        if caller is None or not own(caller.f_code.co_filename):
            return
        name = _of_builtin(argument) if event == "c_call" else _of_python(frame)
        if name:
            found.append(Drawn(name, Place(caller.f_code.co_filename, caller.f_lineno, caller.f_code.co_name)))

    before = sys.getprofile()
    with _numpy_watched(found, own):
        sys.setprofile(watch)
        try:
            build()
        finally:
            sys.setprofile(before)
    return found[0] if found else None


@contextmanager
def _numpy_watched(found: list[Drawn], own: Own) -> Iterator[None]:
    """Note who calls what numpy.random holds: its functions are compiled in a way that no profiler is told of."""
    originals = {name: value for name, value in vars(np.random).items() if callable(value) and name[0] != "_"}

    def watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            code = sys._getframe(1)
            if not found and own(code.f_code.co_filename):
                found.append(
                    Drawn(f"numpy.random.{name}", Place(code.f_code.co_filename, code.f_lineno, code.f_code.co_name))
                )
            return function(*arguments, **named)

        return call

    kept = {name: value for name, value in originals.items() if not isinstance(value, type)}
    for name, function in kept.items():
        setattr(np.random, name, watched(name, function))
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(np.random, name, function)


def _of_builtin(function: Any) -> str:
    name = getattr(function, "__name__", "")
    owner = getattr(function, "__self__", None)
    module = getattr(owner, "__name__", "") or getattr(function, "__module__", "") or ""
    kind = type(owner).__name__
    if kind in ("RandomState", "Generator") or str(module).startswith("numpy.random"):
        return f"numpy.random.{name}"
    if kind == "Random" or module in ("_random", "random"):
        return f"random.{name}"
    if module == "builtins" and name in ("id", "hash"):
        return f"{name}()"
    return f"time.{name}" if module == "time" and name in CLOCKS else ""


def _of_python(frame: FrameType) -> str:
    module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    if module == "random" and not name.startswith("_"):
        return f"random.{name}"
    if module == "datetime" or (module == "uuid" and name.startswith("uuid")):
        return f"{module}.{name}"
    return ""


CHANCE = (
    "Draw in a program from bs.noise (bs.noise.normal(shape)), outside from the generator that you are given. numpy.random, random, "
    "time, id() and hash() are asked once, while the program is traced: what they answer is a constant of it, another one each time."
)
