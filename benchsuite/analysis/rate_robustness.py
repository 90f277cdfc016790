"""How far off a learning rate may be, from the trials of a tuner or from records that differ in it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from benchsuite.analysis.numbers.robustness import RateRobustness, envelope, robustness
from benchsuite.analysis.sample import Column, Sample
from benchsuite.analysis.searched_rows import searched_rates, whole_scores
from benchsuite.analysis.trial_measure import At, TrialMeasure
from benchsuite.record import Record
from benchsuite.searches import Search

RATE = "learning_rate"


def robustness_of_search(search: Search, tolerance: float, *, bins_per_decade: int = 2) -> RateRobustness | None:
    """Return how wide a range of rates does, by the best validation score in each part of a decade.

    Args:
        search: The search; ``None`` comes back if it did not search a learning rate.
        tolerance: What may be lost, in the unit of the score.
        bins_per_decade: How fine; other hyperparameters are free within a bin.
    """
    name = next((name for name in search.searched if name.rpartition(".")[2] == RATE), None)
    if name is None:
        return None
    rates, scores = searched_rates(search, name), whole_scores(search)
    there = ~np.isnan(rates)
    return robustness(*envelope(rates[there], scores[there], bins_per_decade=bins_per_decade), tolerance)


def robustness_of_records(
    records: Sample | Iterable[Record],
    tolerance: float,
    *,
    kind: str = "optimizer",
    name: str = RATE,
    measure: str = "validation",
    at: At = "final",
) -> dict[tuple[str, Column], RateRobustness]:
    """Return component and column → how wide a range of one hyperparameter does, all others being equal.

    Only components with one set of other hyperparameters and at least two values of this one are there: of several sets
    the one with most values counts, of equally many the first by its text.

    Args:
        records: A sweep, or whatever differs in this hyperparameter.
        tolerance: What may be lost, in the unit of the measure.
        kind: Of the component.
        name: Of the hyperparameter, a number above 0.
        measure: What is measured; medians over seeds.
        at: After the last epoch, or at the best.
    """
    asked = TrialMeasure.named(measure)
    groups: defaultdict[tuple[str, Column], dict[str, list[tuple[float, float]]]] = defaultdict(dict)
    for (column, kinds), held in Sample.of(records).by_kinds.items():
        if kinds not in ((), (kind,)) or column.folds:
            continue
        for record in held:
            settings = record.trial.recipe.get(kind)
            rate = settings[0].hyperparameters.get(name) if len(settings) == 1 else None
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
                continue
            others = repr([value for value in settings[0].values if value[0] != name])
            value = asked.of_seed([record], at) * (1 if asked.direction(record.task.direction) == "max" else -1)
            groups[settings[0].name, column].setdefault(others, []).append((float(rate), value))
    found = {}
    for key, sets in sorted(groups.items()):
        best = min(sets, key=lambda others: (-len(_rates(sets[others])), others))
        if len(_rates(sets[best])) > 1:
            rates, values = np.array(sets[best]).T
            found[key] = robustness(rates, values, tolerance)
    return found


def _rates(pairs: Sequence[tuple[float, float]]) -> set[float]:
    return {rate for rate, _ in pairs}
