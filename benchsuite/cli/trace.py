"""``benchsuite trace``: the ways of optimizers across a surface, drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import echo
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.cli.quiet import surround, tensorflow_on_cpu
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.outcomes import Outcome
from benchsuite.text import one_line

if TYPE_CHECKING:
    from benchsuite.components import Component, Surface, Task
    from benchsuite.recipe import Setting
    from benchsuite.registry import Registry
    from benchsuite.report.drawings.trace import Way
    from benchsuite.selection import Components

MOST_STEPS = 100_000
LONGEST_LABEL = 42


def trace(
    surface: Annotated[str, typer.Argument(metavar="SURFACE", help="A task that declares a surface.")],
    optimizer: Annotated[
        list[str] | None,
        typer.Option(
            "--optimizer",
            metavar="NAMES",
            help="Selections of kind optimizer: a,b or a* or a[x=1,2]; the task's baseline unless given.",
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(metavar="RATE", help="The learning rate of all that have one and whose selection names none."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Steps of each; the task's own budget unless given.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="For methods that draw at random.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A .png, .svg, .pdf or (animated) .gif; trace-SURFACE.png unless given."),
    ] = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Draw the ways of optimizers across a surface of two numbers.

    All other kinds are those of the task's baseline.
    """
    surround()
    path = output or Path(f"trace-{surface}.png")
    trace_to(path, surface, optimizer, learning_rate, steps, seed, plugin, no_local)
    echo("Wrote {}", path)


def trace_to(
    path: Path,
    surface: str,
    optimizer: list[str] | None = None,
    learning_rate: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    plugin: list[str] | None = None,
    no_local: bool = False,
) -> None:
    """Run optimizers over a surface, say how each ended, and draw their ways into a file; see :func:`trace`."""
    from benchsuite.report.drawings.picture import check_picture
    from benchsuite.report.drawings.trace_file import TRACE_SUFFIXES, write_trace

    known = registry(plugin, no_local)
    task, drawn = _surface(known, surface)
    check_picture(path, TRACE_SUFFIXES)
    if steps is not None and not 1 <= steps <= MOST_STEPS:
        raise BenchsuiteError(f"--steps must be a whole number from 1 to {MOST_STEPS}. Received: {steps}.")
    if seed < 0:
        raise BenchsuiteError(f"--seed must be a whole number from 0. Received: {seed}.")
    settings = _settings(task, optimizer, learning_rate, known)
    tensorflow_on_cpu()
    from benchsuite.engine.trace import values_of
    from benchsuite.report.drawings.trace import ground_of

    ground = ground_of(surface, drawn, values_of)
    echo("{} from ({:g}, {:g}): f − f* at the end, and how it ended", surface, *drawn.start)
    ways = [_way(task, setting, known, steps, seed) for setting in settings]
    write_trace(path, ground, ways)


def _surface(known: Registry, name: str) -> tuple[Task, Surface]:
    tasks = {entry: known.task(entry) for entry in known.names("task")}
    possible = [entry for entry, task in tasks.items() if task.surface]
    known.refuse_conflict("task", name)
    if name not in tasks:
        broken = "; ".join(f"{plugin.origin} ({plugin.reason})" for plugin in known.broken)
        raise unknown("surface", name, possible, then=f"Broken plugins: {broken}." if broken else "")
    surface = tasks[name].surface
    if surface is None:
        raise BenchsuiteError(
            f"task {name!r} has no surface to draw. Those that have one: {', '.join(possible)}. Or give it surface=bs.Surface(…)."
        )
    return tasks[name], surface


def _settings(task: Task, selections: list[str] | None, rate: float | None, known: Registry) -> list[Setting]:
    """Return the optimizers that were asked for, each with all its hyperparameters."""
    from benchsuite.selection import baseline, expand

    if not selections:
        if rate is not None:
            raise BenchsuiteError("--learning-rate needs --optimizer: a baseline has its own. Name the optimizers.")
        return [baseline(task, known).one("optimizer")]
    components = known if rate is None else _WithRate(known, rate)
    return [setting for (setting,) in expand("optimizer", selections, components)]


class _WithRate:
    """Components whose optimizers have another default learning rate; what a selection names stays."""

    def __init__(self, components: Components, rate: float) -> None:
        self._components = components
        self._rate = rate
        self.names = components.names
        self.default = components.default

    def component(self, kind: str, name: str) -> Component:
        found = self._components.component(kind, name)
        if "learning_rate" not in found.space:
            return found
        space = found.space["learning_rate"]
        rate = space.checked(self._rate, f"--learning-rate: learning_rate of {found.title}")
        return replace(found, space={**found.space, "learning_rate": replace(space, default=rate)})  # type: ignore[type-var]  # spaces are dataclasses


def _way(task: Task, setting: Setting, known: Registry, steps: int | None, seed: int) -> Way:
    """Run one optimizer, and say in one line what became of it."""
    from benchsuite.engine.trace import trace as run
    from benchsuite.report.drawings.trace import Way, number

    done = run(task, setting, known, steps, seed)
    way = Way(setting.describe(known.component("optimizer", setting.name)), done.points, done.excess, done.outcome)
    label = one_line(way.label)
    label = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    excess = number(float(done.excess[-1]))
    echo("{}  {:>8}  {:>5} steps  {}", f"{label:{LONGEST_LABEL}}", excess, done.steps, done.outcome)
    if done.outcome in (Outcome.UNSUPPORTED, Outcome.CRASHED):
        echo("  {}", done.reason)
    return way
