"""Settings side by side: where recipes differ, and the shortest label that tells rows apart."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from benchsuite.kinds import kind_order
from benchsuite.recipe import Recipe, Setting

Settings = tuple[Setting, ...]
"""All that a recipe holds of one kind."""


def key_of(settings: Sequence[Setting]) -> str:
    """Return the text that equal settings share; 1 and 1.0 stay apart."""
    return f"[{','.join(setting.text for setting in settings)}]"


def deviations(recipe: Recipe, baseline: Recipe) -> tuple[str, ...]:
    """Return the kinds in which a recipe is not the baseline: by name, version or any hyperparameter."""
    if recipe is baseline:
        return ()
    kinds = sorted({*recipe.kinds, *baseline.kinds}, key=kind_order)
    return tuple(kind for kind in kinds if key_of(recipe.get(kind)) != key_of(baseline.get(kind)))


def joined_name(settings: Sequence[Setting]) -> str:
    """Return the names without hyperparameters, such as ``dropout + l2``."""
    return " + ".join(setting.name for setting in settings) or "none"


def labels(rows: Sequence[Sequence[Setting]]) -> list[str]:
    """Return one label per row: its name, and of its hyperparameters those that differ between rows of the same name.

    ``adam`` alone stays ``adam``; two of them become ``adam[learning_rate=0.001]`` and ``adam[learning_rate=0.01]``.
    Numbers are shortened to four digits where that still tells all rows apart.
    """
    groups: defaultdict[tuple[str, ...], list[Sequence[Setting]]] = defaultdict(list)
    for settings in rows:
        groups[_names(settings)].append(settings)
    differing = {names: _differing(held) for names, held in groups.items()}
    short = [_label(settings, differing[_names(settings)], digits=4) for settings in rows]
    if len(set(short)) == len(short):
        return short
    return [_label(settings, differing[_names(settings)], digits=17) for settings in rows]


def text(value: Any, digits: int = 17) -> str:
    """Return a value as a reader writes it: 0.1 and not 0.10000000000000001, a string without quotes."""
    if isinstance(value, float):
        return repr(value) if digits >= 17 else f"{value:.{digits}g}"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _names(settings: Sequence[Setting]) -> tuple[str, ...]:
    return tuple(setting.name for setting in settings)


def _differing(rows: Sequence[Sequence[Setting]]) -> list[frozenset[str]]:
    """Return, for each position of rows that share their names, the hyperparameters in which some row differs."""
    found = []
    for column in zip(*rows, strict=True):
        seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for setting in column:
            for key, value in _values(setting).items():
                seen[key][json.dumps(value, sort_keys=True, default=str)] += 1
        found.append(frozenset(key for key, texts in seen.items() if len(texts) > 1 or texts.total() < len(column)))
    return found


def _label(settings: Sequence[Setting], differing: Sequence[frozenset[str]], digits: int) -> str:
    parts = []
    for setting, keys in zip(settings, differing, strict=True):
        shown = [f"{key}={text(value, digits)}" for key, value in sorted(_values(setting).items()) if key in keys]
        parts.append(f"{setting.name}[{', '.join(shown)}]" if shown else setting.name)
    return " + ".join(parts) or "none"


def _values(setting: Setting) -> dict[str, Any]:
    # The version decides numbers as much as any hyperparameter does.
    return {**setting.hyperparameters, "version": setting.version}
