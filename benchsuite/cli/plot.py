"""``benchsuite plot``: one figure of the report by itself, as PNG, SVG or PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import echo
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError, unknown

if TYPE_CHECKING:
    from benchsuite.archive import Archive
    from benchsuite.report.figures.asked import FigureChoice

FORMATS = ("png", "svg", "pdf")
OF_COMPONENTS = {
    "schedules": (
        "Multipliers of the learning rate over a training; needs no results.",
        "benchsuite info schedule:NAMES --plot",
    ),
    "paths": (
        "Ways of optimizers over a surface of two numbers; trains them.",
        "benchsuite trace SURFACE --optimizer NAMES",
    ),
}
"""Figures that are made of components, not of results: what they show, and the verb that has all their options."""
FLAGS = {"components": "COMPONENT", "across": "--by"}
"""Field of the choice → what a user writes for it, where that is not its own name."""
LONGEST_NAME = 120
"""Of a file, in letters."""


def plot(
    figure: Annotated[
        str | None, typer.Argument(metavar="FIGURE", help="Which figure: one of --list. Without it these are listed.")
    ] = None,
    component: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMPONENT", help="Names of components, or labels of rows; separated by blanks or commas."
        ),
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="Say which figures there are, and what each can be told.")
    ] = False,
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task", metavar="TASK", help="Task, by its label in the leaderboard. May be repeated: a file for each."
        ),
    ] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help="Which components are compared.")] = "optimizer",
    track: Annotated[
        str, typer.Option(metavar="NAME", help="default, tuned or self_tuning; the first that there is unless given.")
    ] = "",
    change: Annotated[
        str, typer.Option(metavar="TEXT", help="What studies changed in the baselines, such as schedule=cosine.")
    ] = "",
    budget: Annotated[
        int | None, typer.Option(metavar="N", help="Of several budgets of a track the one in trials.")
    ] = None,
    over: Annotated[
        str, typer.Option(metavar="NAME", help="The hyperparameter of a sensitivity; the axis of a scaling.")
    ] = "learning_rate",
    measure: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What is measured: test, validation, …; steps:TARGET of a profile; of probes gradient_norm, …",
        ),
    ] = "",
    by: Annotated[
        str, typer.Option(metavar="NAME", help="What learning curves run over: step, epoch or seconds.")
    ] = "step",
    format: Annotated[
        list[str] | None, typer.Option("--format", metavar="FORMAT", help="png, svg or pdf; may be repeated.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="A file, or a folder that exists; here, named after the figure, unless given."
        ),
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Draw records whose code or data changed since as well.")
    ] = False,
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Draw one figure of the report by itself, from results or a published bundle, as PNG, SVG or PDF.

    Nothing is trained, but for paths: `benchsuite trace` has all options of these.
    """
    from benchsuite.report.figures.asked import FigureChoice

    if listing or not figure:
        _list()
        return
    components = tuple(name.strip() for text in component or () for name in _names(text) if name.strip())
    formats = _formats(format, output)
    if figure in OF_COMPONENTS:
        _of_components(figure, components, task or (), output, formats, plugin, no_local)
        return
    asked = FigureChoice(kind.replace("-", "_"), track, change, budget, "", components, over, measure, by)
    _refuse(figure, asked, task or ())
    archive = _archive(results, stale, plugin, no_local)
    for path in _drawn(figure, archive, asked, task or ("",), output, formats):
        echo("Wrote {}", path)


def _names(text: str) -> list[str]:
    """Return what commas outside of brackets separate."""
    return re.split(r",(?![^\[]*\])", text)


def _list() -> None:
    from benchsuite.report.figures.figure_kinds import FIGURES

    width = max(map(len, (*FIGURES, *OF_COMPONENTS)))
    for name, one in FIGURES.items():
        echo("{}  {}", f"{name:{width}}", one.summary)
        echo("{}  {}", " " * width, " ".join(_flag(field) for field in one.takes))
    for name, (summary, verb) in OF_COMPONENTS.items():
        echo("{}  {} Like {}.", f"{name:{width}}", summary, f"`{verb}`")


def _flag(field: str) -> str:
    return FLAGS.get(field, f"--{field}")


def _refuse(figure: str, asked: FigureChoice, tasks: Sequence[str]) -> None:
    """Refuse what the figure cannot be told, before anything is read.

    Raises:
        BenchsuiteError: If there is no such figure, or an option means nothing to it.
    """
    from dataclasses import fields

    from benchsuite.report.figures.asked import FigureChoice
    from benchsuite.report.figures.figure_kinds import FIGURES

    if figure not in FIGURES:
        raise unknown(
            "figure", figure, (*FIGURES, *OF_COMPONENTS), then="`benchsuite plot --list` says what each shows."
        )
    takes, usual = FIGURES[figure].takes, FigureChoice()
    given = [one.name for one in fields(FigureChoice) if getattr(asked, one.name) != getattr(usual, one.name)]
    for name in [*given, *["task"] * bool(tasks)]:
        if name not in takes:
            possible = ", ".join(map(_flag, takes))
            raise BenchsuiteError(f"{figure} has no choice by {_flag(name)}. What it can be told: {possible}.")


