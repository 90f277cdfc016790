"""Which hyperparameter mattered: the share of the variance that each explains alone (fANOVA, Hutter et al. 2014).

A random forest learns the results of the settings that were tried. Each of its trees is constant on boxes, so the mean over
all other hyperparameters can be taken exactly, and how much the mean still varies with one of them is its share. Optuna's
implementation takes these means over the values as they are, where a learning rate from 0.0001 to 1 lies above 0.1 nine
times out of ten. Here every hyperparameter is first put on its own scale, from 0 to 1, as it is drawn: the means are over
draws.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.importance.order_of_notes import Agreement, agreement, class_of
from benchsuite.analysis.importance.outcome_value import with_floor
from benchsuite.analysis.importance.tried import Tries
from benchsuite.spaces import Choice, Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value
from benchsuite.unit_scale import place_of

FEWEST_SETTINGS = 16
FEWEST_EACH = 8
"""Settings for each hyperparameter. With so many the first was named rightly in all of 48 simulated searches, and the share that
was furthest off was off by 0.10 to 0.19 on average; with half of them in 39, and by 0.30 to 0.40 (``benchmarks/fanova_trials.py``)."""
FORESTS = 8
RESAMPLES = 16
TREES = 16
MOST_SETTINGS = 600
"""A forest of more takes longer than a minute; evenly spaced ones of all are taken."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class HyperparameterShare:
    """How much of the variance one hyperparameter explains alone.

    Args:
        name: Such as ``optimizer.0.learning_rate``.
        share: Mean over the forests, 0 to 1.
        forest_error: Standard deviation over forests of other seeds: what the forest alone leaves open.
        low: Over forests of settings drawn anew, with replacement: the lower end of 95 %.
        high: The upper end.
        tried: Smallest and largest value that was tried, or all options.
        taught: The class of the order that is taught, 1 to 3; ``None`` if it does not name it.
    """

    name: str
    share: float
    forest_error: float
    low: float
    high: float
    tried: tuple[Value, ...]
    taught: int | None


@dataclass(frozen=True, slots=True)
class Importance:
    """What the settings that were tried say of their hyperparameters.

    Args:
        tries: The settings.
        shares: The largest first; none where nothing can be said.
        together: What no hyperparameter explains alone.
        order: How far they follow the order that is taught.
        why_not: Why nothing can be said, a clause; empty otherwise.
        needed: How many settings it takes where there are too few; 0 otherwise.
        left_out: Settings that lie on no scale, such as a penalty of 0 on a logarithmic one.
    """

    tries: Tries
    shares: tuple[HyperparameterShare, ...] = ()
    together: float = 0.0
    order: Agreement | None = None
    why_not: str = ""
    needed: int = 0
    left_out: int = 0


def importance(tries: Tries, spaces: Mapping[str, Space], generator: np.random.Generator) -> Importance:
    """Say how much of the variance of the results each hyperparameter explains.

    Args:
        tries: The settings, failures among them: they count as the worst that completed.
        spaces: Name → space, which says its scale; of those that are missing the values do.
        generator: Where all chance comes from.
    """
    columns = {
        name: _Axis.of([point.values[name] for point in tries.points], spaces.get(name)) for name in tries.varied
    }
    kept = [point for point in tries.points if all(axis.holds(point.values[name]) for name, axis in columns.items())]
    left_out = len(tries.points) - len(kept)
    varied = {name: len({json.dumps(point.values[name]) for point in kept}) > 1 for name in columns}
    columns = {name: axis for name, axis in columns.items() if varied[name]}
    needed = max(FEWEST_SETTINGS, FEWEST_EACH * len(columns))
    if len(kept) < needed:
        return Importance(
            tries, why_not=f"{len(kept)} settings, and it takes {needed}", needed=needed, left_out=left_out
        )
    if len(kept) > MOST_SETTINGS:
        kept = [kept[place] for place in np.linspace(0, len(kept) - 1, MOST_SETTINGS).round().astype(int)]
    results = np.array([point.result if math.isfinite(point.result) else math.nan for point in kept])
    values = with_floor(results, tries.looked.direction)
    if np.isnan(values).all() or np.ptp(values) == 0:
        why = "all failed" if np.isnan(values).all() else "all gave the same result"
        return Importance(tries, why_not=why, left_out=left_out)
    rows = [{name: axis.place(point.values[name]) for name, axis in columns.items()} for point in kept]
    distributions = {name: axis.distribution() for name, axis in columns.items()}
    forests = np.array([_forest(rows, values, distributions, generator) for _ in range(FORESTS)])
    drawn = [generator.integers(0, len(rows), len(rows)) for _ in range(RESAMPLES)]
    again = [_forest([rows[at] for at in one], values[one], distributions, generator) for one in drawn]
    resampled = np.array([one for one in again if one is not None])
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    shares = []
    for number, (name, axis) in enumerate(columns.items()):
        low, high = np.quantile(resampled[:, number], tails)
        mean = float(forests[:, number].mean())
        # The error of the forest is part of what is open.
        low, high = min(float(low), mean), max(float(high), mean)
        error = float(forests[:, number].std(ddof=1))
        shares.append(HyperparameterShare(name, mean, error, low, high, axis.tried, class_of(name)))
    shares.sort(key=lambda one: (-one.share, one.name))
    together = max(0.0, 1.0 - math.fsum(one.share for one in shares))
    order = agreement({one.name: (one.low, one.high) for one in shares})
    return Importance(tries, tuple(shares), together, order, left_out=left_out)


