"""Twins: two components that are one method. One of them says so, the records must show it, and both are one row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from benchsuite.analysis.sample import Column
from benchsuite.analysis.settings import Settings
from benchsuite.record import Record

SameAs = Mapping[tuple[str, str], str]
"""(kind, name) → name of the component of that kind which is the same method."""
Trials = Mapping[str, Mapping[Column, Sequence[Record]]]
"""Key of settings → column → records."""

SAME = 1e-5
"""Relative difference of two losses at the first evaluation that rounding explains, on the column where it is smallest."""
GROWN = 1e-2
"""The same on every other column: rounding grows with the steps before that evaluation."""


def one_method_each(kind: str, settings: Mapping[str, Settings], trials: Trials, same_as: SameAs) -> list[list[str]]:
    """Return the keys of settings, those of one method together, that of the original before those of its twins.

    Settings are of one method where one component says that it is the other, hyperparameters of one name have one value,
    and the records show it: on the tasks that both have, the validation losses of each seed agree at the first
    evaluation. Later ones may differ, since rounding grows with every step.

    Args:
        kind: Of the settings.
        settings: Key → settings.
        trials: The records of each.
        same_as: What components say.
    """
    groups: dict[str, list[str]] = {}
    originals: dict[str, list[str]] = {}
    # Those of the original's own name first: whoever comes later looks among those before it.
    for key in sorted(settings, key=lambda key: (_name(settings[key]) != _root(kind, settings[key], same_as), key)):
        root = _root(kind, settings[key], same_as)
        known = originals.setdefault(root, [])
        for original in known if _name(settings[key]) != root else ():
            if _may_be_one(settings[original], settings[key]) and _agree(trials[original], trials[key]):
                groups[original].append(key)
                break
        else:
            groups[key] = [key]
            known.append(key)
    return [groups[key] for key in sorted(groups)]


def _name(settings: Settings) -> str:
    # Several components together are no one's twin.
    return settings[0].name if len(settings) == 1 else ""


def _root(kind: str, settings: Settings, same_as: SameAs) -> str:
    """Return the name at the end of what components say, which may go round in a circle."""
    name, seen = _name(settings), set[str]()
    while name not in seen and (kind, name) in same_as:
        seen.add(name)
        name = same_as[kind, name]
    return min(seen) if name in seen else name


def _may_be_one(one: Settings, other: Settings) -> bool:
    if not _name(one) or not _name(other) or _name(one) == _name(other):
        return False
    first, second = one[0].hyperparameters, other[0].hyperparameters
    return all(first[key] == second[key] for key in first.keys() & second.keys())


def _agree(one: Mapping[Column, Sequence[Record]], other: Mapping[Column, Sequence[Record]]) -> bool:
    """Say whether the records of two settings show one method; those of different tasks show nothing."""
    found = []
    for column in one.keys() & other.keys():
        of_seed = {(record.trial.seed, record.trial.fold): record for record in one[column]}
        pairs = [(of_seed.get((record.trial.seed, record.trial.fold)), record) for record in other[column]]
        differences = [_difference(first, second) for first, second in pairs if first is not None]
        if known := [difference for difference in differences if difference is not None]:
            found.append(max(known))
    return bool(found) and min(found) <= SAME and max(found) <= GROWN


def _difference(one: Record, other: Record) -> float | None:
    """Return how far two losses are apart at the first evaluation; ``None`` where there is nothing to compare."""
    if not (one.outcome.finished and other.outcome.finished):
        # A method that fails where its twin does not is another one.
        counts = [record.outcome.finished or record.outcome.failed for record in (one, other)]
        return float("inf") if all(counts) and one.outcome is not other.outcome else None
    first, second = _first_loss(one), _first_loss(other)
    if first is None or second is None:
        return None
    return abs(first - second) / max(abs(first), abs(second)) if first != second else 0.0


def _first_loss(record: Record) -> float | None:
    """Return the validation loss of the first evaluation after the start; of a thinned record, which lacks it, what it is judged by."""
    epochs: Iterable[int] = record.curves.get("epoch", ())
    for name in ("validation_loss", f"validation_{record.task.primary}"):
        losses = record.curves.get(name, ())
        loss = next((float(loss) for epoch, loss in zip(epochs, losses, strict=False) if epoch > 0), None)
        if loss is not None and not math.isnan(loss):
            return loss
    return None
