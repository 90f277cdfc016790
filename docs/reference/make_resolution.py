"""The page of what tasks tell apart, made from their committed certificates; ``make_pages.py`` writes it among the others.

Nothing is measured here: ``benchsuite certify --resolution --write TASK`` does that, and the page is the same for the same
certificates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchsuite.certificates import committed
from benchsuite.certified_resolution import (
    BLOCK,
    SEEDS,
    CertifiedKind,
    CertifiedResolution,
    certified_resolution,
    rate_text,
    remarks,
    split_text,
    told_text,
)
from benchsuite.components import RECIPE_KINDS, Task
from benchsuite.registry import Registry

BEFORE = Path(__file__).with_name("quick_tier_before.json")
"""Task → what its certificate said of its resolution, of the quick tier before it was chosen by that. A file of its own, since
tasks go on: diamonds_mlp was version 2 then."""
TIERS = ("quick", "full", "standard", "large")
EMBEDDED = ("quick", "full")
"""Tiers whose tasks need nothing to be fetched."""
NOTHING = "–"
Found = Mapping[str, CertifiedResolution]


def certificates(known: Registry) -> dict[str, dict[str, Any]]:
    """Return the committed certificate of every task that has one."""
    found = {name: committed(name, known) for name in known.names("task")}
    return {name: certificate for name, certificate in sorted(found.items()) if certificate}


def resolution_parts(known: Registry, held: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the page, part by part, without its heading.

    Args:
        known: The plugins.
        held: Task → its certificate.
    """
    tasks = {name: known.task(name) for name in known.names("task")}
    read = {name: certified_resolution(held.get(name), task.version) for name, task in tasks.items()}
    order = sorted(tasks, key=lambda name: (TIERS.index(tasks[name].tier), name))
    found: Found = {name: one for name in order if (one := read[name]) is not None and one.kinds}
    parts = [
        "How well a task tells methods apart, as its certificate has it. Of each kind a declared set of reference components is "
        "tuned on the task, then evaluated on ten seeds, unless the command below names others; of every pair the exact rank "
        "test of `benchsuite compare` says whether one of both is better on the test part, with seeds of their own. A share with "
        "fewer seeds is the mean over their subsets. With three seeds that test can tell no pair apart, whatever the values are: "
        "its smallest p is 0.1.",
        "*variance* is the split of the variance of a trial's value into what the component makes, what the seed makes alike for all, and "
        "what both make together, in percent. *floor* is the smallest difference that so many test examples can show, however many seeds "
        "there are. *at once* is the share of the targets that every trial reached at its first evaluation. *trial* is training and "
        f"evaluating once on one core, *compile* comes on top once for a program. *a minute* is pairs told apart with {SEEDS} seeds ÷ "
        f"(components · {SEEDS} · trial), for each minute of one core. [Statistics](../explanation/statistics.md) says more of the tests.",
    ]
    if not found:
        return [*parts, "No task was measured yet: `benchsuite certify --resolution --write TASK` does it."]
    parts += ["## The quick tier, before and now", *_tiers(tasks, found)]
    for kind in RECIPE_KINDS:
        parts += _of_kind(kind, tasks, found)
    parts += ["## By measure", _by_measure(tasks, found)]
    parts += ["## What is reached", *_reached(tasks, found)]
    parts += ["## Measured by", *_commands(tasks, found)]
    return parts


def quick_tier_before() -> Found:
    """Return what was measured of the quick tier that was not chosen by resolution."""
    blocks = json.loads(BEFORE.read_text(encoding="utf-8"))
    read = {name: certified_resolution({BLOCK: block}, block["task_version"]) for name, block in blocks.items()}
    return {name: one for name, one in read.items() if one is not None}


def tier_line(names: Sequence[str], kind: str, found: Found) -> tuple[int, float, float] | None:
    """Return tasks, share of pairs told apart with five seeds, and pairs told apart for each minute of a core.

    Over tasks t with p_t pairs, a share s_t, c_t components and trials of d_t seconds: Σ s_t·p_t ÷ Σ p_t, and
    Σ s_t·p_t ÷ Σ c_t·5·d_t ÷ 60. ``None`` where the kind was measured on none of them.

    Args:
        names: The tasks of a tier.
        kind: The kind.
        found: What certificates say.
    """
    held = [
        one for name in names if name in found for one in found[name].kinds if one.kind == kind and SEEDS in one.told
    ]
    timed = [one for one in held if one.seconds]
    if not held:
        return None
    told = sum(one.told[SEEDS] * one.pairs for one in held)
    minutes = sum(len(one.components) * SEEDS * (one.seconds or 0.0) / 60 for one in timed)
    rate = sum(one.told[SEEDS] * one.pairs for one in timed) / minutes if minutes else float("nan")
    return len(held), told / sum(one.pairs for one in held), rate


