"""Whether a gradient is that of its function: analytic against central differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

RANDOM_DIRECTIONS = 3
"""For each variable, beside that of its own gradient."""
SHRUNK = 8.0
"""The second step is so much smaller: what a kink or a curve adds shrinks with the step, what a wrong gradient does stays."""
ROUNDING = 32.0
"""A value is trusted to so many units of the last place: it is a sum of many."""
TOLERANCES: Mapping[str, float] = {"float64": 1e-6, "float32": 1e-2}
"""Relative error that is still right, by the precision in which the function is computed."""
SOURCE = (
    "N2, gradient check; a relative error above 1e-2 usually means that the gradient is wrong (Karpathy, CS231n, Gradient Checks), held "
    "to in float32; in float64, where differences are exact to about 1e-10, 1e-6"
)
REMEDY = "Look at the gradient of what acts on these variables, such as tf.custom_gradient or tf.stop_gradient in a layer or loss."


@dataclass(frozen=True)
class Checked:
    """One variable, checked.

    Args:
        name: Of the variable.
        error: The largest relative error \\|a − n\\|/max(\\|a\\|, \\|n\\|) of all directions; NaN where rounding hides all of them.
        analytic: The derivative a = gᵀd along the direction of that error.
        numeric: n = (f(θ + h·d) − f(θ − h·d))/2h along it.
    """

    name: str
    error: float
    analytic: float
    numeric: float


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

    Along a direction d of length 1 within a variable, gᵀd against (f(θ + h·d) − f(θ − h·d))/2h with h = ε^⅓·max(1, max|θ|), and with
    h/8: the better of both counts, since a kink within h of θ is no error. d is the variable's own gradient, where mistakes of scale
    show most, and three random ones, where parts that are missing show. A difference within rounding, 32·ε·|f|/h, is none.

    Args:
        function: θ → f(θ), for float64 ``[size]``. For a layer, the sum of its outputs with fixed random weights.
        gradient: g at ``at``, ``[size]``.
        at: θ.
        shapes: Name → shape of the variables in θ, in order; one called ``all`` unless given.
        precision: In which f is computed: ``float64`` or ``float32``.
        seed: Of the directions.
    """
    at, gradient = np.asarray(at, "float64"), np.asarray(gradient, "float64")
    rounding = float(np.finfo(precision).eps)
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
            tried = [_compared(function, slant, at, direction, h, rounding) for h in (step, step / SHRUNK)]
            told = [one for one in tried if not math.isnan(one[0])]
            lines += [min(told)] if told else []
        error, analytic, numeric = max(lines, default=(math.nan, math.nan, math.nan))
        found.append(Checked(name, error, analytic, numeric))
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


def _compared(
    function: Callable[[np.ndarray], float],
    analytic: float,
    at: np.ndarray,
    direction: np.ndarray,
    step: float,
    rounding: float,
) -> tuple[float, float, float]:
    """Return the relative error, the analytic and the numeric derivative; the error is NaN where rounding hides it."""
    above, below = function(at + step * direction), function(at - step * direction)
    numeric = (above - below) / (2 * step)
    if not (math.isfinite(numeric) and math.isfinite(analytic)):
        return math.inf, analytic, numeric
    doubt = ROUNDING * rounding * max(abs(above), abs(below)) / step
    apart, scale = abs(analytic - numeric), max(abs(analytic), abs(numeric))
    if scale <= doubt:
        return math.nan, analytic, numeric
    return max(apart - doubt, 0.0) / scale, analytic, numeric


def diagnose_gradients(checked: Sequence[Checked], precision: str = "float64") -> Diagnosis:
    """Say whether a gradient is right, and of which variables it is not.

    Args:
        checked: As :func:`check_gradient` gives them.
        precision: In which the function is computed.
    """
    limit = TOLERANCES[precision]
    numbers = {f"error_{one.name}": one.error for one in checked} | {"tolerance": limit}
    wrong = [one for one in checked if one.error > limit]
    told = [one for one in checked if not math.isnan(one.error)]
    if wrong:
        worst = max(wrong, key=lambda one: one.error)
        names = ", ".join(one.name for one in wrong)
        said = (
            f"The gradient differs from central differences for {names}; most for {worst.name}: {worst.analytic:.6g} against "
            f"{worst.numeric:.6g}, relative error {worst.error:.2g} where {limit:g} is allowed in {precision}."
        )
        return Diagnosis("gradient_check", "wrong", said, True, REMEDY, numbers, SOURCE)
    if not told:
        said = f"Rounding in {precision} hides every derivative: the function is as good as constant here."
        return Diagnosis("gradient_check", "cannot tell", said, False, numbers=numbers, source=SOURCE)
    worst_error = max(one.error for one in told)
    agreement = f"to {worst_error:.2g}" if worst_error else "within rounding"
    hidden = f"; of {len(checked) - len(told)} more rounding hides them" if len(told) < len(checked) else ""
    said = (
        f"The gradients of {len(told)} variables agree with central differences {agreement}, where {limit:g} "
        f"is allowed in {precision}{hidden}."
    )
    return Diagnosis("gradient_check", "right", said, False, numbers=numbers, source=SOURCE)
