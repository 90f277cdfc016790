"""Where chosen values lie in the grids that they were chosen from: at an edge, a better one may lie beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchsuite.claim_verdicts import GridEdges
from benchsuite.components.choice import ArmChoice
from benchsuite.trial import Trial


def grids_of(choices: Mapping[int, Sequence[ArmChoice]], arms: Sequence[Mapping[str, Trial]]) -> tuple[GridEdges, ...]:
    """Return one grid for each number that differs among the arms of a choice, with the seeds that ended at its edges.

    A run that failed counts as a value of its grid: where all larger rates diverged, the largest that did not is no edge.

    Args:
        choices: Seed → what its effect chose.
        arms: For each seed name of an arm → its trial.
    """
    found: dict[tuple[str, tuple[str, ...]], tuple[set[int], set[int], set[int]]] = {}
    for seed, chosen in sorted(choices.items()):
        for choice in chosen:
            each = {name: numbers_of(arms[seed][name]) for name in choice.arms}
            for setting, value in each[choice.chosen].items():
                values = {numbers[setting] for numbers in each.values() if setting in numbers}
                if len(values) == 1 or any(setting not in numbers for numbers in each.values()):
                    continue
                seeds, smallest, largest = found.setdefault((setting, choice.arms), (set(), set(), set()))
                seeds.add(seed)
                if value == min(values):
                    smallest.add(seed)
                if value == max(values):
                    largest.add(seed)
    return tuple(
        GridEdges(setting, names, len(seeds), tuple(sorted(smallest)), tuple(sorted(largest)))
        for (setting, names), (seeds, smallest, largest) in found.items()
    )


def numbers_of(trial: Trial) -> dict[str, float]:
    """Return every number that a trial's recipe and knobs set: ``learning_rate of sgd`` → 0.1; truth values are none."""
    found: dict[str, object] = {
        f"{key} of {setting.name}": value
        for _, settings in trial.recipe.settings
        for setting in settings
        for key, value in setting.values
    }
    found |= {"epochs": trial.epochs, "batch_size": trial.batch_size, **dict(trial.knobs)}
    return {
        key: float(value)
        for key, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
