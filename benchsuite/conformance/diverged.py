"""Why a component diverged: what of it makes the first number that is not finite, and the likely mistake."""

from __future__ import annotations

import dataclasses

from benchsuite.components import Component, Optimizer
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.not_finite import LARGE, first_not_finite
from benchsuite.conformance.objects import RATE
from benchsuite.conformance.trying import Trying
from benchsuite.conformance.wrong_numbers import OF_KIND
from benchsuite.outcomes import Outcome

LIKELY = {
    "initializer": "Kernels that are too large let activations, and the loss, outgrow float32: the standard deviation goes with "
    "gain / √fan_in.",
    "schedule": "Multipliers are factors of the learning rate, from 0 to about 1; a rate of its own, or a count of steps, is too large.",
    "gradient_transform": "Gradients must not grow: divide by norms, with an epsilon, and never by what may be 0.",
    "loss": "Compute the loss from the network's outputs with functions that are finite everywhere: keras.ops.log_softmax instead of "
    "log(softmax(…)), an epsilon inside of square roots and logarithms.",
    "activation": "Activations that grow faster than their inputs (exp, powers) outgrow float32 after a few layers; clip them.",
}
"""Kind → what it is likely to be where none of its promises on a few numbers is broken."""


def with_cause(finding: Finding, trying: Trying) -> Finding:
    """Return the finding that a component did not train: of one that diverged with the cause, as far as that can be found.

    Args:
        finding: The finding, without a cure.
        trying: The component, and what its first run gave.
    """
    component = trying.component
    if trying.first.outcome is not Outcome.DIVERGED or not isinstance(component, Component):
        return finding
    blame = Blame(component, trying.registry)
    if isinstance(component, Optimizer):
        setting = dict(trying.recipe.one("optimizer").hyperparameters)
        rate = float(setting.get("learning_rate") or RATE)
        begun = first_not_finite(component, lambda: component.make(**setting), rate, blame.own)
        if begun is not None:
            place = begun.place or blame.method(component.make(**setting))
            told = blame.broken("", f"{finding.problem}: {begun.words}", begun.cure, place)
            return dataclasses.replace(told, promise=finding.promise)
    cause = _broken(trying)
    if cause is not None:
        return dataclasses.replace(cause, promise=finding.promise, problem=f"{finding.problem}: {cause.problem}")
    return dataclasses.replace(finding, cure=LIKELY.get(component.kind, LARGE if component.kind == "optimizer" else ""))


def _broken(trying: Trying) -> Finding | None:
    """Return the first promise on a few numbers that is broken, which is tried after training in other cases."""
    for look in OF_KIND[trying.component.kind]:
        try:
            for finding in look(trying):
                if finding.problem:
                    return finding
        except Exception:  # it does not act on them at all: no cause of what it did in training
            continue
    return None
