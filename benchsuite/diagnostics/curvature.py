"""What the ends of a Hessian's spectrum say: at rest or not, at a saddle or a minimum, and how steep over a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.diagnostics.diagnosis import Diagnosis

AT_REST = 1e-2
"""A gradient step can gain less than this share of what training gained: then the point counts as stationary."""
NEGATIVE = 1e-2
"""An eigenvalue below minus this share of the largest magnitude is negative; what is nearer to 0 may be rounding."""
HIGH = 0.5
"""A saddle hinders where less than this share of the starting loss is gone."""
CHANGED = 2.0
"""Curvature that changes by more than this factor from start to end sharpens, or flattens."""
REST_SOURCE = (
    "at rest: ‖g‖²/(2·λ), what one step of gradient descent gains (Nesterov 2004, Lectures on Convex Optimization, 1.2.3), is below "
    "1 % of the starting loss; negative: below −1 % of the largest magnitude; both shares are ours. Saddles at high loss slow "
    "training: Dauphin et al. 2014, arXiv:1406.2572; N0 and N4 name them"
)
COURSE_SOURCE = (
    "gradient descent at rate α is stable up to λ = 2/α: Cohen et al. 2021, arXiv:2103.00065; "
    "that a factor of 2 is a change is ours"
)
REMEDY = "Momentum, or smaller batches, whose noise leads away from saddles (N1, N4)."


@dataclass(frozen=True)
class LossPoint:
    """A place of the loss surface, looked at.

    Args:
        loss: There.
        gradient_norm: ‖g‖ there.
        largest: The largest eigenvalue of the Hessian.
        smallest: The smallest.
        doubt: By how much either may be wrong.
    """

    loss: float
    gradient_norm: float
    largest: float
    smallest: float
    doubt: float = 0.0

    @property
    def finite(self) -> bool:
        """Whether all that was measured is a number."""
        return all(map(math.isfinite, (self.loss, self.gradient_norm, self.largest, self.smallest)))

    @property
    def steepest(self) -> float:
        """The largest magnitude of both ends."""
        return max(abs(self.largest), abs(self.smallest))

    @property
    def within_reach(self) -> float:
        """‖g‖²/(2·max|λ|): what the best step along the gradient gains at least, as far as the curvature stays."""
        return self.gradient_norm**2 / (2 * self.steepest) if self.steepest > 0 else math.inf

    @property
    def turns_down(self) -> bool:
        """Whether some direction curves down, beyond what is rounding."""
        return self.smallest < -max(NEGATIVE * self.steepest, self.doubt)

    @property
    def turns_up(self) -> bool:
        """Whether some direction curves up."""
        return self.largest > max(NEGATIVE * self.steepest, self.doubt)


def diagnose_point(point: LossPoint, start_loss: float) -> Diagnosis:
    """Say what kind of place a training came to: not at rest, a minimum, a saddle, a maximum, or flat.

    Args:
        point: The place.
        start_loss: Before training, the scale of what is little; the alarm is a saddle at which most of it is left.
    """
    numbers = {
        "loss": point.loss,
        "gradient_norm": point.gradient_norm,
        "largest": point.largest,
        "smallest": point.smallest,
        "within_reach": point.within_reach if point.finite else math.nan,
    }
    if not point.finite:
        said = "Loss, gradient or Hessian are not finite there."
        return Diagnosis("stationary_point", "no numbers", said, True, numbers=numbers, source=REST_SOURCE)
    ends = (
        f"The Hessian's eigenvalues reach from {point.smallest:.3g} to {point.largest:.3g}, "
        f"the gradient has norm {point.gradient_norm:.3g}"
    )
    if point.steepest > 0 and point.within_reach > AT_REST * abs(start_loss):
        word, what = (
            "not at rest",
            f"a step along it still gains about {point.within_reach:.3g} of a loss of {point.loss:.3g}",
        )
    elif point.turns_down and point.turns_up:
        word, what = "saddle", "it curves up and down"
    elif point.turns_down:
        word, what = "maximum", "it curves down only"
    elif point.turns_up:
        word, what = "minimum", "no direction curves down"
    else:
        word, what = "flat", "nothing curves"
    stuck = word in ("saddle", "maximum", "flat") and point.loss > HIGH * abs(start_loss)
    return Diagnosis(
        "stationary_point",
        word,
        f"{ends}: {what}.",
        stuck,
        REMEDY if stuck else "",
        numbers=numbers,
        source=REST_SOURCE,
    )


def diagnose_course(points: Mapping[str, LossPoint]) -> Diagnosis:
    """Say how the largest eigenvalue went over a training.

    Args:
        points: Name → place, in order, such as start, middle and end; at least two.
    """
    largest = [point.largest for point in points.values()]
    numbers = {f"largest_{name}": point.largest for name, point in points.items()}
    if not all(point.finite for point in points.values()):
        bad = next(name for name, point in points.items() if not point.finite)
        said = f"Loss, gradient or Hessian are not finite at the {bad}."
        return Diagnosis("curvature", "no numbers", said, True, numbers=numbers, source=COURSE_SOURCE)
    word = _course(largest)
    limits = [2 / one if one > 0 else math.inf for one in largest]
    numbers |= {f"stable_rate_{name}": limit for name, limit in zip(points, limits, strict=True)}
    said = ", ".join(f"{one:.3g} at the {name}" for name, one in zip(points, largest, strict=True))
    return Diagnosis(
        "curvature",
        word,
        f"The largest eigenvalue of the Hessian is {said}. Plain gradient descent on the whole of these examples would bear rates up "
        f"to {min(limits):.3g} throughout.",
        False,
        numbers=numbers,
        source=COURSE_SOURCE,
    )


def _course(largest: Sequence[float]) -> str:
    first, last = largest[0], largest[-1]
    if last > CHANGED * first:
        return "sharpens"
    return "flattens" if last < first / CHANGED else "steady"
