"""What a task says that it compares, against what its certificate says that it tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchsuite.analysis.measure_of_kind import measures_of
from benchsuite.analysis.resolution import most_seeds
from benchsuite.certified_resolution import BLOCK, certified_resolution, remarks
from benchsuite.components import Task
from benchsuite.conformance.finding import Finding

PROMISE = "it tells methods apart of each kind that it compares"
ENOUGH = 10
"""Seeds with which a task must tell some pair apart of each kind that it compares."""
WELL = 0.5
"""Share of pairs from which on a kind is told apart so well that the task might compare it."""


def judge_resolution(task: Task, block: Mapping[str, Any] | None) -> list[Finding]:
    """Compare what a task compares with its certified resolution; nothing where none of its version was measured.

    A kind counts as told apart where the primary measure, or another one by which the kind is judged
    (:mod:`benchsuite.analysis.measure_of_kind`), tells some pair apart with ten seeds.

    Args:
        task: The task.
        block: Of its certificate.
    """
    if not _of_now(task, block):
        return []
    assert block is not None
    blind = [
        kind
        for kind, held in block["kinds"].items()
        if kind in task.compares and _decides(held["told"]) and not any(_told(one) for one in _judged_by(kind, held))
    ]
    if not blind:
        return [Finding(PROMISE)]
    names = ", ".join(kind.replace("_", " ") for kind in blind)
    return [
        Finding(
            PROMISE,
            f"no pair of reference components is told apart of {names}, with {ENOUGH} seeds: take it out of compares, or give the task "
            "more examples, depth or epochs and measure again",
        )
    ]


def notes_on_resolution(task: Task, block: Mapping[str, Any] | None, *, whole: bool = True) -> list[str]:
    """Return what is no error and worth a look: kinds, measures and targets that are not what was measured.

    Kinds that are told apart well and not compared, by another measure alone, or not measured; measures that separate clearly
    better than the primary one; targets that are not what tuned reference components reach.

    Args:
        task: The task.
        block: Of its certificate.
        whole: Whether the block holds all that was measured: else what is not there may be elsewhere.
    """
    if not _of_now(task, block):
        return []
    read = certified_resolution({BLOCK: block}, task.version)
    said = remarks(read, task.primary, task.measures, task.targets, task.compares) if read else []
    return [*_notes(task, block, whole), *said]


def _notes(task: Task, block: Mapping[str, Any] | None, whole: bool) -> Iterator[str]:
    assert block is not None
    for kind, held in block["kinds"].items():
        word, told = kind.replace("_", " "), _told(held["told"])
        if kind not in task.compares:
            if told >= WELL:
                yield f"{word} is told apart well ({told:.0%} of the pairs), and the task does not compare it"
        elif not _decides(held["told"]):
            yield f"{word} was measured with fewer than {ENOUGH} seeds, which decide nothing"
        elif not told and any(_told(one) for one in _judged_by(kind, held)):
            yield f"{word} is told apart by another measure than the primary one ({task.primary}) alone"
    if whole and (missing := [kind.replace("_", " ") for kind in task.compares if kind not in block["kinds"]]):
        yield f"its resolution was not measured for {', '.join(missing)}"


def _of_now(task: Task, block: Mapping[str, Any] | None) -> bool:
    return block is not None and block.get("task_version") == task.version


def _judged_by(kind: str, held: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [held["told"], *(held["measures"][name] for name in measures_of(kind) if name in held["measures"])]


def _decides(shares: Mapping[str, Any]) -> bool:
    return str(ENOUGH) in shares


def _told(shares: Mapping[str, Any]) -> float:
    return float(shares.get(most_seeds(shares)) or 0.0)
