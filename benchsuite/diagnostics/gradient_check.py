"""Whether a gradient is that of its function: analytic against central differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

RANDOM_DIRECTIONS = 3
"""For each variable, beside that of its own gradient."""
STEPS = (8.0, 1.0, 0.125)
"""As multiples of h: what a kink or a curve adds changes with the step, what a wrong gradient does stays."""
STAYS = 0.5
"""Two steps see the same mistake where they differ by at most so much of it, doubts counted."""
ROUNDING = 32.0
"""A value is trusted to so many units of the last place: it is a sum of many."""
TOLERANCES: Mapping[str, float] = {"float64": 1e-6, "float32": 1e-2}
"""Relative error that is still right, by the precision in which the function is computed."""
SOURCE = (
    "N2, gradient check; a relative error above 1e-2 usually means that the gradient is wrong (Karpathy, CS231n, Gradient Checks), held "
    "to in float32; in float64, where differences are exact to about 1e-10, 1e-6"
)
REMEDY_UNSEEN = (
    "Check the layer or loss by itself in float64, with check_gradient of benchsuite.diagnostics.gradient_check: rounding is 5e8 times "
    "smaller there."
)
REMEDY = "Look at the gradient of what acts on these variables, such as tf.custom_gradient or tf.stop_gradient in a layer or loss."


@dataclass(frozen=True)
class Checked:
    """One variable, checked.

    Args:
        name: Of the variable.
        error: The largest relative error \\|a − n\\|/max(\\|a\\|, \\|n\\|) of the directions that tell; NaN where the check cannot tell.
        analytic: The derivative a = gᵀd along the direction of that error.
        numeric: n = (f(θ + h·d) − f(θ − h·d))/2h along it.
        directions: How many were tried.
        hidden: Along how many of them the check cannot tell.
    """

    name: str
    error: float
    analytic: float
    numeric: float
    directions: int = 1
    hidden: int = 0


def check_gradient(
    function: Callable[[np.ndarray], float],
    gradient: np.ndarray,
    at: np.ndarray,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    *,
    precision: str = "float64",
    seed: int = 0,
) -> list[Checked]:
    """Compare a gradient with central differences, variable by variable.

    Along a direction d of length 1 within a variable, gᵀd against (f(θ + h·d) − f(θ − h·d))/2h with three steps: 8h, h and h/8 for
    h = ε^⅓·max(1, max|θ|). d is the variable's own gradient, where mistakes of scale show most, and three random ones, where parts
    that are missing show. Rounding leaves a doubt of 32·ε·|f|/h in n. With tolerance τ and s = max(|a|, |n|) a step says *right* where
    |a − n| ≤ τ·s and the doubt is at most τ·s; *wrong* where |a − n| − doubt > τ·s; else nothing. A direction is right where some
    step says so, since a kink within h of θ is no error; wrong where none does, and the n of two steps that say wrong lie,
    both doubts counted, within half of |a − n| of each other: what kinks add changes more. Else it cannot tell. A variable is told
    where one direction is wrong, or that of its own gradient is right, or, where the gradient is 0, all others are.

    Args:
        function: θ → f(θ), for float64 ``[size]``. For a layer, the sum of its outputs with fixed random weights.
        gradient: g at ``at``, ``[size]``.
        at: θ.
        shapes: Name → shape of the variables in θ, in order; one called ``all`` unless given.
        precision: In which f is computed: ``float64`` or ``float32``.
        seed: Of the directions.
    """
    at, gradient = np.asarray(at, "float64"), np.asarray(gradient, "float64")
    rounding, limit = float(np.finfo(precision).eps), TOLERANCES[precision]
    random = np.random.default_rng(seed)
    found, first = [], 0
    for name, shape in (shapes or {"all": at.shape}).items():
        place = slice(first, first + math.prod(shape))
        first = place.stop
        step = rounding ** (1 / 3) * max(1.0, float(np.abs(at[place]).max(initial=0.0)))
        lines = []
        for direction in _directions(gradient, place, random):
            # The variable's own part only: elsewhere d is 0, and what is not finite there is not its fault.
            slant = float(gradient[place] @ direction[place])
            lines.append(
                _judged([_difference(function, slant, at, direction, h * step, rounding) for h in STEPS], limit)
            )
        told = [one for one in lines if one is not None]
        worst = max(told, key=lambda one: one.error, default=None)
        own = lines[:1] if gradient[place].any() else lines
        if worst is None or (worst.error <= limit and None in own):
            found.append(Checked(name, math.nan, math.nan, math.nan, len(lines), len(lines) - len(told)))
        else:
            found.append(Checked(name, worst.error, worst.analytic, worst.numeric, len(lines), len(lines) - len(told)))
    return found


def _directions(gradient: np.ndarray, place: slice, random: np.random.Generator) -> list[np.ndarray]:
    """Return directions of length 1 within a variable."""
    parts = [gradient[place], *random.standard_normal((RANDOM_DIRECTIONS, place.stop - place.start))]
    directions = []
    for part in parts:
        length = float(np.linalg.norm(part))
        if 0 < length < math.inf:
            direction = np.zeros(len(gradient))
            direction[place] = part / length
            directions.append(direction)
    return directions


@dataclass(frozen=True)
class _Difference:
    """A derivative, its central difference with one step, and what rounding may have added to that."""

    analytic: float
    numeric: float
    doubt: float

    @property
    def scale(self) -> float:
        return max(abs(self.analytic), abs(self.numeric))

    @property
    def error(self) -> float:
        if not (math.isfinite(self.analytic) and math.isfinite(self.numeric)):
            return math.inf
        return abs(self.analytic - self.numeric) / self.scale if self.scale else 0.0

    def right(self, limit: float) -> bool:
        return self.error <= limit and self.doubt <= limit * self.scale

    def wrong(self, limit: float) -> bool:
        return self.error == math.inf or self.error * self.scale - self.doubt > limit * self.scale

    def same(self, other: _Difference, limit: float) -> bool:
        if not (math.isfinite(self.numeric) and math.isfinite(other.numeric) and math.isfinite(self.analytic)):
            return self.error == other.error
        apart = min(self.error * self.scale, other.error * other.scale)
        return abs(self.numeric - other.numeric) + self.doubt + other.doubt <= max(
            STAYS * apart, limit * max(self.scale, other.scale)
        )


def _difference(
    function: Callable[[np.ndarray], float],
    analytic: float,
    at: np.ndarray,
    direction: np.ndarray,
    step: float,
    rounding: float,
) -> _Difference:
    """Return the central difference with one step."""
    above, below = function(at + step * direction), function(at - step * direction)
    return _Difference(analytic, (above - below) / (2 * step), ROUNDING * rounding * max(abs(above), abs(below)) / step)


def _judged(tried: Sequence[_Difference], limit: float) -> _Difference | None:
    """Return the difference that decides, right or wrong; ``None`` where none does."""
    if right := [one for one in tried if one.right(limit)]:
        return min(right, key=lambda one: one.error)
    wrong = [one for one in tried if one.wrong(limit)]
    agreed = [one for one in wrong if any(one is not other and one.same(other, limit) for other in wrong)]
    return min(agreed, key=lambda one: one.doubt / one.scale if math.isfinite(one.error) else 0.0, default=None)


def diagnose_gradients(checked: Sequence[Checked], precision: str = "float64") -> Diagnosis:
    """Say whether a gradient is right, of which variables it is not, and of which the check cannot tell.

    Args:
        checked: As :func:`check_gradient` gives them.
        precision: In which the function is computed.
    """
    limit = TOLERANCES[precision]
    numbers = {f"error_{one.name}": one.error for one in checked} | {"tolerance": limit}
    wrong = [one for one in checked if one.error > limit]
    unseen = [one.name for one in checked if math.isnan(one.error)]
    if wrong:
        worst = max(wrong, key=lambda one: one.error)
        names = ", ".join(one.name for one in wrong)
        said = (
            f"The gradient differs from central differences for {names}; most for {worst.name}: {worst.analytic:.6g} against "
            f"{worst.numeric:.6g}, relative error {worst.error:.2g} where {limit:g} is allowed in {precision}."
        )
        return Diagnosis("gradient_check", "wrong", said, True, REMEDY, numbers, SOURCE)
    if len(unseen) == len(checked):
        said = f"Rounding in {precision} hides every derivative, or hides whether it is within {limit:g}."
        return Diagnosis("gradient_check", "cannot tell", said, False, REMEDY_UNSEEN, numbers, SOURCE)
    told = [one for one in checked if not math.isnan(one.error)]
    said = (
        f"The gradients of {len(told)} variable{'s' * (len(told) != 1)} agree with central differences to "
        f"{max(one.error for one in told):.2g}, where {limit:g} is allowed in {precision}."
    )
    if unseen:
        said += f" Of {', '.join(unseen)} rounding hides whether they do."
        return Diagnosis("gradient_check", "cannot tell", said, False, REMEDY_UNSEEN, numbers, SOURCE)
    if hidden := sum(one.hidden for one in told):
        said += (
            f" Rounding hides {hidden} of {sum(one.directions for one in told)} directions, all of them random: "
            "a small part that is missing may not show."
        )
    return Diagnosis("gradient_check", "right", said, False, numbers=numbers, source=SOURCE)
