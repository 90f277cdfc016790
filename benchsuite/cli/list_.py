"""``benchsuite list``: every component and task by kind, broken plugins with their reason, and what was skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import advise, cell, echo, quote, say, show, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import KINDS, Claim, Task
from benchsuite.errors import unknown
from benchsuite.text import without_controls

if TYPE_CHECKING:
    from benchsuite.registry import Registered, Registry


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
    known = registry(plugin, no_local, listing=True)
    console = terminal()
    for name in known.tables:
        if kind is not None and kind.replace("-", "_") != name:
            continue
        if not console.is_terminal:
            for component_name, summary, origin in _rows(known, name):
                echo("{}\t{}\t{}\t{}", component_name, name, summary, origin)
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
        for component_name, summary, origin in _rows(known, name):
            shown.add_row(cell(component_name), cell(summary), cell(origin))
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
    for origin, library in known.slow.items():
        advise(origin, library)


def _rows(known: Registry, kind: str) -> list[tuple[str, str, str]]:
    """Return name, summary and origin of each component of a kind, those of plugins included that were not loaded."""
    rows = [(name, entry.component.summary, _origin(entry)) for name, entry in known.tables[kind].items()]
    for origin, unloaded in known.unloaded.items():
        rows += [
            (one.name, one.summary, f"{one.mark}, {origin}" if one.mark else origin)
            for one in unloaded
            if one.kind == kind
        ]
    return sorted(rows)


def _origin(entry: Registered) -> str:
    component: Any = entry.component
    if isinstance(component, Claim):
        mark = component.number
    elif isinstance(component, Task):
        mark = component.tier
    else:
        mark = "default" if component.default else ""
    return f"{mark}, {entry.plugin.origin}" if mark else entry.plugin.origin
