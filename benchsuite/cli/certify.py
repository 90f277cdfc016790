"""``benchsuite certify``: measure what a task is, and compare with its certificate."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from benchsuite.cli.console import escape
from benchsuite.cli.options import NoLocalOption, PluginOption, TierOption, registry
from benchsuite.cli.quiet import surround, tensorflow_on_cpu
from benchsuite.errors import BenchsuiteError


def certify(
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="[TASK]...", help="Tasks; all of the tier unless given.")
    ] = None,
    tier: TierOption = "quick",
    write: Annotated[
        bool, typer.Option("--write", help="Write the certificate beside the file that registers the task.")
    ] = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Measure data, network, losses and gradients of tasks, and compare them with their certificates.

    Exit code 1 if something differs.
    """
    surround()
    from rich.console import Console

    from benchsuite.studies.plan import tasks_of

    known = registry(plugin, no_local)
    chosen = tasks_of(tuple(tasks or ()), tier, known)
    console = Console()
    tensorflow_on_cpu()
    broken = sum(_certify(task, known, write, console) for task in chosen)
    if broken:
        console.print(f"[red]{broken} of {len(chosen)} tasks not certified.[/]")
        raise typer.Exit(1)
    console.print(f"[green]{len(chosen)} task{'s' if len(chosen) > 1 else ''} certified.[/]")


def _certify(task: Any, known: Any, writing: bool, console: Any) -> bool:
    """Certify one task; return whether something is wrong."""

    from benchsuite.certificates import committed, write
    from benchsuite.conformance import judge, measure

    console.print(f"[bold]{task.name}[/]")
    try:
        found = measure(task, known)
        if writing:
            console.print(f"  written: {escape(str(write(task.name, known, found)))}", highlight=False, soft_wrap=True)
        findings = judge(task, known, found, committed(task.name, known))
    except Exception as error:
        text = (
            str(error)
            if isinstance(error, BenchsuiteError)
            else f"{type(error).__name__}: {' '.join(str(error).split())}"
        )
        console.print(f"  [red]✗[/] {escape(text)}", highlight=False, soft_wrap=True)
        return True
    for finding in findings:
        mark = "[red]✗[/]" if finding.problem else "[green]✓[/]"
        rest = f": {escape(finding.problem)}" if finding.problem else ""
        console.print(f"  {mark} {escape(finding.promise)}{rest}", highlight=False, soft_wrap=True)
    return any(finding.problem for finding in findings)
