"""One module per kind: the interface that a plugin of that kind fills in."""

from benchsuite.components.activation import Activation
from benchsuite.components.arrays import Arrays, ByGroup, HoldOut, InOrder, Published, Split
from benchsuite.components.axis import Axis
from benchsuite.components.base import Component
from benchsuite.components.choice import choose
from benchsuite.components.claim import Arm, Claim, Computed, Part, Trained
from benchsuite.components.events import EpochResult, TrialResult, TrialStart
from benchsuite.components.gradient_transform import GradientTransform
from benchsuite.components.initializer import Initializer
from benchsuite.components.loss import Loss
from benchsuite.components.metric import Metric
from benchsuite.components.normalization import Normalization
from benchsuite.components.observer import Observer
from benchsuite.components.optimizer import Optimizer
from benchsuite.components.preprocessing import Preprocessing
from benchsuite.components.regularization import Monitor, Regularization
from benchsuite.components.schedule import Schedule
from benchsuite.components.surface import Surface
from benchsuite.components.task import MOST_LANES, TIERS, Cost, Task
from benchsuite.components.tuner import Dimension, Problem, Proposal, Scored, Tuner, Tuning
from benchsuite.components.variation import Draw, Variation

RECIPE_KINDS: dict[str, type[Component]] = {
    cls.kind: cls
    for cls in (
        Optimizer,
        Schedule,
        GradientTransform,
        Initializer,
        Normalization,
        Regularization,
        Activation,
        Preprocessing,
        Loss,
    )
}
"""The kinds that a recipe chooses, in the order in which tables show them."""

Registrable = Component | Task | Claim
"""What plugins register, each by its kind."""

KINDS: dict[str, type[Registrable]] = {**RECIPE_KINDS, "task": Task, "tuner": Tuner, "claim": Claim}
"""Every kind and the class that its plugins return."""

HOOKS: dict[str, str] = {
    **{kind: f"register_{kind}s" for kind in KINDS},
    "normalization": "register_normalizations",
    "regularization": "register_regularizations",
    "preprocessing": "register_preprocessings",
    "loss": "register_losses",
}
"""Kind → the hook that registers it."""


def settled(component: Registrable) -> Registrable:
    """Return a component after it was checked once more: a plugin may have made it in another way than by its class.

    Raises:
        BenchsuiteError: If a field is not as its class describes it.
    """
    KINDS[component.kind].__post_init__(component)  # type: ignore[arg-type]  # it is of that very class
    return component


__all__ = [
    "HOOKS",
    "KINDS",
    "MOST_LANES",
    "RECIPE_KINDS",
    "TIERS",
    "Activation",
    "Arm",
    "Arrays",
    "Axis",
    "ByGroup",
    "Claim",
    "Component",
    "Computed",
    "Cost",
    "Dimension",
    "Draw",
    "EpochResult",
    "GradientTransform",
    "HoldOut",
    "InOrder",
    "Initializer",
    "Loss",
    "Metric",
    "Monitor",
    "Normalization",
    "Observer",
    "Optimizer",
    "Part",
    "Preprocessing",
    "Problem",
    "Proposal",
    "Published",
    "Registrable",
    "Regularization",
    "Schedule",
    "Scored",
    "Split",
    "Surface",
    "Task",
    "Trained",
    "TrialResult",
    "TrialStart",
    "Tuner",
    "Tuning",
    "Variation",
    "choose",
    "settled",
]
