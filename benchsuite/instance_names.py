"""What in the name of an instance tells it from its task, for whoever reads records: no task is needed to read it."""

from __future__ import annotations

MARK = "~"
"""Stands in no name of a task, and begins what makes an instance of one."""
MOST_DIGITS = 10
"""Of the number of a variant."""


def is_instance(name: str) -> bool:
    """Say whether a name is one of an instance that is not the published one, well formed or not."""
    return MARK in name


def base_of(name: str) -> str:
    """Return the name of the task that an instance is one of; of the published one its own."""
    return name.partition(MARK)[0]


def is_variant(name: str) -> bool:
    """Say whether a name is one of a variant, on every axis where its task is."""
    return name.count(MARK) == 1 and variant_in(name) > 0


def variant_in(name: str) -> int:
    """Return the variant in a name, whatever else it says; 0 where it names none."""
    first = name.split(MARK)[1:2]
    return int(first[0]) if first and _is_number(first[0]) else 0


def instance_words(name: str) -> str:
    """Return which instance of its task a name means, such as ``variant 3, noise=0.5``; empty for the published one."""
    return ", ".join(f"variant {part}" if _is_number(part) else part for part in name.split(MARK)[1:])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
