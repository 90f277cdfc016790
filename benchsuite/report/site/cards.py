"""What is known of components and tasks beside their records: plain data, made where the plugins are known."""

from __future__ import annotations

from dataclasses import dataclass

Facts = tuple[tuple[str, str], ...]
"""Name and value, in the order in which they are shown; no value is empty."""


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One hyperparameter of a component: its default and its range, in words."""

    name: str
    default: str
    described: str


@dataclass(frozen=True, slots=True)
class ComponentCard:
    """A component as its plugin declares it; all but kind and name may be empty.

    Args:
        kind: Of the component.
        name: Of the component.
        summary: One line.
        formula: Its rule.
        reference: The paper.
        space: Its hyperparameters.
        version: Of the component.
        fingerprint: Of its code, with every hyperparameter at its default.
        family: What it is grouped with.
        twin: The component that it says to be the same method as.
        origin: The plugin that it comes from, and where that lies.
        facts: What else it declares.
        about: What its author says in the module.
    """

    kind: str
    name: str
    summary: str = ""
    formula: str = ""
    reference: str = ""
    space: tuple[Hyperparameter, ...] = ()
    version: int = 1
    fingerprint: str = ""
    family: str = ""
    twin: str = ""
    origin: str = ""
    facts: Facts = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task as its plugin declares it.

    Args:
        name: Of the task.
        summary: One line.
        groups: What it is, its data, how it is trained, how it is measured, as `benchsuite info` says it.
        family: What it is grouped with, such as the kind of its data.
        license: Of its data.
        citation: Of its data.
        fingerprint: Of its code.
        origin: The plugin that it comes from.
        samples: A figure of examples as SVG; empty where none was drawn.
        about: What its author says in the module.
    """

    name: str
    summary: str = ""
    groups: tuple[Facts, ...] = ()
    family: str = ""
    license: str = ""
    citation: str = ""
    fingerprint: str = ""
    origin: str = ""
    samples: str = ""
    about: str = ""
