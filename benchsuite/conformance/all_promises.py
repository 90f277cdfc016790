"""Every promise in words, by kind, in the order in which ``benchsuite check`` tries them."""

from __future__ import annotations

from benchsuite.components import KINDS
from benchsuite.conformance import (
    another_process,
    hyperparameters_matter,
    of_initializers,
    of_layers,
    of_losses,
    of_optimizers,
    of_regularizations,
    of_schedules,
    of_tasks,
    of_transforms,
    of_variants,
    programs,
)
from benchsuite.conformance.claim_course import OF_A_CLAIM
from benchsuite.conformance.course import ON_A_TASK, TWIN
from benchsuite.conformance.made_anew import PROMISE
from benchsuite.conformance.task_course import OF_A_TASK
from benchsuite.conformance.tuner_course import OF_A_TUNER

LAYERS = (of_layers.SHAPE, of_layers.STILL, of_layers.ALONE, of_layers.AGAIN, of_layers.FINITE, of_layers.PASSES)
REGULARIZING = (*(words for words in LAYERS if words != of_layers.FINITE), of_layers.MEAN)
OF_OBJECTS: dict[str, tuple[str, ...]] = {
    "optimizer": (
        of_optimizers.MOVES,
        of_optimizers.RESTS,
        of_optimizers.STATE,
        of_optimizers.SAME,
        of_optimizers.RATE_MATTERS,
        of_optimizers.DESCENDS,
    ),
    "schedule": (of_schedules.FINITE, of_schedules.PURE, of_schedules.FRESH),
    "gradient_transform": (
        of_transforms.SHAPES,
        of_transforms.AGAIN,
        of_transforms.LEAVES,
        of_transforms.UPHILL,
        of_transforms.ZERO,
    ),
    "initializer": (
        of_initializers.ORDERED,
        of_initializers.SHAPED,
        of_initializers.ITS_OWN,
        of_initializers.REACHES,
        of_initializers.SEEDED,
    ),
    "normalization": LAYERS,
    "regularization": (
        *REGULARIZING,
        of_regularizations.TARGETS,
        of_regularizations.PENALTY,
        of_regularizations.FRESH,
        of_regularizations.AGAIN,
    ),
    "activation": LAYERS,
    "preprocessing": (of_transforms.FITTED, of_transforms.ROWS),
    "loss": (of_losses.EACH, of_losses.BETTER, of_losses.FINITE, of_losses.ZEROS, of_losses.SOFT),
}
"""Kind → promises of its objects alone; of a regularization those that its objects can keep: of a layer, a batch, a penalty, …"""
OF_A_STEP: dict[str, tuple[str, ...]] = {
    "other_numbers": ("fed with other numbers a used program does what a fresh one with them does",),
    "saved": ("a saved model predicts the same once it is loaded",),
    "matters": (hyperparameters_matter.MATTERS, hyperparameters_matter.OWN, hyperparameters_matter.NAMED),
    "programs": (programs.BUILT, programs.RESET),
    "elsewhere": (another_process.AGREE,),
    "measures": (
        of_tasks.RECIPE,
        of_tasks.EACH,
        of_tasks.LINEAR,
        of_tasks.AGREES,
        of_tasks.NEW,
        of_tasks.HOLDS,
        of_tasks.WHOLE,
        of_variants.VARIES,
        of_variants.AXES,
    ),
}
"""Step of a course → its promises."""
OF_COMPONENTS = (
    "its summary says what it is",
    "its settings survive a record",
    PROMISE,
    TWIN,
    "it trains a tiny task",
    "a used program repeats a fresh one bit for bit",
    "one program serves every seed and learning rate",
)
OF_TASKS = (
    "its summary says what it is",
    "it names licence and citation",
    "its data is the same each time",
    "its baseline trains",
    "a used program repeats a fresh one bit for bit",
    "all its measures are finite",
)


def promises_of_kind(kind: str) -> tuple[str, ...]:
    """Return the promises that are asked of components of one kind, of tasks, or of claims."""
    if kind in ("tuner", "claim"):
        return OF_A_TUNER if kind == "tuner" else OF_A_CLAIM
    if kind == "task":
        found = [*OF_TASKS, *(words for step in OF_A_TASK for words in OF_A_STEP[step.name])]
        return (*found, "its surface is what it trains on")
    found = [*OF_COMPONENTS]
    for step in ON_A_TASK:
        if not step.kinds or kind in step.kinds:
            found += OF_OBJECTS[kind] if step.name == "numbers" else OF_A_STEP[step.name]
    return tuple(found)


def all_promises() -> dict[str, tuple[str, ...]]:
    """Return kind → its promises."""
    return {kind: promises_of_kind(kind) for kind in KINDS}
