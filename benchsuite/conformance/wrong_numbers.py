"""The promises that find wrong numbers: no error is raised, a table is filled, and what stands in it is not the method.

What can be seen on an object alone is tried without a program; what a program computes is compared without compiling it.
"""

from __future__ import annotations

from collections.abc import Callable

from benchsuite.conformance.another_process import another_process_agrees
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.hyperparameters_matter import hyperparameters_matter
from benchsuite.conformance.of_initializers import initializer_draws_from_its_seed
from benchsuite.conformance.of_layers import layer_keeps_its_place
from benchsuite.conformance.of_losses import loss_is_per_example
from benchsuite.conformance.of_optimizers import optimizer_descends
from benchsuite.conformance.of_regularizations import regularization_keeps_targets
from benchsuite.conformance.of_schedules import schedule_is_pure
from benchsuite.conformance.of_tasks import task_measures_what_it_says
from benchsuite.conformance.of_transforms import preprocessing_keeps_to_training, transform_is_pure
from benchsuite.conformance.programs import computes_the_same
from benchsuite.conformance.step import OnATask
from benchsuite.conformance.trying import Trying

Look = Callable[[Trying], list[Finding]]

OF_KIND: dict[str, tuple[Look, ...]] = {
    "optimizer": (optimizer_descends,),
    "schedule": (schedule_is_pure,),
    "gradient_transform": (transform_is_pure,),
    "initializer": (initializer_draws_from_its_seed,),
    "normalization": (layer_keeps_its_place,),
    "regularization": (layer_keeps_its_place, regularization_keeps_targets),
    "activation": (layer_keeps_its_place,),
    "preprocessing": (preprocessing_keeps_to_training,),
    "loss": (loss_is_per_example,),
}
"""Kind → what is tried on its objects alone."""


def does_what_it_says(trying: Trying) -> list[Finding]:
    """Try a component's objects alone, on a few numbers."""
    return [finding for look in OF_KIND[trying.component.kind] for finding in look(trying)]


PROGRAMS = OnATask(
    "programs",
    "a program that is built again, and one that was used, computes the same",
    computes_the_same,
    dear=True,
)
ELSEWHERE = OnATask(
    "elsewhere", "another process gives the same numbers", another_process_agrees, dear=True, apart=True
)

WRONG_NUMBERS: tuple[OnATask, ...] = (
    OnATask("numbers", "its objects do what their kind says, on a few numbers", does_what_it_says, once=True),
    OnATask("matters", "each hyperparameter makes a difference", hyperparameters_matter, once=True),
    PROGRAMS,
    ELSEWHERE,
)
"""Of a component that trained."""

WRONG_TASKS: tuple[OnATask, ...] = (
    OnATask(
        "measures",
        "its network, measures and parts are what they are said to be",
        task_measures_what_it_says,
        once=True,
    ),
    PROGRAMS,
    ELSEWHERE,
)
"""Of a task that trained."""
