"""``benchsuite data``: where the data of every task come from, whether they are here, and fetching those that can be fetched.

Nothing is read to list them: what a list says of data is what their certificates say. ``--check`` reads them, which takes a
while. Nothing is downloaded but by ``benchsuite data fetch``, which calls the ``download`` of the tasks it is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import indented, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.cli.quiet import tensorflow_on_cpu
from benchsuite.cli.task_facts import certificate_of
from benchsuite.errors import BenchsuiteError
from benchsuite.text import reason_of

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Task
    from benchsuite.registry import Registry

FETCH = "fetch"


def data(
    action: Annotated[
        str | None, typer.Argument(metavar="fetch", help="Download the data of the tasks named after it.")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TASK", help="Tasks, patterns, or the loader that a source names; all are listed unless given."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read the data, and compare them with their certificates; takes a while.")
    ] = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """List where the data of tasks come from, check whether they are here, or fetch them.

    Exit code 1 if data that are checked or fetched are not here, or are others than those of their certificate.
    """
    known = registry(plugin, no_local)
    fetching = action == FETCH
    words = [*([action] if action and not fetching else []), *(names or ())]
    if fetching and check:
        raise BenchsuiteError("--check is for the list; fetch checks what it fetched. Leave one of them out.")
    tasks = _chosen(words, known, fetching)
    console = terminal()
    if not fetching:
        _list(tasks, known, check, console)
        return
    tensorflow_on_cpu()
    downloaded: list[Any] = []
    failed = sum(_fetch(task, known, downloaded, console) for task in tasks)
    if failed:
        say(console, "[red]{} of {} tasks without their data.[/]", failed, len(tasks))
        raise typer.Exit(1)


def _chosen(names: Sequence[str], known: Registry, fetching: bool) -> list[Task]:
    """Return the tasks that were asked for, each once."""
    from benchsuite.studies.plan import tasks_of

    every = [known.task(name) for name in known.names("task")]
    if not names:
        if fetching:
            possible = ", ".join(task.name for task in every if task.download) or "none"
            raise BenchsuiteError(
                f"nothing to fetch. Name tasks: benchsuite data fetch TASK. Those that can: {possible}."
            )
        return every
    found: dict[str, Task] = {}
    for name in (part.strip() for word in names for part in word.split(",")):
        loaded = [task for task in every if task.download and name in _loaders(task)]
        known_by_name = known.has("task", name) or not loaded
        for task in tasks_of((name,), "quick", known) if known_by_name else loaded:
            found[task.name] = task
    return list(found.values())


def _loaders(task: Task) -> set[str]:
    """Return the names of the loader that a task's source begins with: ``keras.datasets.mnist`` and ``mnist``."""
    match = re.match(r"[A-Za-z_][\w.]*", task.source)
    return {match[0], match[0].rpartition(".")[2]} if match else set()


def _list(tasks: Sequence[Task], known: Registry, check: bool, console: Console) -> None:
    """Print tasks by the source of their data."""
    if check:
        tensorflow_on_cpu()
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.source or "source not stated", task.license or "licence not stated"), []).append(task)
    wide, missing = max(len(task.name) for task in tasks), 0
    for (source, licence), members in groups.items():
        indented(console, source, 0, "bold")
        indented(console, licence, 2, "dim")
        if fetched := [task.name for task in members if task.download]:
            say(console, "  [dim]if missing: benchsuite data fetch {}[/]", fetched[0])
        said = ""
        for task in members:
            certified = _certified(task, known)
            found, problem = _read(task, certified) if check else (certified, "")
            missing += bool(problem)
            words = found.words if found else "not certified"
            line = f"{task.name:{wide}} {task.tier:8} {words}".rstrip()
            say(console, "  {}" if not check else "  [red]✗[/] {}" if problem else "  [green]✓[/] {}", line)
            if problem and problem != said:  # tasks on the same data lack the same file
                indented(console, problem, 4)
            said = problem
    if not check:
        say(console, "\nWhether they are here: benchsuite data --check, which reads them all.")
        return
    say(console, "\n{} of {} tasks have their data here.", len(tasks) - missing, len(tasks))
    if missing:
        raise typer.Exit(1)


def _fetch(task: Task, known: Registry, downloaded: list[Any], console: Console) -> bool:
    """Download a task's data and check them; return whether they are not here afterwards."""

    say(console, "[bold]{}[/]", task.name)
    problem = ""
    if task.download and task.download not in downloaded:  # tasks may share one
        downloaded.append(task.download)
        try:
            task.download()
        except Exception as error:  # a loader may raise anything
            problem = f"download failed: {reason_of(error)}"
    certified = _certified(task, known)
    if not problem:
        _, problem = _read(task, certified)
    if problem:
        say(console, "  [red]✗[/] {}", problem)
        return True
    what = "fetched" if task.download else "nothing to fetch, the data are here"
    same = "; as certified" if certified else ""
    say(console, "  [green]✓[/] {}, from {}{}", what, task.source or "a source that is not stated", same)
    return False


@dataclass(frozen=True)
class Facts:
    """What a list says of data.

    Args:
        shape: Of all inputs, examples first.
        checksum: Of inputs and targets.
    """

    shape: tuple[int, ...]
    checksum: str

    @property
    def words(self) -> str:
        """Shape, size at four bytes a number, checksum."""
        size = 4e-6 * math.prod(self.shape)
        return f"{'×'.join(f'{side:,}' for side in self.shape):>15} {size:>5,.{size < 10:d}f} MB {self.checksum}"


def _certified(task: Task, known: Registry) -> Facts | None:
    """Return what a task's certificate says of its data."""
    facts = certificate_of(task, known)[0].get("data")
    return Facts((sum(facts["parts"]), *facts["inputs"]["shape"]), facts["checksum"]) if facts else None


def _read(task: Task, certified: Facts | None) -> tuple[Facts | None, str]:
    """Read a task's data; return what they are, and what is wrong with them, if anything."""
    from benchsuite.data import read

    try:
        raw = read(task)
    except Exception as error:  # data() may raise anything
        return certified, reason_of(error)
    found = Facts(tuple(raw.arrays.x.shape), raw.checksum)
    if certified and certified.checksum != found.checksum:
        return found, f"these are not the data of the certificate, whose checksum is {certified.checksum}"
    return found, ""
