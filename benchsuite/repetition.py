"""Comparing two runs of one trial: the cheapest check of determinism there is."""

from __future__ import annotations

from typing import Any

from benchsuite.record import Ending, TaskFacts


def difference(first: Ending, second: Ending) -> str:
    """Return what differs between two runs of a trial, in words; empty if both gave the same bits."""
    if first.outcome is not second.outcome:
        reason = f" ({second.reason})" if second.reason else ""
        return f"it was {first.outcome} and is {second.outcome} now{reason}"
    curves = first.curves.to_json(), second.curves.to_json()
    for name in sorted({*first.curves, *second.curves}):
        before, after = (values.get(name, []) for values in curves)
        if len(before) != len(after):
            return f"{name} had {len(before)} epochs and has {len(after)} now"
        for epoch, (old, new) in enumerate(zip(before, after, strict=True)):
            if not _same(old, new):
                return f"{name} after epoch {epoch} was {old} and is {new} now"
    return _first_difference("results", first.numbers()["results"], second.numbers()["results"])


def facts_difference(first: TaskFacts, second: TaskFacts) -> str:
    """Return what a task says otherwise of itself, in words; empty if nothing.

    The baseline is left out: the defaults of its components may change without the task's doing.
    """
    for name in ("primary", "direction", "targets", "metrics", "compares", "summary", "license", "citation"):
        before, after = getattr(first, name), getattr(second, name)
        if not _same(before, after):
            return f"its task's {name}: {before} in the record, {after} now"
    return ""


def other_numerics(first: Ending, second: Ending) -> bool:
    """Say whether two runs are known to round differently: their last bits need not agree."""
    before, after = first.environment.numerics, second.environment.numerics
    return bool(before and after and before != after)


def _first_difference(where: str, before: Any, after: Any) -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            if found := _first_difference(f"{where}.{key}", before.get(key), after.get(key)):
                return found
        return ""
    return "" if _same(before, after) else f"{where} was {before} and is {after} now"


def _same(before: Any, after: Any) -> bool:
    """Say whether two numbers are the same bits: unlike ``==`` this tells 0.0 from -0.0."""
    return repr(before) == repr(after)
