"""What ``benchsuite info --plot`` can draw: for each kind that has a drawing, the function that makes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from benchsuite.components.schedule import Product
    from benchsuite.recipe import Setting
    from benchsuite.selection import Components

EPOCHS, STEPS_PER_EPOCH = 100, 20
"""The training over which schedules are drawn; they are relative to its length."""


def draw_schedules(chosen: Sequence[tuple[Setting, ...]], components: Components) -> Figure:
    """Return a figure of schedules, each a line; several joined ones are one line, the product.

    A schedule that reacts to training is shown a validation loss that never improves.
    """
    from benchsuite.components.schedule import Product
    from benchsuite.report.drawings.schedule import Line, schedule_figure

    lines = []
    for settings in chosen:
        found = [components.component("schedule", setting.name) for setting in settings]
        label = "+".join(setting.describe(one) for setting, one in zip(settings, found, strict=True))
        product = Product([one.make(**setting.hyperparameters) for setting, one in zip(settings, found, strict=True)])
        lines.append(Line(label, course(product), f"{EPOCHS} epochs" if product.reacts else ""))
    return schedule_figure(lines)


def course(schedule: Product) -> np.ndarray:
    """Return the multiplier of every step, float64 ``[steps]``, with validation measures that stay at 1 throughout."""
    import numpy as np

    total = EPOCHS * STEPS_PER_EPOCH
    parts = []
    for epoch in range(EPOCHS):
        steps = np.arange(epoch * STEPS_PER_EPOCH, (epoch + 1) * STEPS_PER_EPOCH, dtype="int64")
        parts.append(schedule(steps, total))
        # A plugin's schedule may watch any measure.
        schedule.after_epoch(epoch + 1, defaultdict(lambda: 1.0, loss=1.0))
    return np.concatenate(parts)


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
