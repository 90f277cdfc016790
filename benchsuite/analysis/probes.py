"""Probed layers: what was measured in each layer after each epoch, averaged over the seeds of each recipe."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.leaderboard import ColumnHead, entry_of, head_of
from benchsuite.analysis.recipe_labels import recipe_labels
from benchsuite.analysis.sample import Column, Sample, column_labels
from benchsuite.record import Record

Probes = Mapping[str, Any]
"""What one trial's probes found: see ``docs/reference/record-format.md``."""
Means = tuple[tuple[float | None, ...], ...]
"""For each layer and each epoch a mean; ``None`` where there is no number."""


@dataclass(frozen=True, slots=True)
class RecipeProbes:
    """What was measured in the layers under one recipe.

    Args:
        label: What tells the recipe from the others that were probed on the column.
        is_baseline: Whether it is the task's baseline recipe.
        entry: All trials of the recipe on the column, probed or not.
        counts: For each epoch, how many seeds were probed after it.
        completed: Whether every probed trial completed.
        means: Measure → means over the seeds that have a number there.
    """

    label: str
    is_baseline: bool
    entry: Entry
    counts: tuple[int, ...]
    completed: bool
    means: Mapping[str, Means]


@dataclass(frozen=True, slots=True)
class LayerProbes:
    """What was measured in the layers on one column.

    Args:
        head: The task and its budget.
        layers: All layers that some recipe has, inputs first; those that the baseline lacks come last.
        epochs: All epochs after which some trial was probed, growing.
        recipes: The best median first.
    """

    head: ColumnHead
    layers: tuple[str, ...]
    epochs: tuple[int, ...]
    recipes: tuple[RecipeProbes, ...]


def layer_probes(
    records: Sample | Iterable[Record], probes: Mapping[str, Probes], *, confidence: float = 0.95
) -> dict[Column, LayerProbes]:
    """Average the probes of every recipe over its seeds, column by column; a column without probes is left out.

    Args:
        records: The records; one that is given twice counts once.
        probes: Id → what the probes of that trial found. One that is not whole, or of no record, does not count.
        confidence: The wanted confidence of the entries' intervals, above 0 and below 1.
    """
    held = {trial_id: found for trial_id, found in probes.items() if is_whole(found)}
    if not held:
        return {}
    by_column = Sample.of(records).by_column
    names = column_labels(list(by_column))
    return {
        column: _on_column(head_of(column, names[column], trials), trials, held, confidence)
        for column, trials in by_column.items()
        if any(record.id in held for record in trials)
    }


def _on_column(
    head: ColumnHead, records: Sequence[Record], probes: Mapping[str, Probes], confidence: float
) -> LayerProbes:
    probed = [record for record in records if record.id in probes]
    found = [probes[record.id] for record in probed]
    # Those of the baseline first: the order of the others must not depend on ids more than it has to.
    usual = [probes[record.id] for record in probed if record.trial.recipe.text == record.task.baseline.text]
    layers = tuple(dict.fromkeys(layer for one in [*usual, *found] for layer in one["layers"]))
    epochs = tuple(sorted({epoch for one in found for epoch in one["epochs"]}))
    by_recipe: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_recipe[record.trial.recipe.text].append(record)
    groups = [held for _, held in sorted(by_recipe.items()) if any(record.id in probes for record in held)]
    names = recipe_labels([held[0].trial.recipe for held in groups], probed[0].task.baseline)
    recipes = []
    for held, label in zip(groups, names, strict=True):
        entry = entry_of(held, head, confidence)
        assert entry is not None
        own = [record for record in held if record.id in probes]
        trials = [probes[record.id] for record in own]
        recipes.append(
            RecipeProbes(
                label=label,
                is_baseline=entry.is_baseline,
                entry=entry,
                counts=_seeds_after(epochs, own, trials),
                completed=all(record.outcome.finished for record in own),
                means=_means(trials, layers, epochs),
            )
        )
    sign = -1 if head.direction == "max" else 1
    recipes.sort(key=lambda one: (sign * one.entry.final.estimate if one.entry.final else math.inf, one.label))
    return LayerProbes(head, layers, epochs, tuple(recipes))


def _seeds_after(epochs: Sequence[int], records: Sequence[Record], probes: Sequence[Probes]) -> tuple[int, ...]:
    """Return how many seeds were probed after each epoch: the folds of one seed are no further seeds."""
    seeds: defaultdict[int, set[int]] = defaultdict(set)
    for record, found in zip(records, probes, strict=True):
        for epoch in found["epochs"]:
            seeds[epoch].add(record.trial.seed)
    return tuple(len(seeds[epoch]) for epoch in epochs)


def _means(probes: Sequence[Probes], layers: Sequence[str], epochs: Sequence[int]) -> dict[str, Means]:
    measures = sorted({measure for one in probes for measure in one["measures"]})
    values: defaultdict[tuple[str, str, int], list[float]] = defaultdict(list)
    for one in probes:
        for measure, by_epoch in one["measures"].items():
            for epoch, row in zip(one["epochs"], by_epoch, strict=True):
                for layer, value in zip(one["layers"], row, strict=True):
                    if value is not None:
                        values[measure, layer, epoch].append(value)
    return {
        measure: tuple(tuple(_mean(values.get((measure, layer, epoch), ())) for epoch in epochs) for layer in layers)
        for measure in measures
    }


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def is_whole(found: Any) -> bool:
    """Say whether probes have one value or ``None`` for each measure, epoch and layer; a file may have been edited."""
    try:
        layers, epochs, measures = found["layers"], found["epochs"], found["measures"]
        return (
            bool(layers and epochs)
            and all(isinstance(layer, str) for layer in layers)
            and all(isinstance(epoch, int) for epoch in epochs)
            and (len(set(layers)), len(set(epochs))) == (len(layers), len(epochs))
            and all(
                len(by_epoch) == len(epochs) and all(len(row) == len(layers) for row in by_epoch)
                for by_epoch in measures.values()
            )
            and all(
                value is None or (isinstance(value, int | float) and math.isfinite(value))
                for by_epoch in measures.values()
                for row in by_epoch
                for value in row
            )
        )
    except (AttributeError, KeyError, TypeError):
        return False
