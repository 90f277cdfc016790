"""``benchsuite doctor``: versions, devices, data and plugin problems, each checked for real."""

from __future__ import annotations

import os
import subprocess
import sys

import typer

from benchsuite.cli.console import quote, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.components import Task
from benchsuite.text import reason_of

VERSIONS = ("benchsuite", "tensorflow", "keras", "numpy", "scipy", "pandas", "pyarrow", "pluggy", "psutil", "seaborn")


def doctor(plugin: PluginOption = None, no_local: NoLocalOption = False) -> None:
    """Check versions, devices, data of the quick tasks, and plugins. Exit code 1 if something is wrong."""
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
    if wrong:
        say(console, "[red]{} problem{}.[/]", wrong, "s" if wrong > 1 else "")
        raise typer.Exit(1)
    say(console, "All is well.")


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
        return reason_of(error)
    return ""
