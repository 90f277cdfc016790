"""``benchsuite check``: try every promise of a component or task."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import KINDS
from benchsuite.errors import unknown


def check(
    names: Annotated[list[str], typer.Argument(help="Components or tasks; kind:name where several kinds have it.")],
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Try every promise that a component or task must keep. Exit code 1 if one is broken."""
    from rich.console import Console
    from rich.markup import escape

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

    console = Console()
    with _quiet():
        from benchsuite.engine.device import Device, configure

        configure(Device("cpu"))
    broken = 0
    for kind, plain in wanted:
        console.print(f"[bold]{kind.replace('_', ' ')} {plain}[/]")
        for finding in checked(known, kind, plain):
            broken += bool(finding.problem)
            mark = "[red]✗[/]" if finding.problem else "[green]✓[/]"
            console.print(
                f"  {mark} {escape(finding.promise)}{': ' + escape(finding.problem) if finding.problem else ''}",
                highlight=False,
                soft_wrap=True,
            )
            if finding.problem and finding.traceback:
                console.print(escape(finding.traceback.rstrip()), style="dim", highlight=False)
    if broken:
        console.print(f"[red]{broken} broken promise{'s' if broken > 1 else ''}.[/]")
        raise typer.Exit(1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what TensorFlow's libraries print at import, before any of its settings counts, off the terminal."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
