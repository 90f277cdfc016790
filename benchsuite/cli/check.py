"""``benchsuite check``: try every promise of a component or task."""

from __future__ import annotations

from typing import Annotated

import typer

from benchsuite.cli.console import quote, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.cli.quiet import surround, tensorflow_on_cpu
from benchsuite.components import KINDS
from benchsuite.errors import unknown


def check(
    names: Annotated[list[str], typer.Argument(help="Components or tasks; kind:name where several kinds have it.")],
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Try every promise that a component or task must keep. Exit code 1 if one is broken."""
    surround()
    known = registry(plugin, no_local)
    wanted = []
    for name in names:
        kind, _, plain = name.rpartition(":")
        kind = kind.replace("-", "_")
        if kind and kind not in KINDS:
            raise unknown("kind", kind, KINDS)
        found = [(k, plain) for k, table in known.tables.items() if plain in table and kind in ("", k)]
        if not found:
            raise unknown("component or task", name, {entry for table in known.tables.values() for entry in table})
        for match in found:
            known.refuse_conflict(*match)
        wanted += found
    from benchsuite.conformance import checked

    console = terminal()
    tensorflow_on_cpu()
    broken = 0
    for kind, plain in wanted:
        say(console, "[bold]{} {}[/]", kind.replace("_", " "), plain)
        for finding in checked(known, kind, plain):
            broken += bool(finding.problem)
            if not finding.problem:
                say(console, "  [green]✓[/] {}", finding.promise)
                continue
            say(console, "  [red]✗[/] {}: {}", finding.promise, finding.problem)
            if finding.traceback:
                quote(console, finding.traceback)
    if broken:
        say(console, "[red]{} broken promise{}.[/]", broken, "s" if broken > 1 else "")
        raise typer.Exit(1)
