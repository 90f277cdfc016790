"""The block ``instances`` of a task's certificate: on which of its instances what verdict was found, of a few comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchsuite.analysis.verdict import CANNOT_TELL, Verdict
from benchsuite.errors import BenchsuiteError
from benchsuite.instance_names import MARK

FORMAT = 1
NEEDED = {"kind", "a", "b", "track", "measure", "published", "beyond", "agree", "undecided", "contradict", "instances"}
"""What each comparison holds."""


def instances_block(
    verdicts: Sequence[Verdict], version: int, command: str, protocol: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the block.

    Args:
        verdicts: Each on one task, with what its other instances say.
        version: Of the task.
        command: What made it.
        protocol: How both sides were tuned and evaluated.

    Raises:
        BenchsuiteError: If a verdict is on several tasks, or nothing was asked of other instances.
    """
    comparisons = []
    for verdict in verdicts:
        if len(verdict.beyond) != 1:
            raise BenchsuiteError(
                f"the block of a certificate is of one task and its instances. Received: {len(verdict.beyond)} tasks with some."
            )
        about = {name: getattr(verdict, name) for name in ("kind", "a", "b", "track", "measure")}
        comparisons.append({**about, **verdict.beyond[0].short_json()})
    return {
        "format": FORMAT, "task_version": version, "command": command, "protocol": dict(protocol), "comparisons": comparisons,
    }  # fmt: skip


def comparisons_of(certificate: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the comparisons that a certificate holds; none where it has no such block, or not of the version that it is of."""
    block = (certificate or {}).get("instances")
    if not isinstance(block, Mapping) or block.get("format") != FORMAT:
        return []
    if block.get("task_version") != (certificate or {}).get("version"):
        return []
    held = block.get("comparisons")
    return [one for one in held if isinstance(one, Mapping) and set(one) >= NEEDED] if isinstance(held, list) else []


def comparison_words(held: Mapping[str, Any]) -> str:
    """Return what a comparison found on the instances of its task, and on which the verdict does not agree.

    Args:
        held: One of :func:`comparisons_of`.
    """
    instances: Mapping[str, str] = held["instances"]
    word = str(held["published"])
    others = [f"{name.partition(MARK)[2] or name} ({said})" for name, said in instances.items() if said != word]
    agree = len(instances) - len(others)
    track = "" if held["track"] == "default" else f", {held['track'].replace('_', '-')}"
    if word == CANNOT_TELL:
        found = f"cannot tell on the published instance{track}"
    else:
        found = f"{held['a']} is {word} than {held['b']}{track}; beyond the published instance: {held['beyond']}"
    said = f"{agree} of {len(instances)} variants agree"
    return f"{found}; {said}" + (f", not {', '.join(others)}" if others else "")
