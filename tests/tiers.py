"""Which tasks are quick: what the registry says, and a registry in which others are, for a test that needs certain ones."""

from __future__ import annotations

from dataclasses import replace

from benchsuite.registry import Registry


def quick(registry: Registry) -> list[str]:
    """The tasks that run where none is named."""
    return [name for name in registry.names("task") if registry.task(name).tier == "quick"]


def with_quick(registry: Registry, *names: str) -> Registry:
    """The same registry, but for its tasks' tiers: these are the quick ones, and those that were are of the tier ``full``."""
    tasks = dict(registry.tables["task"])
    for name in {*names, *quick(registry)}:
        task = replace(registry.task(name), tier="quick" if name in names else "full")
        tasks[name] = replace(tasks[name], component=task)
    return replace(registry, tables={**registry.tables, "task": tasks})
