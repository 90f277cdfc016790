"""Names of whole recipes, where those of one task stand side by side whatever kind they differ in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchsuite.analysis.settings import deviations, key_of, labels
from benchsuite.recipe import Recipe


def recipe_labels(recipes: Sequence[Recipe], baseline: Recipe) -> list[str]:
    """Return one label per recipe: what it has in the one kind in which recipes differ, or all that is not the baseline's."""
    changed = [deviations(recipe, baseline) for recipe in recipes]
    kinds = {kind for held in changed for kind in held}
    names = {kind: _labels_of((*recipes, baseline), kind) for kind in kinds}

    def name(recipe: Recipe, kind: str) -> str:
        return names[kind][key_of(recipe.get(kind))]

    if len(kinds) == 1:
        return [name(recipe, kind) for recipe in recipes for kind in kinds]
    return [
        ", ".join(f"{kind.replace('_', ' ')} {name(recipe, kind)}" for kind in held) or "baseline"
        for recipe, held in zip(recipes, changed, strict=True)
    ]


def _labels_of(recipes: Iterable[Recipe], kind: str) -> dict[str, str]:
    settings = {key_of(recipe.get(kind)): recipe.get(kind) for recipe in recipes}
    return dict(zip(settings, labels(list(settings.values())), strict=True))