@dataclass(frozen=True)
class _Axis:
    """One hyperparameter on its own scale, between the smallest and the largest value that were tried."""

    space: Space
    tried: tuple[Value, ...]

    @classmethod
    def of(cls, values: Sequence[Value], space: Space | None) -> _Axis:
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if isinstance(space, Choice) or len(numbers) < len(values):
            options = tuple(value for _, value in sorted({json.dumps(value): value for value in values}.items()))
            return cls(Choice(options), options)
        of_scale = [value for value in numbers if value > 0] if isinstance(space, LogUniform) else numbers
        low, high = min(of_scale, default=1), max(of_scale, default=2)
        return cls(_between(low, high, space) if low < high else Uniform(low, low + 1, low), (low, high))

    @property
    def is_choice(self) -> bool:
        return isinstance(self.space, Choice)

    def holds(self, value: Value) -> bool:
        return self.is_choice or self.space.contains(value)

    def place(self, value: Value) -> Any:
        return json.dumps(value) if self.is_choice else place_of(self.space, value)

    def distribution(self) -> Any:
        from optuna.distributions import CategoricalDistribution, FloatDistribution

        if self.is_choice:
            return CategoricalDistribution([json.dumps(value) for value in self.tried])
        return FloatDistribution(0.0, 1.0)


def _between(low: float, high: float, space: Space | None) -> Space:
    """Return a range on the scale of a space; on that of the numbers themselves where no space is known."""
    if isinstance(space, Integer):
        return Integer(int(low), int(high), int(low))
    if isinstance(space, OneMinusLogUniform) and high < 1:
        return OneMinusLogUniform(low, high, low)
    # Of a component that is not there any more: numbers above 0 that span ten times are a scale of powers.
    if isinstance(space, LogUniform) or (space is None and low > 0 and high >= 10 * low):
        return LogUniform(low, high, low)
    return Uniform(low, high, low)


def _forest(
    rows: Sequence[Mapping[str, Any]],
    values: NDArray[np.float64],
    distributions: Mapping[str, Any],
    generator: np.random.Generator,
) -> list[float] | None:
    """Return the share of each hyperparameter by one forest; ``None`` where its settings all gave the same."""
    seed = int(generator.integers(2**31))
    if np.ptp(values) == 0:
        return None
    with _quiet():
        from optuna import create_study
        from optuna.importance import FanovaImportanceEvaluator
        from optuna.trial import create_trial

        study = create_study()
        study.add_trials(
            [
                create_trial(params=dict(row), distributions=dict(distributions), value=float(value))
                for row, value in zip(rows, values, strict=True)
            ]
        )
        found = FanovaImportanceEvaluator(n_trees=TREES, seed=seed).evaluate(study, params=list(distributions))
    return [float(found[name]) for name in distributions]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling of each study that it makes."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
