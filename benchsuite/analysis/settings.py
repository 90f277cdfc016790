"""Components as a recipe holds them: comparing their settings, and the shortest label that tells rows apart."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Component = Mapping[str, Any]
Components = tuple[Component, ...]
Recipe = Mapping[str, Sequence[Component]]
Record = Mapping[str, Any]
"""One trial: see ``docs/reference/record-format.md``."""


def canonical(value: Any) -> str:
    """Return the JSON text that equal settings share: sorted keys, no blanks; 1 and 1.0 stay apart."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def deviations(recipe: Recipe, baseline: Recipe) -> tuple[str, ...]:
    """Return the kinds in which a recipe is not the baseline: by name, version or any hyperparameter."""
    kinds = sorted({*recipe, *baseline})
    return tuple(
        kind for kind in kinds if canonical(list(recipe.get(kind, ()))) != canonical(list(baseline.get(kind, ())))
    )


def joined_name(components: Sequence[Component]) -> str:
    """Return the names without settings, such as ``dropout + l2``."""
    return " + ".join(str(component["name"]) for component in components) or "none"


def labels(rows: Sequence[Sequence[Component]]) -> list[str]:
    """Return one label per row: its name, and of its settings those that differ between rows of the same name.

    ``adam`` alone stays ``adam``; two of them become ``adam[learning_rate=0.001]`` and ``adam[learning_rate=0.01]``.
    Numbers are shortened to four digits where that still tells all rows apart.
    """
    groups: defaultdict[tuple[str, ...], list[Sequence[Component]]] = defaultdict(list)
    for components in rows:
        groups[_names(components)].append(components)
    short = [_label(components, groups[_names(components)], digits=4) for components in rows]
    if len(set(short)) == len(short):
        return short
    return [_label(components, groups[_names(components)], digits=17) for components in rows]


def _names(components: Sequence[Component]) -> tuple[str, ...]:
    return tuple(str(component["name"]) for component in components)


def _label(components: Sequence[Component], same_name: Sequence[Sequence[Component]], digits: int) -> str:
    parts = []
    for position, component in enumerate(components):
        settings = _settings(component)
        others = [_settings(row[position]) for row in same_name]
        differing = [
            f"{key}={text(value, digits)}"
            for key, value in sorted(settings.items())
            if any(key not in other or canonical(other[key]) != canonical(value) for other in others)
        ]
        parts.append(f"{component['name']}[{', '.join(differing)}]" if differing else str(component["name"]))
    return " + ".join(parts) or "none"


def _settings(component: Component) -> dict[str, Any]:
    # The version decides numbers as much as any hyperparameter does.
    return {**component.get("hyperparameters", {}), "version": component.get("version")}


def text(value: Any, digits: int = 17) -> str:
    """Return a setting as a reader writes it: 0.1 and not 0.10000000000000001, a string without quotes."""
    if isinstance(value, float):
        return repr(value) if digits >= 17 else f"{value:.{digits}g}"
    return value if isinstance(value, str) else canonical(value)