def _tiers(tasks: Mapping[str, Task], found: Found) -> list[str]:
    """Return the old and the new quick tier side by side."""
    old = quick_tier_before()
    new = [name for name, task in tasks.items() if task.tier == "quick"]
    lines = [
        "| kind | tasks before | told | a minute | tasks now | told | a minute | now ÷ before, a minute |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in RECIPE_KINDS:
        comparing = [name for name in new if kind in tasks[name].compares]
        before, now = tier_line(list(old), kind, old), tier_line(comparing, kind, found)
        if before is None and now is None:
            continue
        cells = [text for line in (before, now) for text in _tier_cells(line)]
        ratio = now[2] / before[2] if before and now and before[2] and now[2] else float("nan")
        lines.append(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} | {_ratio(before, now, ratio)} |")
    missing = [name for name in new if name not in found]
    return [
        f"Before: {_names(sorted(old))}. Now: {_names(sorted(new))}. *told* is the share of all pairs with {SEEDS} seeds, over all "
        "tasks of the tier that compare the kind.",
        "\n".join(lines),
        f"Not measured: {_names(missing)}." if missing else "",
    ]


def _tier_cells(line: tuple[int, float, float] | None) -> tuple[str, str, str]:
    if line is None:
        return "0", NOTHING, NOTHING
    return str(line[0]), told_text(line[1]), NOTHING if line[2] != line[2] else rate_text(line[2])


def _ratio(before: tuple[int, float, float] | None, now: tuple[int, float, float] | None, ratio: float) -> str:
    if ratio == ratio:
        return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
    return "from none" if now and now[1] and (before is None or not before[1]) else NOTHING


def _of_kind(kind: str, tasks: Mapping[str, Task], found: Found) -> list[str]:
    """Return the table of one kind, the tasks in the order of their tiers; those that compare it without being measured are named."""
    lines = []
    for name, resolution in found.items():
        lines += [_kind_line(tasks[name], one) for one in resolution.kinds if one.kind == kind]
    if not lines:
        return []
    components = sorted(
        {", ".join(one.components) for held in found.values() for one in held.kinds if one.kind == kind}, key=len
    )
    left = [
        name
        for name, task in tasks.items()
        if task.tier == "quick"
        and kind in task.compares
        and kind not in {one.kind for one in (found[name].kinds if name in found else ())}
    ]
    heads = "| task | tier | pairs | 3 seeds | 5 seeds | 10 seeds | variance | floor | at once | failed | trial | compile | a minute |"
    return [
        f"## {kind.replace('_', ' ').capitalize()}",
        f"Of {components[-1]}, as far as a task takes them. Tasks that compare it are set in bold.",
        "\n".join([heads, "|---" * 13 + "|", *lines]),
        f"Of the quick tier these compare it and were not measured: {_names(sorted(left))}." if left else "",
    ]


def _kind_line(task: Task, one: CertifiedKind) -> str:
    name = f"**`{task.name}`**" if one.kind in task.compares else f"`{task.name}`"
    cells = (
        name, task.tier, str(one.pairs), *(told_text(one.told.get(seeds)) for seeds in (3, 5, 10)), split_text(one),
        _number(one.floor), NOTHING if one.saturated is None else f"{100 * one.saturated:.0f} %",
        NOTHING if one.failed is None else f"{100 * one.failed:.2g} %",
        NOTHING if one.seconds is None else f"{one.seconds:.2g} s",
        NOTHING if one.compile_seconds is None else f"{one.compile_seconds:.2g} s",
        rate_text(one.pairs_per_minute),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _by_measure(tasks: Mapping[str, Task], found: Found) -> str:
    """Return the share of pairs that each measure tells apart with five seeds, kind by kind."""
    kinds = [kind for kind in RECIPE_KINDS if any(one.kind == kind for held in found.values() for one in held.kinds)]
    heads = " | ".join(kind.replace("_", " ") for kind in kinds)
    lines = [f"Share of the pairs with {SEEDS} seeds; the primary measure of a task stands first.", ""]
    lines += [f"| task | measure | {heads} |", "|---" * (2 + len(kinds)) + "|"]
    for name, resolution in found.items():
        of = {one.kind: one.measures for one in resolution.kinds}
        primary = tasks[name].primary
        named = sorted({measure for held in of.values() for measure in held}, key=lambda one: (one != primary, one))
        for place, measure in enumerate(named):
            shares = (told_text(of.get(kind, {}).get(measure, {}).get(SEEDS)) for kind in kinds)
            lines.append(f"| {f'`{name}`' if not place else ''} | {measure} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _reached(tasks: Mapping[str, Task], found: Found) -> list[str]:
    """Return what nine, five and one of ten trials reach, beside the targets that tasks declare; and what is worth a look."""
    lines = ["| task | measure | early | middle | late | its targets |", "|---|---|---|---|---|---|"]
    said = []
    for name, resolution in found.items():
        task = tasks[name]
        if resolution.targets is not None:
            values = " | ".join(f"{value:g}" for value in resolution.targets.values)
            declared = ", ".join(f"{value:g}" for value in task.targets) or NOTHING
            lines.append(f"| `{name}` | {resolution.targets.measure} | {values} | {declared} |")
        own = remarks(resolution, task.primary, task.measures, task.targets, task.compares)
        said += [f"- `{name}`: {line}" for line in own]
    return [
        "On the validation part, of the trials of tuned reference optimizers (where none were measured, of all kinds that were): nine "
        "of ten reach the early value, half of them the middle one, one of ten the late one.",
        "\n".join(lines) if len(lines) > 2 else "",
        "\n".join(["What is worth a look:", "", *said]) if said else "",
    ]


def _commands(tasks: Mapping[str, Task], found: Found) -> list[str]:
    lines = [resolution.command for resolution in found.values()]
    left = sorted(name for name, task in tasks.items() if task.tier in EMBEDDED and name not in found)
    due = [name for name in left if tasks[name].compares]
    idle = [name for name in left if not tasks[name].compares]
    return [
        "\n".join(["```console", *(f"$ {line}" for line in lines), "```"]),
        f"Embedded tasks that were not measured: {_names(due)}." if due else "",
        f"Embedded tasks that compare no kind, and have nothing to measure: {_names(idle)}." if idle else "",
    ]


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2g}"
