"""What came of a sweep: the final value at each value of one or two hyperparameters, failures among them."""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis.importance.outcome_value import Quantity, seed_values
from benchsuite.analysis.intervals import Direction, median, with_failures
from benchsuite.record import Record
from benchsuite.spaces import Choice, Space, Value
from benchsuite.unit_scale import place_of

AT_AN_END = 0.01
"""So near to the end of a declared range, as a share of it on its own scale, a value is its end."""


@dataclass(frozen=True, slots=True)
class SweptSetting:
    """One setting of a sweep.

    Args:
        at: The value of each hyperparameter that is varied, in their order.
        results: Of each seed; NaN for a failure.
        median: Of them; infinite for a failure, NaN where there is none.
    """

    at: tuple[Value, ...]
    results: tuple[float, ...]
    median: float

    @property
    def failed(self) -> int:
        """How many seeds failed."""
        return sum(map(math.isnan, self.results))

    @property
    def known(self) -> list[float]:
        """The results that are numbers, sorted."""
        return sorted(value for value in self.results if not math.isnan(value))


@dataclass(frozen=True, slots=True)
class CurveOfSweep:
    """All settings of one component.

    Args:
        label: What it is called.
        names: What is varied.
        spaces: Of each of them.
        axes: Values of each, in order.
        places: One for each combination of values, in the order of the axes.
        direction: Whether larger or smaller is better.
    """

    label: str
    names: tuple[str, ...]
    spaces: tuple[Space, ...]
    axes: tuple[tuple[Value, ...], ...]
    places: tuple[SweptSetting, ...]
    direction: Direction

    @property
    def best(self) -> SweptSetting | None:
        """The setting with the best median, the first of equal ones; ``None`` if all failed."""
        known = [place for place in self.places if math.isfinite(place.median)]
        if not known:
            return None
        return (max if self.direction == "max" else min)(known, key=lambda place: place.median)

    @property
    def edges(self) -> dict[str, str]:
        """Those of what is varied whose best value is the first or the last that was tried: name → ``low`` or ``high``.

        Where neighbours are as good, to the bit, as far as the other end nothing is said; listed options have no ends.
        """
        best = self.best
        if best is None:
            return {}
        found = {}
        for number, name in enumerate(self.names):
            if isinstance(self.spaces[number], Choice) or any(not _is_number(value) for value in self.axes[number]):
                continue
            # Of equally good settings one inside of the range is as good an answer.
            at = {place.at[number] for place in self.places if place.median == best.median}
            first, last = self.axes[number][0], self.axes[number][-1]
            if at <= {first, last} and len(at) == 1:
                found[name] = "low" if at == {first} else "high"
        return found

    def at_declared_end(self, name: str) -> bool:
        """Say whether the end of the sweep is the end of the declared range: nothing lies beyond."""
        number = self.names.index(name)
        end = self.axes[number][0 if self.edges[name] == "low" else -1]
        place = place_of(self.spaces[number], end)
        return place <= AT_AN_END if self.edges[name] == "low" else place >= 1 - AT_AN_END


def curve_of_sweep(
    label: str,
    axes: Mapping[str, Sequence[Value]],
    spaces: Mapping[str, Space],
    records: Iterable[tuple[tuple[Value, ...], Record]],
    looked: Quantity,
) -> CurveOfSweep:
    """Put the records of one component's sweep together.

    Args:
        label: What the component is called.
        axes: What is varied → its values.
        spaces: What is varied → its space.
        records: The values of what is varied, in that order, and a record with them.
        looked: The measure.
    """
    held: defaultdict[str, list[Record]] = defaultdict(list)
    for at, record in records:
        held[json.dumps(at)].append(record)
    places = []
    for at in itertools.product(*axes.values()):
        results = tuple(seed_values(held[json.dumps(at)], looked).values())
        middle = median(with_failures(results, looked.direction)) if results else math.nan
        places.append(SweptSetting(at, results, middle))
    return CurveOfSweep(
        label, tuple(axes), tuple(spaces[name] for name in axes), tuple(map(tuple, axes.values())), tuple(places),
        looked.direction,
    )  # fmt: skip


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
