"""Tasks that are made of the same parts, whatever their sizes: what depends on parts alone is tried on the first of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from benchsuite.components import Task
from benchsuite.registry import Registry
from benchsuite.selection import baseline

SIZES_COUNT = "embedding"
"""A table of symbols is read in one way or another, by how many there are."""
KINDS = ("normalization", "regularization", "activation", "preprocessing", "gradient_transform", "loss")
"""Kinds of a baseline that are a part of its program; optimizers are tried one by one."""


class Noted:
    """Stands for blocks, and for what they give: notes which are asked for."""

    def __init__(self, names: set[Hashable]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        if name == "knob":
            return lambda knob: 2  # a depth or a width, whichever

        def block(*arguments: Any, **options: Any) -> Noted:
            sizes = repr([one for one in arguments if not isinstance(one, Noted)]) if name == SIZES_COUNT else ""
            self._names.add((name, sizes, *sorted(map(str, options))))
            return self

        return block

    def __call__(self, *given: Any) -> Noted:
        return self


def parts_of(task: Task, registry: Registry) -> Hashable:
    """What a task's program is made of; its name alone where its network does more than to put blocks together."""
    names: set[Hashable] = set()
    try:
        task.model(Noted(names), Noted(names))
    except Exception:  # it reads a shape, adds or calls Keras
        return task.name
    recipe = baseline(task, registry)
    chosen = tuple((kind, tuple(one.name for one in recipe[kind])) for kind in KINDS if kind in recipe)
    return frozenset(names), chosen, task.loss, tuple((one.name, one.per_example) for one in task.metrics), task.xla


def of_different_parts(tasks: Iterable[Task], registry: Registry) -> dict[str, list[str]]:
    """Return the name of one task of each make → all that are made so."""
    found: dict[Hashable, list[str]] = {}
    for task in tasks:
        found.setdefault(parts_of(task, registry), []).append(task.name)
    return {names[0]: names for names in found.values()}
