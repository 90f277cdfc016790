"""The loss on lines and planes through the space of weights, and whether a solution lies flat."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

LossAt = Callable[[np.ndarray], float]
"""θ → loss, for float64 ``[size]``."""

REACH = 1.0
"""How far a line goes either way: 1 moves each filter by its own length."""
LINE_POINTS, PLANE_POINTS = 41, 25
LOST = 0.1
"""The share of what training gained that may be lost within a flat neighbourhood."""
SHARP = 0.1
"""A solution that loses it within this radius is sharp: a change of each filter by a tenth of its length."""
BARRIER = 0.02
"""Between two solutions: a rise above the straight line of more than this share of the starting loss separates them."""
FLAT_SOURCE = (
    "N0: around a flat minimum all points have nearly the same loss; filter-normalized radius after Li et al. 2018, "
    "arXiv:1712.09913; that a tenth of the gain within a tenth of each filter's length is sharp is ours"
)
BARRIER_SOURCE = "Frankle et al. 2020, arXiv:1912.05671: an error barrier below 2 %, here of the starting loss"


@dataclass(frozen=True)
class LossLine:
    """The loss along one direction.

    Args:
        steps: t of each point, ascending, ``[points]``.
        losses: Loss at θ + t·d.
    """

    steps: np.ndarray
    losses: np.ndarray

    def mirrored(self) -> tuple[np.ndarray, np.ndarray]:
        """Return radii |t| from 0, and the mean loss of both sides at each; the line must be symmetric around 0."""
        middle = len(self.steps) // 2
        return self.steps[middle:], (self.losses[middle:] + self.losses[middle::-1]) / 2


@dataclass(frozen=True)
class LossPlane:
    """The loss on a plane of two directions.

    Args:
        x: Steps along the first, ``[columns]``.
        y: Along the second, ``[rows]``.
        losses: Loss at θ + x·d₁ + y·d₂, ``[rows, columns]``.
    """

    x: np.ndarray
    y: np.ndarray
    losses: np.ndarray


def along(
    loss_at: LossAt, weights: np.ndarray, direction: np.ndarray, *, reach: float = REACH, points: int = LINE_POINTS
) -> LossLine:
    """Return the loss at θ + t·d, t from −reach to reach; an odd number of points meets θ itself.

    Args:
        loss_at: θ → loss.
        weights: θ.
        direction: d, such as :func:`~benchsuite.diagnostics.directions.filter_normalized` gives.
        reach: Largest t.
        points: How many.
    """
    steps = np.linspace(-reach, reach, points)
    return LossLine(steps, np.array([loss_at(weights + step * direction) for step in steps]))


def across(
    loss_at: LossAt,
    weights: np.ndarray,
    directions: tuple[np.ndarray, np.ndarray],
    *,
    reach: float = REACH,
    points: int = PLANE_POINTS,
) -> LossPlane:
    """Return the loss at θ + x·d₁ + y·d₂ on a square grid around θ.

    Args:
        loss_at: θ → loss.
        weights: θ.
        directions: d₁ and d₂.
        reach: Largest x and y.
        points: Along either side.
    """
    steps = np.linspace(-reach, reach, points)
    first, second = directions
    losses = [[loss_at(weights + x * first + y * second) for x in steps] for y in steps]
    return LossPlane(steps, steps, np.array(losses))


def between(
    loss_at: LossAt, one: np.ndarray, other: np.ndarray, *, beyond: float = 0.5, points: int = LINE_POINTS
) -> LossLine:
    """Return the loss at (1 − t)·θ₁ + t·θ₂, t from −beyond to 1 + beyond.

    Args:
        loss_at: θ → loss.
        one: θ₁, at t = 0.
        other: θ₂, at t = 1.
        beyond: How far the line goes past both.
        points: How many.

    Source: Goodfellow, Vinyals & Saxe 2015, arXiv:1412.6544.
    """
    steps = np.linspace(-beyond, 1 + beyond, points)
    return LossLine(steps, np.array([loss_at((1 - step) * one + step * other) for step in steps]))


def flat_radius(lines: Sequence[LossLine], rise: float) -> float:
    """Return the radius at which the mean loss of all lines has risen by so much above θ's; ∞ where it never does.

    min {r : mean over directions ±d of L(θ + r·d) − L(θ) ≥ rise}, between two points on the parabola through them and
    the next one before (at θ, where a mean of both sides is even, its mirror image). A loss that is not finite has risen.

    Args:
        lines: Along random directions through one θ, with the same steps, symmetric around 0.
        rise: Above 0.
    """
    radii = lines[0].mirrored()[0]
    means = np.mean([line.mirrored()[1] for line in lines], axis=0)
    above = np.where(np.isfinite(means), means - means[0], math.inf) >= rise
    if not above.any():
        return math.inf
    first = int(above.argmax())
    if first == 0 or not np.isfinite(means[first]):
        return float(radii[first])
    # Its middle point is the last one below; the mean of both sides is even, and so known on the other side of θ.
    below = radii[first - 2] if first > 1 else -radii[1]
    value = means[first - 2] if first > 1 else means[1]
    places = np.array([below, radii[first - 1], radii[first]])
    parabola = np.polyfit(places, np.array([value, means[first - 1], means[first]]) - means[0] - rise, 2)
    inside = [
        root.real for root in np.roots(parabola) if abs(root.imag) < 1e-12 and places[1] <= root.real <= places[2]
    ]
    return float(min(inside, default=radii[first]))


def barrier(line: LossLine) -> float:
    """Return by how much the loss between two solutions rises above the straight line that joins their losses, at least 0.

    max over t in [0, 1] of L(t) − (1 − t)·L(0) − t·L(1); the points at t = 0 and t = 1 must be on the line.
    """
    inside = (line.steps >= -1e-9) & (line.steps <= 1 + 1e-9)
    steps, losses = line.steps[inside], line.losses[inside]
    rise = losses - (1 - steps) * losses[0] - steps * losses[-1]
    return float(max(rise.max(), 0.0)) if np.isfinite(losses).all() else math.inf


def diagnose_flatness(lines: Sequence[LossLine], start_loss: float) -> Diagnosis:
    """Say whether a solution lies flat or sharp. No alarm: what it means for new data is disputed (Dinh et al. 2017).

    Args:
        lines: As :func:`flat_radius` takes them.
        start_loss: Before training.
    """
    here = float(lines[0].losses[len(lines[0].losses) // 2])
    gained = start_loss - here
    numbers = {"loss": here, "gained": gained, "radius": math.nan, "directions": float(len(lines))}
    if not gained > 0:
        said = f"Training gained nothing (loss {start_loss:.3g} at first, {here:.3g} now): there is no solution to look around."
        return Diagnosis("flatness", "no solution", said, False, numbers=numbers, source=FLAT_SOURCE)
    radius = flat_radius(lines, LOST * gained)
    numbers["radius"] = radius
    reach = float(lines[0].steps[-1])
    where = f"at radius {radius:.2g}" if math.isfinite(radius) else f"nowhere within radius {reach:.2g}"
    return Diagnosis(
        "flatness",
        "sharp" if radius < SHARP else "flat",
        f"On {len(lines)} random lines a tenth of what training gained ({gained:.3g}) is lost {where}; radius 1 moves each filter by its "
        "own length.",
        False,
        numbers=numbers,
        source=FLAT_SOURCE,
    )


def diagnose_between(line: LossLine, start_loss: float) -> Diagnosis:
    """Say whether a barrier lies between two solutions.

    Args:
        line: From one to the other, as :func:`between` gives it.
        start_loss: Before training: the scale of the barrier.
    """
    height = barrier(line)
    apart = height > BARRIER * abs(start_loss)
    return Diagnosis(
        "between_solutions",
        "barrier" if apart else "connected",
        f"On the straight line between two solutions the loss rises by at most {height:.3g} above them, {height / abs(start_loss):.1%} of "
        f"the starting loss of {start_loss:.3g}."
        if start_loss
        else f"On the straight line between two solutions the loss rises by at most {height:.3g} above them.",
        False,
        numbers={"barrier": height, "start_loss": start_loss},
        source=BARRIER_SOURCE,
    )
