"""What ``benchsuite info TASK --plot`` draws: the task's data, and the network that its baseline builds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchsuite.cli.quiet import tensorflow_on_cpu
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchsuite.components import Task
    from benchsuite.registry import Registry
    from benchsuite.report.drawings.task_picture import Layer
    from benchsuite.report.drawings.trace import Ground

GRID = 161


def draw_task(task: Task, known: Registry) -> Figure:
    """Return a figure of a task's data and network; loads the data and builds the network.

    Raises:
        BenchsuiteError: If there are no data here, or the baseline builds no network, in the words of whoever says so.
    """
    tensorflow_on_cpu()
    from benchsuite.engine.session import Session
    from benchsuite.report.drawings.samples import Samples
    from benchsuite.report.drawings.task_picture import task_figure
    from benchsuite.selection import baseline
    from benchsuite.trial import Trial

    trial = Trial(task.name, task.version, baseline(task, known), 0, task.epochs, task.batch_size)
    try:
        program = Session(known, lambda _: task).ready(trial).program
        ground = _ground(task)
    except Exception as error:  # data() and model() may raise anything
        said = " ".join(str(error).split())
        words = said if isinstance(error, BenchsuiteError) else f"{type(error).__name__}: {said}"
        raise BenchsuiteError(f"{task.title} cannot be drawn: {words}") from error
    dataset = program.dataset
    part = dataset.part("train")
    samples = Samples(dataset.x[part], dataset.y[part], task.standardize_targets, ground, dataset.vocabulary)
    return task_figure(task.name, task.summary, samples, layers_of(program.model))


def layers_of(model: Any) -> list[Layer]:
    """Return a model's layers in order, inputs first; what several layers share counts for the first."""
    from benchsuite.engine.places import WRAPPED, stable_name
    from benchsuite.report.drawings.task_picture import Layer

    counted: set[int] = set()
    found = []
    for layer in model.layers:
        own = [variable for variable in layer.trainable_variables if id(variable) not in counted]
        counted.update(id(variable) for variable in own)
        inputs = type(layer).__name__ == "InputLayer"
        # Keras numbers the layers that blocks did not name through the life of a process.
        name = "inputs" if inputs else stable_name(layer.name.removesuffix(WRAPPED))
        found.append(
            Layer(
                name,
                "" if inputs else type(layer).__name__,
                _shape(layer),
                sum(math.prod(variable.shape) for variable in own),
            )
        )
    return found


def _shape(layer: Any) -> tuple[int | None, ...]:
    """Return the shape of a layer's first output, without the batch."""
    tensor = layer._inbound_nodes[0].output_tensors[0]  # `layer.output` refuses a layer that is used twice
    return tuple(tensor.shape[1:])


def _ground(task: Task) -> Ground | None:
    """Return a task's surface on a grid, if it declares one."""
    if task.surface is None:
        return None
    import numpy as np

    from benchsuite.engine.trace import values_of
    from benchsuite.report.drawings.trace import Ground

    surface = task.surface
    x, y = (np.linspace(low, high, GRID) for low, high in (surface.x, surface.y))
    excess = values_of(surface, np.stack(np.meshgrid(x, y), axis=-1)) - surface.lowest
    return Ground(task.name, x, y, excess, surface.start, surface.minima)
