"""``benchsuite doctor``: versions, devices, compiled code, data and plugins, or the files of a results folder, checked for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchsuite.cli.console import quote, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import Task
from benchsuite.errors import BenchsuiteError
from benchsuite.text import reason_of

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
    """Check versions, devices, compiled code, data of the quick tasks, and plugins; or the files of a results folder.

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

    from benchsuite.examination import examine, set_aside
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    if not (folder / "trials").is_dir():
        raise BenchsuiteError(f"there are no records in {folder}. Name a results folder with --results DIR.")
    console = terminal()
    with Store(folder).locked() if aside else nullcontext():
        found = examine(folder)
        moved = set_aside(folder, found) if aside else []
    for one in found.damaged:
        say(console, "[red]✗[/] {}", one)
    beside = f", {count_of(found.extras, 'file')} beside them" if found.extras else ""
    say(console, "[green]✓[/] {} can be read{}.", count_of(found.records, "record"), beside)
    if not found.damaged:
        say(console, "All is well.")
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
    say(console, "[red]{}.[/] {}", counted, what)
    raise typer.Exit(1)


def _installation(plugin: list[str] | None, no_local: bool) -> None:
    """Check versions, devices, compiled code, data of the quick tasks, and plugins."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from benchsuite.discovery import described

    console = terminal()
    wrong = 0
    machine = f"{platform.system()} {platform.machine()}"
    say(console, "[bold]versions[/]  python {}, {}", platform.python_version(), machine)
    for name in VERSIONS:
        try:
            say(console, "  [green]✓[/] {} {}", name, version(name))
        except PackageNotFoundError:
            wrong += 1
            say(console, "  [red]✗[/] {} is not installed. Run: pip install {}", name, name)
    say(console, "[bold]devices[/]")
    for line, good in _devices():
        wrong += not good
        say(console, "  [green]✓[/] {}" if good else "  [red]✗[/] {}", line)
    say(console, "[bold]compiled code[/]")
    line, good = _compiled()
    # Without it everything is the same but slower.
    say(console, "  [green]✓[/] {}" if good else "  [yellow]![/] {}", line)
    known = registry(plugin, no_local)
    say(console, "[bold]data[/]")
    # Every run needs these; the others take minutes to read, and some a user may well never fetch.
    for name in (name for name in known.names("task") if known.task(name).tier == "quick"):
        problem = _data_problem(known.task(name))
        wrong += bool(problem)
        if problem:
            say(console, "  [red]✗[/] {}: {}", name, problem)
        else:
            say(console, "  [green]✓[/] {}", name)
    say(console, "  other tiers: benchsuite data --check")
    say(console, "[bold]plugins[/]")
    counts = ", ".join(f"{len(table)} {kind.replace('_', ' ')}" for kind, table in known.tables.items())
    say(console, "  [green]✓[/] {}", counts)
    for broken in known.broken:
        wrong += 1
        say(console, "  [red]✗[/] {} ({}): {}", broken.name, broken.origin, broken.reason)
        quote(console, broken.traceback)
    if skipped := described(known.skipped):  # nothing is wrong with these
        quote(console, f"  {skipped}")
    if Path("results", "trials").is_dir():
        say(console, "[bold]records[/]  not looked at: `benchsuite doctor --results results` reads all of them")
    if wrong:
        say(console, "[red]{} problem{}.[/]", wrong, "s" if wrong > 1 else "")
        raise typer.Exit(1)
    say(console, "All is well.")


def _devices() -> list[tuple[str, bool]]:
    """Return what TensorFlow sees, asked in a process of its own so that its messages stay out of the way."""
    from benchsuite.engine.device import Device, count_gpus
    from benchsuite.engine.numerics import numerics
    from benchsuite.engine.surroundings import ignored, worker_environment

    cores = Device("cpu").workers()
    lines = [(f"{cores} core{'s' if cores > 1 else ''} for workers", True)]
    lines.append((f"numerics {numerics().fingerprint}: where it is the same, the same trial gives the same bits", True))
    if count_gpus():
        lines.append((_cards(), True))
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


def _cards() -> str:
    """Return how many workers share the GPUs, and what each of them may take."""
    from benchsuite.engine.cards import GIB
    from benchsuite.engine.device import Device, count_gpus

    device, cards = Device("gpu"), count_gpus()
    workers = device.workers()
    limit = device.memory_limit(workers)
    share = f", {limit / GIB:.1f} GiB for each" if limit else ""
    return f"{cards} GPU{'s' if cards > 1 else ''}: {workers} worker{'s' if workers > 1 else ''} for the quick tasks{share}"


def _compiled() -> tuple[str, bool]:
    """Return whether compiled code is kept for later runs, tried for real."""
    from benchsuite.engine.compiled.folder import MOST_BYTES, problem_of
    from benchsuite.engine.compiled.here import compiled_folder
    from benchsuite.engine.compiled_tried import tried
    from benchsuite.engine.surroundings import worker_environment
    from benchsuite.report.tables.numbers import count_of

    folder = compiled_folder()
    if problem := problem_of(folder):
        return f"nothing is kept: {problem}", False
    held = tried(worker_environment(os.environ))
    if held is None:
        return f"what is kept in {folder} is not found again; every run compiles anew, and nothing else is wrong", False
    size = f"{held.size / 2**20:,.0f} of at most {MOST_BYTES / 2**20:,.0f} MiB"
    return f"kept in {folder}, and found again: {count_of(held.files, 'function')}, {size}", True


def _data_problem(task: Task) -> str:
    """Load a task's data and split it; return what is wrong with it, if anything."""
    from benchsuite.data import load

    try:
        load(task)
    except Exception as error:
        return reason_of(error)
    return ""
