"""``benchsuite list``: every component and task by kind, broken plugins with their reason, and what was skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import cell, echo, quote, say, show, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import KINDS
from benchsuite.errors import unknown
from benchsuite.text import without_controls

if TYPE_CHECKING:
    from benchsuite.registry import Registered


def list_components(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Show this kind only.")] = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """List components and tasks by kind, with where they come from.

    Into a file or a pipe each is one line: name, kind, summary and origin, with tabs between them.
    """
    from rich.table import Table

    from benchsuite.discovery import described

    if kind is not None and kind.replace("-", "_") not in KINDS:
        raise unknown("kind", kind, KINDS)
    known = registry(plugin, no_local)
    console = terminal()
    for name, table in known.tables.items():
        if kind is not None and kind.replace("-", "_") != name:
            continue
        if not console.is_terminal:
            for component_name, entry in sorted(table.items()):
                echo("{}\t{}\t{}\t{}", component_name, name, entry.component.summary, _origin(name, entry))
            continue
        shown = Table(
            box=None,
            padding=(0, 2, 0, 0),
            show_header=False,
            title=cell(name.replace("_", " "), "bold"),
            title_justify="left",
        )
        for column in ({"no_wrap": True}, {"ratio": 1}, {"style": "dim", "no_wrap": True}):
            shown.add_column(**column)
        for component_name, entry in sorted(table.items()):
            shown.add_row(cell(component_name), cell(entry.component.summary), cell(_origin(name, entry)))
        show(console, shown)
    cut = False
    for broken in known.broken:
        line = without_controls(f"broken {broken.name} ({broken.origin}): {broken.reason}")
        if console.is_terminal and len(line) > console.width:  # one line each, and on a screen one row
            line, cut = f"{line[: console.width - 1]}…", True
        say(console, "[red]broken[/]{}", line.removeprefix("broken"))
    if cut:
        say(console, "[dim]`benchsuite doctor` shows these lines whole.[/]")
    if skipped := described(known.skipped, console.width):
        quote(console, skipped)


def _origin(kind: str, entry: Registered) -> str:
    component: Any = entry.component
    mark = f"{component.tier}, " if kind == "task" else "default, " if component.default else ""
    return f"{mark}{entry.plugin.origin}"
