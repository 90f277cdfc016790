"""What in the name of an instance tells it from its task, for whoever reads records: no task is needed to read it."""

from __future__ import annotations

MARK = "~"
"""Stands in no name of a task, and begins what makes an instance of one."""


def is_instance(name: str) -> bool:
    """Say whether a name is one of an instance that is not the published one, well formed or not."""
    return MARK in name


def base_of(name: str) -> str:
    """Return the name of the task that an instance is one of; of the published one its own."""
    return name.partition(MARK)[0]


def is_variant(name: str) -> bool:
    """Say whether a name is one of a variant, on every axis where its task is."""
    return name.count(MARK) == 1 and name.partition(MARK)[2].isdecimal()


def number_of(name: str) -> int:
    """Return the number of a variant; 0 for another name."""
    return int(name.partition(MARK)[2]) if is_variant(name) else 0


def instance_words(name: str) -> str:
    """Return which instance of its task a name means, such as ``variant 3, noise=0.5``; empty for the published one."""
    return ", ".join(f"variant {part}" if part.isdecimal() else part for part in name.split(MARK)[1:])
