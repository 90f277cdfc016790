"""``benchsuite certify --variants N``: what must hold for all instances of a task, and the checksums of their data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.cli.console import say
from benchsuite.cli.resolution import tell_findings
from benchsuite.errors import BenchsuiteError
from benchsuite.text import reason_of

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Task
    from benchsuite.registry import Registry

MOST = 100


def certify_variants(tasks: Sequence[Task], count: int, known: Registry, console: Console, *, writing: bool) -> int:
    """Certify the variants 1 to ``count`` of tasks; return of how many tasks something is wrong.

    Args:
        tasks: The tasks themselves.
        count: How many variants of each.
        known: The plugins that were found.
        console: Where to.
        writing: Whether the tasks' certificates keep the checksums.

    Raises:
        BenchsuiteError: If a task has no variants, or no certificate of its version.
    """
    from benchsuite.certificates import committed
    from benchsuite.instances import base_of, no_variants

    if not 1 <= count <= MOST:
        raise BenchsuiteError(f"--variants must be a whole number from 1 to {MOST}. Received: {count}.")
    certificates: dict[str, dict[str, Any]] = {}
    for task in tasks:
        if task.variation is None:
            raise no_variants(task.name, known.with_variants)
        if task.name != base_of(task.name):
            raise BenchsuiteError(
                f"--variants takes the task itself. Received: {task.name!r}. Write {base_of(task.name)}."
            )
        found = committed(task.name, known)
        if found is None or found.get("version") != task.version:
            raise BenchsuiteError(
                f"the variants of {task.title} stand in its certificate, and there is none of version {task.version}. "
                f"Write it first: benchsuite certify --write {task.name}"
            )
        certificates[task.name] = found
    return sum(_certify(task, count, certificates[task.name], known, console, writing) for task in tasks)


def _certify(
    task: Task, count: int, certificate: dict[str, Any], known: Registry, console: Console, writing: bool
) -> bool:
    from benchsuite.certificates import VARIANTS, write
    from benchsuite.conformance.of_variants import judge_data, judge_variant, measure_variant
    from benchsuite.conformance.trains_alike import published_training
    from benchsuite.instances import variant_of

    broken = False
    kept = dict(certificate.get(VARIANTS, {}))
    variants = [known.task(variant_of(task.name, number)) for number in range(1, count + 1)]
    say(console, "[bold]{}[/], variants 1 to {}", task.name, count)
    try:
        findings = judge_data(task, variants)
        tell_findings(findings, (), console)
        broken = any(finding.problem for finding in findings)
        published = published_training(task, known)
        for number, variant in enumerate(variants, 1):
            say(console, "[bold]{}[/]", variant.name)
            found, block = measure_variant(variant, known)
            kept[str(number)] = block
            findings = judge_variant(variant, known, found, block, certificate, published)
            tell_findings(findings, (), console)
            broken |= any(finding.problem for finding in findings)
    except Exception as error:
        say(console, "  [red]✗[/] {}", reason_of(error))
        return True
    if writing and not broken:
        say(console, "  written: {}", write(task.name, known, {**certificate, VARIANTS: kept}))
    return broken
