"""An axis of a hyperparameter, on the hyperparameter's own scale: values lie where a tuner would draw them evenly."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.report.tables.values import value_text
from benchsuite.spaces import Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value

FEWEST_DECADES = 1.0
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class HyperAxis:
    """Where the values of one hyperparameter lie.

    Args:
        scale: ``log``, ``one`` (logarithmic in the distance to 1), ``linear``, or ``listed``: side by side, in order.
        values: All that are shown.
    """

    scale: str
    values: tuple[Value, ...]

    def place(self, value: Value) -> float:
        """Return where a value lies; larger ones lie further right, listed ones in their order."""
        if self.scale == "listed":
            return float([json.dumps(one) for one in self.values].index(json.dumps(value)))
        number = float(value)  # type: ignore[arg-type]  # of other scales all are numbers
        if self.scale == "log":
            return math.log10(number)
        return -math.log10(1 - number) if self.scale == "one" else number

    @property
    def ends(self) -> tuple[float, float]:
        """The places of the first and the last value, with a little room around them."""
        places = [self.place(value) for value in self.values]
        room = 0.04 * (max(places) - min(places)) if self.scale != "listed" else 0.5
        return min(places) - room, max(places) + room

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Places and texts: whole powers where the values span some, otherwise the values themselves."""
        low, high = self.ends
        if self.scale in ("log", "one") and high - low >= FEWEST_DECADES:
            whole = range(math.ceil(low), math.floor(high) + 1)
            step = max(1, math.ceil(len(whole) / MOST_TICKS))
            return [(float(power), self._power(power)) for power in whole if power % step == 0]
        shown = self.values[:: math.ceil(len(self.values) / MOST_TICKS)]
        return [(self.place(value), value_text(value)) for value in shown]

    @property
    def words(self) -> str:
        """What is said of the scale beside the name."""
        return {"log": "logarithmic", "one": "logarithmic in 1 − value"}.get(self.scale, "")

    def _power(self, power: int) -> str:
        return f"{10.0**power:g}" if self.scale == "log" else f"{1 - 10.0**-power:.{max(power, 0)}f}" if power else "0"


def hyper_axis(space: Space, values: Sequence[Value]) -> HyperAxis:
    """Return the axis of a hyperparameter.

    Args:
        space: Its space, which says the scale.
        values: All that are shown, of several components where there are several.
    """
    distinct = list({json.dumps(value): value for value in values}.values())
    numbers = [value for value in distinct if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(distinct) or not isinstance(space, Uniform | LogUniform | OneMinusLogUniform | Integer):
        return HyperAxis("listed", tuple(distinct))
    ordered = tuple(sorted(numbers))
    if isinstance(space, LogUniform) and ordered[0] > 0:
        return HyperAxis("log", ordered)
    if isinstance(space, OneMinusLogUniform) and ordered[-1] < 1:
        return HyperAxis("one", ordered)
    return HyperAxis("linear" if not isinstance(space, LogUniform) else "listed", ordered)
