"""``benchsuite info``: all about a component or task."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import KINDS, Task
from benchsuite.errors import unknown

if TYPE_CHECKING:
    from rich.table import Table

    from benchsuite.registry import Registered, Registry


def info(
    name: Annotated[str, typer.Argument(help="Name of a component or task; kind:name where several kinds have it.")],
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Show a component's formula, hyperparameters and reference, or a task's data, measures and baseline."""
    from rich.console import Console

    known = registry(plugin, no_local)
    kind, _, plain = name.rpartition(":")
    kind = kind.replace("-", "_")
    if kind and kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    found = [table[plain] for k, table in known.tables.items() if plain in table and kind in ("", k)]
    if not found:
        every = {entry for table in known.tables.values() for entry in table}
        raise unknown("component or task", name, every, then="`benchsuite list` shows them by kind.")
    console = Console()
    for entry in found:
        console.print(_facts(entry, known))
        console.print()


def _facts(entry: Registered, known: Registry) -> Table:
    from rich.markup import escape
    from rich.table import Table

    component = entry.component
    shown = Table(
        box=None,
        show_header=False,
        padding=(0, 2, 0, 0),
        title=component.title,
        title_justify="left",
        title_style="bold",
    )
    shown.add_column(style="dim", no_wrap=True)
    shown.add_column()
    rows = _task_rows(component, known) if isinstance(component, Task) else _component_rows(component)
    rows["version"] = str(component.version)
    rows["source"] = f"{entry.plugin.name} ({entry.plugin.origin}), fingerprint {entry.fingerprint}"
    for key, value in rows.items():
        if value:
            shown.add_row(key, escape(value))
    # What the author says in the module: the paper, and where this departs from it.
    text = inspect.getdoc(entry.plugin.module) or ""
    if text:
        shown.add_row("about", escape(text))
    return shown


def _component_rows(component: Any) -> dict[str, str]:
    rows = {"summary": component.summary, "formula": component.formula, "reference": component.reference}
    for key, space in component.space.items():
        rows[key] = f"{space.default!r} by default, {space.describe()}"
    for key in ("wants", "replaces_bias", "gain", "targets"):
        if getattr(component, key, None):
            value = getattr(component, key)
            rows[key.replace("_", " ")] = ", ".join(value) if isinstance(value, tuple) else str(value)
    return rows


def _task_rows(task: Task, known: Registry) -> dict[str, str]:
    from benchsuite.recipe import baseline

    recipe = baseline(task, known)
    settings = [
        f"{kind.replace('_', ' ')}: " + " + ".join(f"{s.name}{s.hyperparameters or ''}" for s in chosen)
        for kind, chosen in recipe.settings
    ]
    return {
        "summary": task.summary,
        "tier": task.tier,
        "split": repr(task.split),
        "batch size": str(task.batch_size),
        "budget": f"{task.epochs} epochs" + (f" of {task.steps_per_epoch} steps" if task.steps_per_epoch else ""),
        "measures": ", ".join(task.measures) + f"; primary: {task.primary} ({task.direction})",
        "targets": ", ".join(f"{target:g}" for target in task.targets) + " on the validation part",
        "compares": ", ".join(task.compares),
        "baseline": "\n".join(settings),
        "cost": f"about {task.cost.compile:g} s to compile, {task.cost.epoch:g} s an epoch, on one core",
        "licence": task.license,
        "citation": task.citation,
    }
