"""Where numbers stop being finite: the first operation of an optimizer's step that makes nan or infinity of finite numbers."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.components import Optimizer
from benchsuite.conformance.objects import Descent, Make
from benchsuite.conformance.places import Own, Place
from benchsuite.engine.few_numbers import names_kept

STEPS = 5
DEPTHS = (1.0, 0.0)
"""Bowls in which steps are done: gradients that are not 0, then gradients that are."""
QUOTIENTS = ("RealDiv", "Div", "Reciprocal", "Inv", "Rsqrt")
ROOTS = ("Sqrt", "Pow")
LOGARITHMS = ("Log", "Log1p")

EPSILON = "Likely a norm, or a root of squares, of gradients that are 0. Add an epsilon to the divisor: g / (keras.ops.sqrt(v) + 1e-7)."
FROM_ONE = (
    "Likely a bias correction that counts from 0: self.iterations is 0 in the first step, and 1 − β**0 is 0. Count from 1: "
    "t = keras.ops.cast(self.iterations + 1, variable.dtype)."
)
ROOT = (
    "A root of what is negative: a difference such as v − m² may be below 0, if only by rounding. Write "
    "keras.ops.sqrt(keras.ops.maximum(x, 0.0)), with an epsilon where it divides."
)
LOGARITHM = "A logarithm of 0 or less: write keras.ops.log(keras.ops.maximum(x, 1e-7))."
LARGE = (
    "The numbers outgrow float32: is the sign of the step right (gradients point uphill: subtract), is the default of learning_rate "
    "small enough, and does nothing grow from step to step, such as a sum where a mean is meant?"
)


@dataclass(frozen=True)
class Culprit:
    """The operation with which it began.

    Args:
        words: What happened, such as ``a division by 0 in step 1``.
        cure: The likely mistake, and what to write instead.
        place: The author's line, if one called it.
    """

    words: str
    cure: str
    place: Place | None = None


def first_not_finite(
    component: Optimizer, make: Make, rate: float, own: Own, depths: Sequence[float] = DEPTHS
) -> Culprit | None:
    """Do steps of an optimizer one operation at a time; return the first that makes numbers that are not finite.

    Args:
        component: The optimizer.
        make: Makes it.
        rate: The learning rate.
        own: Says which files are the author's.
        depths: Of the bowls in which it is tried, in order.

    Returns:
        The operation; ``None`` where weights and state stay finite, or an operation of the author's raises.
    """
    for depth in depths:
        try:
            with names_kept():
                begun = _in_a_bowl(component, make, rate, own, depth)
        except Exception:  # another promise tells of it
            return None
        if begun is not None:
            return begun
    return None


def _in_a_bowl(component: Optimizer, make: Make, rate: float, own: Own, depth: float) -> Culprit | None:
    run = Descent(component, make, depth=depth)
    for step in range(STEPS):
        watch = _Watch(own, step, depth)
        with watch:
            run.run(1, rate)
        if not all(np.isfinite(v.numpy()).all() for v in (*run.trained, *run.made.variables) if _floating(v)):
            return watch.begun or Culprit(f"in step {step + 1} weights or state are not finite", LARGE)
    return None


def _floating(variable: Any) -> bool:
    return np.issubdtype(np.asarray(variable.numpy()).dtype, np.floating)


class _Watch:
    """Looks at what each operation gives while it is entered, and keeps the first that makes finite numbers infinite or nan.

    Args:
        own: Says which files are the author's.
        step: Number of the step.
        depth: Of the bowl.
    """

    def __init__(self, own: Own, step: int, depth: float) -> None:
        self._own, self._step, self._depth = own, step, depth
        self.begun: Culprit | None = None

    def __enter__(self) -> _Watch:
        from tensorflow.python.framework import op_callbacks

        op_callbacks.add_op_callback(self._look)
        return self

    def __exit__(self, *error: object) -> None:
        from tensorflow.python.framework import op_callbacks

        op_callbacks.remove_op_callback(self._look)

    def _look(
        self, kind: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        if self.begun is not None or graph is not None or kind in (b"Const", "Const"):
            return
        given, made = _finite(inputs), _finite(outputs)
        if made or not given:
            return
        name = kind.decode() if isinstance(kind, bytes) else str(kind)
        self.begun = self._told(name, inputs, _calls(self._own))

    def _told(self, name: str, inputs: Any, place: Place | None) -> Culprit:
        at = f"in step {self._step + 1}" + ("" if self._depth else ", of gradients that are 0")
        values = [np.asarray(one.numpy()) for one in inputs if one.dtype.is_floating]
        if name in QUOTIENTS and any(np.any(value == 0) for value in values[-1:]):
            counts = self._step == 0 and self._depth != 0 and "iterations" in _written(place)
            return Culprit(f"a division by 0 {at}", FROM_ONE if counts else EPSILON, place)
        if name in (*ROOTS, "Rsqrt") and any(np.any(value < 0) for value in values[:1]):
            return Culprit(f"a root of a negative number {at}", ROOT, place)
        if name in LOGARITHMS:
            return Culprit(f"a logarithm of 0 or less {at}", LOGARITHM, place)
        return Culprit(f"numbers beyond those of float32 {at}, by {name}", LARGE, place)


def _finite(tensors: Any) -> bool:
    return all(
        np.isfinite(one.numpy()).all() for one in tensors if getattr(getattr(one, "dtype", None), "is_floating", False)
    )


def _written(place: Place | None) -> str:
    """Return the source of a function down to a line of it."""
    if place is None:
        return ""
    lines = linecache.getlines(place.file)[: place.line]
    begin = [number for number, line in enumerate(lines) if line.lstrip().startswith(f"def {place.function}(")]
    return "".join(lines[begin[-1] :]) if begin else ""


def _calls(own: Own) -> Place | None:
    frame = sys._getframe(2)
    at: Any = frame
    while at is not None:
        if own(at.f_code.co_filename):
            return Place(at.f_code.co_filename, at.f_lineno, at.f_code.co_name)
        at = at.f_back
    return None
