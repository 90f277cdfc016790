"""``benchsuite info``: all about a component or task."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import cell, echo, show, terminal
from benchsuite.cli.fed_facts import fed_or_baked
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.cli.resolution_facts import resolution_rows
from benchsuite.cli.task_facts import task_rows
from benchsuite.components import KINDS, Task
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instances import is_instance
from benchsuite.text import shortened

if TYPE_CHECKING:
    from rich.table import Table

    from benchsuite.registry import Registered, Registry

LONGEST_TEXT = 20_000
"""Letters of a docstring."""
LONGEST_VALUE = 4000
"""And of one line about it: a choice may have any number of options."""
LONGEST_NAME = 60
"""Of a drawing's file; more components than that go into one named after their kind."""


def info(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of a component or task; kind:name where several kinds have it. With --plot also a selection: schedule:warmup+cosine."
        ),
    ],
    plot: Annotated[
        bool,
        typer.Option(
            "--plot",
            help="Draw it as well: schedules, as the learning rate over a training; a task, as samples of its data and its network.",
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The drawing, a .png, .svg or .pdf; NAME.png unless given.")
    ] = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Show a component's formula, hyperparameters and reference, a task's data, measures and baseline, or all about a claim."""
    if output and not plot:
        raise BenchsuiteError(f"--output is for a drawing. Received: {str(output)!r} without --plot. Add --plot.")
    known = registry(plugin, no_local, listing=not plot)
    kind, _, plain = name.rpartition(":")
    kind = kind.replace("-", "_")
    if kind and kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    if plot:
        _plot(known, kind, plain, output)
        return
    found = _found(known, kind, plain)
    if known.unloaded and (not found or any(one.name == plain for rows in known.unloaded.values() for one in rows)):
        known = registry(plugin, no_local)
        found = _found(known, kind, plain)
    if not found:
        raise _no_such(known, kind, plain)
    claims = [entry.component for entry in found if entry.component.kind == "claim"]
    show(terminal(), *(_facts(entry, known) for entry in found if entry.component.kind != "claim"))
    if claims:
        from benchsuite.cli.claim_facts import show_claims
        from benchsuite.studies.claiming import ClaimShowing

        show_claims(claims, ClaimShowing(plugin=tuple(plugin or ()), no_local=no_local), known, terminal())


def _found(known: Registry, kind: str, name: str) -> list[Registered]:
    if is_instance(name) and kind in ("", "task"):
        return [known.entry("task", name)]
    found = [table[name] for k, table in known.tables.items() if name in table and kind in ("", k)]
    numbered = known.tables["claim"].values() if kind in ("", "claim") else ()
    return found + [entry for entry in numbered if entry.component.number == name]


def _no_such(known: Registry, kind: str, name: str) -> BenchsuiteError:
    every = {entry for k, table in known.tables.items() for entry in table if kind in ("", k)}
    then = "`benchsuite list` shows them by kind."
    if re.search(r"[\[+,*?]", name):
        then = "A selection can only be drawn: add --plot."
    return unknown(kind.replace("_", " ") or "component or task", name, every, then=then)


def _plot(known: Registry, kind: str, selection: str, output: Path | None) -> None:
    """Draw what was selected, after what there is to know about it."""
    from benchsuite.cli.component_pictures import DRAWINGS, drawing
    from benchsuite.report.drawings.picture import check_picture, write_picture
    from benchsuite.selection import expand

    if kind == "task" or (not kind and (is_instance(selection) or known.has("task", selection))):
        _plot_task(known, selection, output)
        return
    if not kind:
        # A selection names its components; the first one decides what kind is meant.
        first = re.split(r"[\[+,]", selection)[0].strip()
        kinds = [k for k, table in known.tables.items() if first in table]
        if not kinds:
            raise _no_such(known, "", first)
        kind = next((k for k in kinds if k in DRAWINGS), kinds[0])
    draw = drawing(kind)
    chosen = expand(kind, [selection], known)
    names = list(dict.fromkeys(setting.name for settings in chosen for setting in settings))
    several = "-".join(dict.fromkeys("+".join(setting.name for setting in settings) for settings in chosen))
    path = output or Path(f"{several if len(several) <= LONGEST_NAME else kind + 's'}.png")
    check_picture(path)
    show(terminal(), *(_facts(known.entry(kind, name), known) for name in names))
    write_picture(path, draw(chosen, known))
    echo("Wrote {}", path)


def _plot_task(known: Registry, name: str, output: Path | None) -> None:
    """Draw a task's data and network, after what there is to know about it."""
    from benchsuite.cli.component_pictures import draw_task
    from benchsuite.report.drawings.picture import check_picture, write_picture

    if not is_instance(name) and not known.has("task", name):
        raise _no_such(known, "task", name)
    path = output or Path(f"{name}.png")
    check_picture(path)
    show(terminal(), _facts(known.entry("task", name), known))
    write_picture(path, draw_task(known.task(name), known))
    echo("Wrote {}", path)


def _facts(entry: Registered, known: Registry) -> Table:
    from rich.table import Table

    component = entry.component
    task = isinstance(component, Task)
    shown = Table(
        box=None,
        show_header=False,
        padding=(0, 2, 0, 0),
        title=cell(component.title, "bold"),
        title_justify="left",
    )
    shown.add_column(style="dim", no_wrap=True)
    shown.add_column()
    groups = task_rows(component, known) if task else [_component_rows(component, fed_or_baked(entry))]
    # A task's "source" is that of its data.
    groups[-1]["version"] = str(component.version)
    groups[-1]["plugin" if task else "source"] = (
        f"{entry.plugin.name} ({entry.plugin.origin}), fingerprint {entry.fingerprint}"
    )
    if task and (measured := resolution_rows(component, known)):
        groups.append(measured)
    for number, rows in enumerate(groups):
        if number:
            shown.add_row()
        for key, value in rows.items():
            if value:
                shown.add_row(cell(key), cell(shortened(value, LONGEST_VALUE)))
    # What the author says in the module: the paper, and where this departs from it.
    text = shortened(inspect.getdoc(entry.plugin.module) or "", LONGEST_TEXT)
    if text:
        if task:
            shown.add_row()
        shown.add_row("about", cell(_paragraphs(text)))
    return shown


def _paragraphs(text: str) -> str:
    """Join the lines of each paragraph, for the terminal to break at its own width; tables and lists keep theirs."""
    kept = re.compile(r"^(\s|[-*=+|] ?|={2,})", re.MULTILINE)
    blocks = re.split(r"\n\s*\n", text)
    return "\n\n".join(block if kept.search(block) else " ".join(block.split("\n")) for block in blocks)


def _component_rows(component: Any, handed: Mapping[str, str]) -> dict[str, str]:
    rows = {"summary": component.summary, "formula": component.formula, "reference": component.reference}
    for key, space in component.space.items():
        rows[key] = f"{space.default!r} by default, {space.describe()}{handed.get(key, '')}"
    if getattr(component, "state", None) is not None:
        rows["state"] = f"{component.state} {'number' if component.state == 1 else 'numbers'} for each trained number"
    for key in ("wants", "applies_to", "on", "replaces_bias", "gain", "targets"):
        if getattr(component, key, None):
            value = getattr(component, key)
            rows[key.replace("_", " ")] = ", ".join(value) if isinstance(value, tuple) else str(value)
    return rows
