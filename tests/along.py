"""Records of a study along an axis: trials of one optimizer at a width, which get there at a rate of their own."""

from __future__ import annotations

from typing import Any

from benchsuite.record import Record
from benchsuite.trial import identity
from tests.factories import DIGITS, TaskFacts, component, make_json, typed

WIDTHS = (16, 32, 64, 128)


def at_width(
    width: int,
    optimizer: str,
    seed: int,
    speed: float,
    *,
    task: TaskFacts = DIGITS,
    value: float = 0.97,
    own: int = 64,
    **fields: Any,
) -> Record:
    """Return a record of a trial that covers the share ``1 − exp(−speed)`` of the way to ``value`` with each epoch.

    Args:
        width: Of the network; ``own`` is the task's own, which a record does not name.
        optimizer: Name.
        seed: Of the trial.
        speed: Of the curves.
        task: What the task declares.
        value: The test value in the end.
        own: The task's own width.
        fields: As ``make_json`` takes them.
    """
    data = make_json(task, {"optimizer": [component(optimizer)]}, seed=seed, value=value, speed=speed, **fields)
    if width != own:
        data["spec"] |= {"changes": {"width": str(width)}, "knobs": {"width": width}}
    return typed({**data, "id": identity(data["spec"])})