def _formats(given: list[str] | None, output: Path | None) -> tuple[str, ...]:
    """Return in which forms the figure is written: those that are named, and that of the file that is named.

    Raises:
        BenchsuiteError: If one is unknown, or the file could not be written.
    """
    from benchsuite.report.drawings.picture import check_picture

    found = [one.strip() for text in given or () for one in text.split(",")]
    for name in found:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS)
    if output is not None and not output.is_dir():
        check_picture(output)
        found.insert(0, output.suffix.lower().removeprefix("."))
    return tuple(dict.fromkeys(found or ["png"]))


def _archive(results: Path, stale: bool, plugin: list[str] | None, no_local: bool) -> Archive:
    """Open a results folder, a bundle, or the results that ship with benchsuite; something must count."""
    from benchsuite.opening import open_results

    archive = open_results(results, plugins=tuple(plugin or ()), local=not no_local, stale=stale)
    if not len(archive):
        why = f" {archive.stale} are stale: --stale draws them." if archive.stale else ""
        raise BenchsuiteError(f"no record in {results} counts.{why} `benchsuite run --all` makes some.")
    return archive


def _drawn(
    figure: str,
    archive: Archive,
    asked: FigureChoice,
    tasks: Sequence[str],
    output: Path | None,
    formats: Sequence[str],
) -> list[Path]:
    """Draw the figure of each task, and write it in each form; return the files."""
    from dataclasses import replace

    from benchsuite.report.drawings.picture import write_picture

    found = [picture for task in tasks for picture in archive.pictures(figure, replace(asked, task=task))]
    if len(found) > 1 and output is not None and not output.is_dir():
        raise BenchsuiteError(
            f"{len(found)} figures cannot be one file. Received: --output {str(output)!r}. Name a folder that exists, or choose: "
            f"{'; '.join(one.title for one in found)}."
        )
    written = []
    for picture in found:
        drawing = picture.alone()
        for form in formats:
            path = _place(output, file_name(picture.name), form)
            write_picture(path, drawing)
            written.append(path)
    return written


def _place(output: Path | None, name: str, form: str) -> Path:
    if output is None or output.is_dir():
        return (output or Path()) / f"{name}.{form}"
    return output.with_suffix(f".{form}")


def file_name(name: str) -> str:
    """Return a picture's name as that of a file: letters, digits and ``-_.`` alone, and not too long."""
    return re.sub(r"[^\w.]+", "-", name, flags=re.ASCII).strip("-.")[:LONGEST_NAME]


def _of_components(
    figure: str, names: Sequence[str], tasks: Sequence[str], output: Path | None, formats: Sequence[str],
    plugin: list[str] | None, no_local: bool,
) -> None:  # fmt: skip
    """Draw what is made of components: schedules, or the ways of optimizers over a surface."""
    draw: Any = {"schedules": _schedules, "paths": _paths}[figure]
    if not names:
        raise BenchsuiteError(
            f"{figure} are of components, and none was named. Name some: `benchsuite plot {figure} NAME …`."
        )
    if figure == "schedules" and tasks:
        raise BenchsuiteError(f"schedules are of no task. Received: --task {tasks[0]}. Leave it out.")
    if figure == "paths" and len(tasks) != 1:
        raise BenchsuiteError(
            "paths are over one surface. Name it: `benchsuite plot paths adam,sgd --task rosenbrock`."
        )
    for form in formats:
        path = _place(output, file_name(" ".join([figure, *tasks, *names])), form)
        draw(names, tasks, path, plugin, no_local)
        echo("Wrote {}", path)


def _schedules(names: Sequence[str], _: Sequence[str], path: Path, plugin: list[str] | None, no_local: bool) -> None:
    from benchsuite.cli.component_pictures import draw_schedules
    from benchsuite.report.drawings.picture import write_picture
    from benchsuite.selection import expand

    known = registry(plugin, no_local)
    write_picture(path, draw_schedules(expand("schedule", list(names), known), known))


def _paths(names: Sequence[str], tasks: Sequence[str], path: Path, plugin: list[str] | None, no_local: bool) -> None:
    from benchsuite.cli.trace import trace_to

    trace_to(path, tasks[0], list(names), plugin=plugin, no_local=no_local)
