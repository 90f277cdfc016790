"""Scales of measures: forty lines must not hide in one band because another one ran away, or because all end near the best value.

Where a measure has a best value, what counts is the distance to it: from 0.98 to 0.99 is as far as from 0.8 to 0.9. So its
axis is logarithmic in that distance, for curves and for points alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from benchsuite.analysis import Direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["one", "zero", "linear"]
KINDS: Mapping[str, Kind] = {
    "accuracy": "one", "precision": "one", "recall": "one", "f1": "one", "roc_auc": "one", "average_precision": "one",
    "r2": "one",
    "loss": "zero", "cross_entropy": "zero", "log_loss": "zero", "bits_per_character": "zero",
    "brier": "zero", "calibration_error": "zero", "rmse": "zero", "mse": "zero", "mae": "zero",
}  # fmt: skip
"""Measure → the value that its axis is logarithmic in the distance to. Of others it follows from direction and values."""
FARTHEST = 1e-6
"""Distances below this part of their median are not told apart: one value without error must not take the whole axis."""
BELOW = 1e-3
"""An axis ends at this part of its floor."""
MOST_TICKS = 8
_DIGITS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.7, (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)), (2.5, (1.0, 2.0, 5.0)), (math.inf, (1.0,)),
)  # fmt: skip
"""Up to so many decades → the first digits that have a tick."""
LEAST_DECADES = 0.15
"""Fewer than these are as good as linear, ticks included."""


@dataclass(frozen=True, slots=True)
class AxisScale:
    """Where values lie on an axis.

    Args:
        kind: ``one`` and ``zero`` are logarithmic in the distance to 1 and to 0.
        floor: The smallest distance: what is nearer lies there as well. Above 0, of a linear scale of no meaning.
    """

    kind: Kind
    floor: float = 1.0

    def place(self, value: float) -> float:
        """Return where a value lies; larger values lie further along."""
        if self.kind == "linear":
            return value
        return self._sign * math.log10(max(self._distance(value), self.floor))

    def shown(self, value: float) -> float:
        """Return a value as it is drawn: at the floor if it is nearer."""
        return self._at(self.floor) if self.kind != "linear" and self._distance(value) < self.floor else value

    def value(self, place: float) -> float:
        """Return the value that lies at a place."""
        return place if self.kind == "linear" else self._at(10 ** (self._sign * place))

    def words(self, measure: str) -> str:
        """Return what an axis says of the scale; nothing of a linear one."""
        return {"one": f"1 − {measure} logarithmic", "zero": "logarithmic", "linear": ""}[self.kind]

    def ticks(self, low: float, high: float) -> list[float] | None:
        """Return the values between two that have a tick; ``None`` where those of a linear axis will do."""
        if self.kind == "linear" or abs(self.place(high) - self.place(low)) < LEAST_DECADES:
            return None
        near, far = sorted(max(self._distance(end), self.floor) for end in (low, high))
        decades = math.log10(far / near)
        digits = next(digits for most, digits in _DIGITS if decades < most)
        exponents = range(math.floor(math.log10(near)), math.ceil(math.log10(far)) + 1)
        found = [digit * 10.0**exponent for exponent in exponents for digit in digits]
        # A hair of room: the ends themselves are ticks where they are round.
        found = [distance for distance in found if near * (1 - 1e-9) <= distance <= far * (1 + 1e-9)]
        return [self._at(distance) for distance in found[:: math.ceil(len(found) / MOST_TICKS) or 1]]

    def set_on(self, axes: Axes, which: Literal["x", "y"], low: float, high: float) -> None:
        """Give an axis this scale, its ends and its ticks."""
        import numpy as np
        from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

        axis: Any = axes.xaxis if which == "x" else axes.yaxis
        if self.kind != "linear":
            # The axis goes on below the floor, so that what lies there has some room around it.
            nearest, one, sign = self.floor * BELOW, self.kind == "one", self._sign

            def place(values: Any) -> Any:
                held = np.asarray(values, "float64")
                return sign * np.log10(np.maximum(1.0 - held if one else held, nearest))

            def value(places: Any) -> Any:
                with np.errstate(over="ignore"):
                    distances = 10.0 ** (sign * np.asarray(places, "float64"))
                return 1.0 - distances if one else distances

            (axes.set_xscale if which == "x" else axes.set_yscale)("function", functions=(place, value))
            axis.set_minor_locator(NullLocator())
        (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
        ticks = self.ticks(low, high)
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]) if ticks is None else FixedLocator(ticks))
        axis.set_major_formatter(lambda value, _: f"{value:.5g}")

    @property
    def _sign(self) -> int:
        return -1 if self.kind == "one" else 1

    def _distance(self, value: float) -> float:
        return 1.0 - value if self.kind == "one" else value

    def _at(self, distance: float) -> float:
        return 1.0 - distance if self.kind == "one" else distance


def axis_scale(measure: str, direction: Direction, values: Iterable[float | None]) -> AxisScale:
    """Return the scale of a measure's axis.

    Args:
        measure: Its name.
        direction: Whether larger or smaller is better.
        values: All that is shown on the axis; what is missing or not finite has no say.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    kind = KINDS.get(measure) or ("zero" if direction == "min" else "one" if _shares(known) else "linear")
    if kind == "zero" and min(known, default=0.0) < 0:
        return AxisScale("linear")
    scale = AxisScale(kind)
    distances = [scale._distance(value) for value in known]
    positive = [distance for distance in distances if distance > 0]
    if kind == "linear" or not positive:
        return AxisScale("linear")
    nearest = min(positive) / (2 if len(positive) < len(distances) else 1)
    return AxisScale(kind, max(nearest, FARTHEST * median(positive)))


def _shares(values: Sequence[float]) -> bool:
    return bool(values) and min(values) >= 0 and max(values) <= 1


def worth_showing(
    values: Iterable[float], direction: Direction, scale: AxisScale, left_out: float = 0.01, pad: float = 0.04
) -> tuple[float, float]:
    """Return the ends of an axis from the best value to the worst, the worst ones left out.

    Args:
        values: What is shown.
        direction: Whether larger or smaller is better.
        scale: Of the axis.
        left_out: Share of the values, at the worse end.
        pad: Room at either end, as a share of the whole.
    """
    places = sorted(scale.place(value) for value in values if math.isfinite(value))
    if not places:
        return 0.0, 1.0
    cut = int(left_out * len(places))
    low, high = (places[cut], places[-1]) if direction == "max" else (places[0], places[-1 - cut])
    room = pad * (high - low) or 0.01 * abs(low) or 0.01
    return scale.value(low - room), scale.value(high + room)
