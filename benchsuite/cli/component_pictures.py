"""Pictures of components and tasks by themselves, without results: what ``info --plot`` and ``plot schedules`` draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.quiet import tensorflow_on_cpu
from benchsuite.errors import BenchsuiteError
from benchsuite.text import reason_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchsuite.components import Task
    from benchsuite.recipe import Setting
    from benchsuite.registry import Registry
    from benchsuite.selection import Components


def draw_schedules(chosen: Sequence[tuple[Setting, ...]], components: Components) -> Figure:
    """Return a figure of schedules, each a line; several joined ones are one line, the product."""
    from benchsuite.components.schedule import Product
    from benchsuite.report.drawings.schedule import line_of, schedule_figure

    lines = []
    for settings in chosen:
        found = [components.component("schedule", setting.name) for setting in settings]
        label = "+".join(setting.describe(one) for setting, one in zip(settings, found, strict=True))
        product = Product([one.make(**setting.hyperparameters) for setting, one in zip(settings, found, strict=True)])
        lines.append(line_of(label, product))
    return schedule_figure(lines)


Drawing = Callable[[Sequence[tuple["Setting", ...]], "Components"], "Figure"]

DRAWINGS: dict[str, Drawing] = {"schedule": draw_schedules}
"""Kind → what draws the settings that a selection expands to, given where components are found."""


def drawing(kind: str) -> Drawing:
    """Return what draws a kind.

    Raises:
        BenchsuiteError: If nothing does.
    """
    if kind not in DRAWINGS:
        possible = ", ".join([*(known.replace("_", " ") for known in DRAWINGS), "task"])
        raise BenchsuiteError(
            f"there is no drawing of kind {kind.replace('_', ' ')}. Kinds that can be drawn: {possible}."
        )
    return DRAWINGS[kind]


def draw_task(task: Task, known: Registry) -> Figure:
    """Return a figure of a task's data and network; loads the data and builds the network.

    Raises:
        BenchsuiteError: If there are no data here, or the baseline builds no network, in the words of whoever says so.
    """
    tensorflow_on_cpu()
    from benchsuite.engine.network.kernel_layers import WRAPPED, stable_name
    from benchsuite.engine.session import Session
    from benchsuite.engine.trace import values_of
    from benchsuite.report.drawings.layers import layers_of
    from benchsuite.report.drawings.samples import Samples
    from benchsuite.report.drawings.task_picture import task_figure
    from benchsuite.report.drawings.trace import ground_of
    from benchsuite.selection import baseline
    from benchsuite.trial import Trial

    trial = Trial(task.name, task.version, baseline(task, known), 0, task.epochs, task.batch_size)
    try:
        program = Session(known, lambda _: task, feeds=False).ready(trial).program
        ground = ground_of(task.name, task.surface, values_of) if task.surface else None
    except Exception as error:  # data() and model() may raise anything
        raise BenchsuiteError(f"{task.title} cannot be drawn: {reason_of(error)}") from error
    dataset = program.dataset
    part = dataset.part("train")
    samples = Samples(dataset.x[part], dataset.y[part], task.standardize_targets, ground, dataset.vocabulary)
    layers = layers_of(program.network.model, lambda name: stable_name(name.removesuffix(WRAPPED)))
    return task_figure(task.name, task.summary, samples, layers)
