"""What ``benchsuite info`` says of how well a task tells methods apart, by its certificate: nothing is measured for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.certified_resolution import (
    SEEDS,
    CertifiedResolution,
    certified_resolution,
    paced_text,
    rate_text,
    remarks,
    split_text,
    told_text,
)
from benchsuite.cli.task_facts import certificate_of, seconds_words
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.components import Task
    from benchsuite.registry import Registry

NOTES = (
    "of the pairs of tuned reference components, with so many seeds",
    "variance: component/seed/both, in %; trial: on one core",
    "rate: pairs told apart with {}, for each minute of a core",
)
"""Lines of at most 65 characters: what is left of 80 beside the headings."""


def resolution_rows(task: Task, known: Registry) -> dict[str, str]:
    """Return what a task tells apart, in words; empty where that was not measured.

    Args:
        task: The task.
        known: For its certificate.
    """
    certificate, _ = certificate_of(task, known)
    try:
        found = certified_resolution(certificate, task.version)
    except BenchsuiteError as error:
        return {"tells apart": str(error)}
    if found is None or not found.kinds:
        return {}
    protocol = found.protocol
    return {
        "tells apart": _told(found),
        "by measure": _by_measure(found),
        "reached": _reached(found),
        "remarks": "\n".join(remarks(found, task.primary, task.measures, task.targets, task.compares)),
        "measured": f"{protocol.get('seeds', '?')} seeds, budget {protocol.get('budget', '?')}, tuned; again by\n{found.command}",
    }


def _told(found: CertifiedResolution) -> str:
    """Return a table: of each kind pairs, share told by seeds, split of variance, time of a trial and pairs a minute."""
    seeds = sorted({size for kind in found.kinds for size in kind.told})
    lines = [("", "pairs", *map(str, seeds), "variance", "trial", "rate")]
    for kind in found.kinds:
        lines.append(
            (
                kind.kind.replace("_", " "),
                str(kind.pairs),
                *(told_text(kind.told.get(size)) for size in seeds),
                split_text(kind),
                "–" if kind.seconds is None else seconds_words(kind.seconds),
                rate_text(kind.pairs_per_minute),
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = [
        " ".join(text.ljust(width) if not at else text.rjust(width) for at, (text, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]  # fmt: skip
    return "\n".join([*table, *NOTES[:-1], NOTES[-1].format(paced_text(found.kinds))])


def _by_measure(found: CertifiedResolution) -> str:
    lines = []
    for kind in found.kinds:
        shares = {name: told[SEEDS] for name, told in kind.measures.items() if SEEDS in told}
        ordered = sorted(shares, key=lambda name: (-shares[name], name))
        if len(ordered) > 1:
            said = ", ".join(f"{name} {told_text(shares[name])}" for name in ordered)
            lines.append(f"{kind.kind.replace('_', ' ')}: {said}")
    return "\n".join([f"share of the pairs, with {SEEDS} seeds", *lines]) if lines else ""


def _reached(found: CertifiedResolution) -> str:
    if found.targets is None:
        return ""
    early, middle, late = (f"{value:g}" for value in found.targets.values)
    return f"{found.targets.measure} {early} by nine tuned trials of ten, {middle} by half, {late} by one of ten (validation part)"
