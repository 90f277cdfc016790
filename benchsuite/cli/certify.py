"""``benchsuite certify``: measure what a task is, and compare with its certificate."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, TierOption, registry
from benchsuite.cli.quiet import surround, tensorflow_on_cpu
from benchsuite.text import reason_of


def certify(
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="TASK", help="Tasks; all of the tier unless given.")
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
    from benchsuite.studies.plan import tasks_of

    known = registry(plugin, no_local)
    chosen = tasks_of(tuple(tasks or ()), tier, known)
    console = terminal()
    tensorflow_on_cpu()
    broken = sum(_certify(task, known, write, console) for task in chosen)
    if broken:
        say(console, "[red]{} of {} tasks not certified.[/]", broken, len(chosen))
        raise typer.Exit(1)
    say(console, "[green]{} task{} certified.[/]", len(chosen), "s" if len(chosen) > 1 else "")


def _certify(task: Any, known: Any, writing: bool, console: Any) -> bool:
    """Certify one task; return whether something is wrong."""

    from benchsuite.certificates import committed, write
    from benchsuite.conformance import judge, measure

    say(console, "[bold]{}[/]", task.name)
    try:
        found = measure(task, known)
        if writing:
            say(console, "  written: {}", write(task.name, known, found))
        findings = judge(task, known, found, committed(task.name, known))
    except Exception as error:
        say(console, "  [red]✗[/] {}", reason_of(error))
        return True
    for finding in findings:
        if finding.problem:
            say(console, "  [red]✗[/] {}: {}", finding.promise, finding.problem)
        else:
            say(console, "  [green]✓[/] {}", finding.promise)
    return any(finding.problem for finding in findings)
