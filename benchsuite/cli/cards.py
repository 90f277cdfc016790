"""What the report says of components and tasks, made from the plugins that are known: the report itself knows none."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from benchsuite.cli.task_facts import task_rows
from benchsuite.text import shortened

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.registry import Registered, Registry
    from benchsuite.report.site.cards import ComponentCard, TaskCard

LONGEST = 4_000
"""Letters of a text."""
DECLARED = ("wants", "applies_to", "on", "replaces_bias", "gain", "targets")
"""What components of some kinds declare besides."""


def component_cards(records: Iterable[Record], known: Registry) -> dict[tuple[str, str], ComponentCard]:
    """Return the card of every component of some records that is known here, by kind and name."""
    names = {
        (kind, setting.name)
        for recipe in {id(record.trial.recipe): record.trial.recipe for record in records}.values()
        for kind, held in recipe.settings
        for setting in held
    }
    return {
        (kind, name): _component(known.tables[kind][name])
        for kind, name in sorted(names)
        if name in known.tables.get(kind, {})
    }


def task_cards(records: Iterable[Record], known: Registry) -> dict[str, TaskCard]:
    """Return the card of every task of some records that is known here, by name."""
    names = sorted({record.trial.task for record in records})
    return {name: _task(known.entry("task", name), known) for name in names if known.has("task", name)}


def _component(entry: Registered) -> ComponentCard:
    from benchsuite.report.site.cards import ComponentCard, Hyperparameter

    component = entry.component
    facts = [
        (key.replace("_", " ").capitalize(), ", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
        for key in DECLARED
        if (value := getattr(component, key, None))
    ]
    family = family_of(component)
    if (state := _state(component)) and state != family:
        facts.append(("State", state.removeprefix("state ")))
    return ComponentCard(
        kind=component.kind,
        name=component.name,
        summary=_text(component.summary),
        formula=_text(component.formula),
        reference=_text(component.reference),
        space=tuple(
            Hyperparameter(key, repr(space.default), space.describe()) for key, space in component.space.items()
        ),
        version=component.version,
        fingerprint=entry.fingerprint,
        family=family,
        twin=str(getattr(component, "same_as", "") or ""),
        origin=f"{entry.plugin.name} ({entry.plugin.origin})",
        facts=tuple(facts),
        about=_text(inspect.getdoc(entry.plugin.module)),
    )


def family_of(component: Any) -> str:
    """Return what a component is grouped with: the family that it declares, else how much state it keeps.

    What keeps as much is alike: none is plain descent, as many numbers as are trained a momentum or a scale, twice as many both.
    """
    declared = getattr(component, "family", "")
    if isinstance(declared, str) and declared:
        return declared
    return _state(component)


def _state(component: Any) -> str:
    """Return how much state a component keeps; empty where none of its kind says so."""
    if not hasattr(component, "state"):
        return ""
    if component.state is None:
        return "state by shape"
    return f"state {component.state}× parameters" if component.state else "no state"


def _task(entry: Registered, known: Registry) -> TaskCard:
    from benchsuite.report.site.cards import TaskCard

    task = entry.component
    groups = tuple(
        tuple((key, _text(value)) for key, value in rows.items() if value) for rows in task_rows(task, known)
    )
    return TaskCard(
        name=task.name,
        summary=_text(task.summary),
        groups=groups,
        family=_folder(entry),
        license=_text(task.license),
        citation=_text(task.citation),
        fingerprint=entry.fingerprint,
        origin=f"{entry.plugin.name} ({entry.plugin.origin})",
        about=_text(inspect.getdoc(entry.plugin.module)),
    )


def _folder(entry: Registered) -> str:
    """Return the folder that a task's module lies in, such as ``vision``; empty where there is none."""
    parts = getattr(entry.plugin.module, "__name__", "").split(".")
    return parts[-2] if len(parts) > 2 else ""


def _text(value: object) -> str:
    return shortened(str(value or ""), LONGEST)
