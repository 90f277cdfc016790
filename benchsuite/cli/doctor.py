"""``benchsuite doctor``: versions, devices, data and plugin problems, or the files of a results folder, each checked for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchsuite.cli.console import escape
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import Task
from benchsuite.errors import BenchsuiteError

VERSIONS = ("benchsuite", "tensorflow", "keras", "numpy", "scipy", "pandas", "pyarrow", "pluggy", "psutil", "seaborn")


FolderOption = Annotated[
    Path | None,
    typer.Option("--results", metavar="DIR", help="Check the files of this results folder instead, every one of them."),
]
AsideOption = Annotated[
    bool,
    typer.Option("--set-aside", help="With --results: move what is no record to DIR/damaged/. Nothing is deleted."),
]


def doctor(
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
    results: FolderOption = None,
    set_aside: AsideOption = False,
) -> None:
    """Check versions, devices, data of the quick tasks, and plugins; or the files of a results folder.

    Exit code 1 if something is wrong.
    """
    if results is not None:
        _results(results, set_aside)
        return
    if set_aside:
        raise BenchsuiteError("--set-aside moves files of a results folder: name it with --results DIR.")
    _installation(plugin, no_local)


def _results(folder: Path, aside: bool) -> None:
    """List every file of a results folder that is not as it should be, one line each."""
    from contextlib import nullcontext

    from rich.console import Console

    from benchsuite.examination import examine, set_aside
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    if not (folder / "trials").is_dir():
        raise BenchsuiteError(f"there are no records in {folder}. Name a results folder with --results DIR.")
    console = Console()
    with Store(folder).locked() if aside else nullcontext():
        found = examine(folder)
        moved = set_aside(folder, found) if aside else []
    for one in found.damaged:
        console.print(f"[red]✗[/] {escape(str(one))}", highlight=False, soft_wrap=True)
    beside = f", {count_of(found.extras, 'file')} beside them" if found.extras else ""
    console.print(f"[green]✓[/] {count_of(found.records, 'record')} can be read{beside}.", highlight=False)
    if not found.damaged:
        console.print("All is well.")
        return
    counted = count_of(len(found.damaged), "problem")
    if aside:
        left = len(found.damaged) - len(moved)
        stay = (f" {left} stay where they are." if left > 1 else " 1 stays where it is.") if left else ""
        what = f"{count_of(len(moved), 'file')} moved to {folder / 'damaged'}.{stay}"
    elif found.movable:
        what = f"`benchsuite doctor --results {folder} --set-aside` moves what is named above to {folder / 'damaged'}."
    else:
        what = "Nothing of that is damaged: upgrade benchsuite, or let yourself read it."
    console.print(f"[red]{counted}.[/] {escape(what)}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def _installation(plugin: list[str] | None, no_local: bool) -> None:
    """Check versions, devices, data of the quick tasks, and plugins."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from rich.console import Console

    from benchsuite.discovery import described

    console = Console()
    wrong = 0
    console.print(
        f"[bold]versions[/]  python {platform.python_version()}, {platform.system()} {platform.machine()}",
        highlight=False,
    )
    for name in VERSIONS:
        try:
            console.print(f"  [green]✓[/] {name} {version(name)}", highlight=False)
        except PackageNotFoundError:
            wrong += 1
            console.print(f"  [red]✗[/] {name} is not installed. Run: pip install {name}", highlight=False)
    console.print("[bold]devices[/]")
    for line, good in _devices():
        wrong += not good
        console.print(f"  {'[green]✓[/]' if good else '[red]✗[/]'} {escape(line)}", highlight=False, soft_wrap=True)
    known = registry(plugin, no_local)
    console.print("[bold]data[/]")
    # Every run needs these; the others take minutes to read, and some a user may well never fetch.
    for name in (name for name in known.names("task") if known.task(name).tier == "quick"):
        problem = _data_problem(known.task(name))
        wrong += bool(problem)
        console.print(
            f"  [red]✗[/] {name}: {escape(problem)}" if problem else f"  [green]✓[/] {name}",
            highlight=False,
            soft_wrap=True,
        )
    console.print("  other tiers: benchsuite data --check", highlight=False)
    console.print("[bold]plugins[/]")
    counts = ", ".join(f"{len(table)} {kind.replace('_', ' ')}" for kind, table in known.tables.items())
    console.print(f"  [green]✓[/] {counts}", highlight=False, soft_wrap=True)
    for broken in known.broken:
        wrong += 1
        console.print(
            f"  [red]✗[/] {escape(broken.name)} ({escape(broken.origin)}): {escape(broken.reason)}",
            highlight=False,
            soft_wrap=True,
        )
        console.print(escape(broken.traceback.rstrip()), style="dim", highlight=False)
    if skipped := described(known.skipped):  # nothing is wrong with these
        console.print(f"  {escape(skipped)}", style="dim", highlight=False, soft_wrap=True)
    if wrong:
        console.print(f"[red]{wrong} problem{'s' if wrong > 1 else ''}.[/]")
        raise typer.Exit(1)
    console.print("All is well.")


def _devices() -> list[tuple[str, bool]]:
    """Return what TensorFlow sees, asked in a process of its own so that its messages stay out of the way."""
    from benchsuite.engine.device import Device
    from benchsuite.engine.numerics import numerics
    from benchsuite.engine.surroundings import ignored, worker_environment

    cores = Device("cpu").workers()
    lines = [(f"{cores} core{'s' if cores > 1 else ''} for workers", True)]
    lines.append((f"numerics {numerics().fingerprint}: where it is the same, the same trial gives the same bits", True))
    if told := ignored(os.environ):
        lines.append((f"without effect on a worker: {', '.join(told)}", True))
    script = (
        "from benchsuite.engine.surroundings import without_keras_file\n"
        "with without_keras_file(): import keras, tensorflow as tf\n"
        "print('|'.join(d.name for d in tf.config.list_physical_devices()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**worker_environment(os.environ), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if found.returncode:
        return [*lines, (f"TensorFlow cannot be imported: {found.stderr.strip().splitlines()[-1:]}", False)]
    return [*lines, (f"TensorFlow sees {', '.join(found.stdout.strip().split('|'))}", True)]


def _data_problem(task: Task) -> str:
    """Load a task's data and split it; return what is wrong with it, if anything."""
    from benchsuite.data import load

    try:
        load(task)
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())
    return ""
