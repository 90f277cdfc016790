"""What a gradient transform and a preprocessing promise: nothing is kept that should not be, nothing looks where it must not."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Component
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.chance import chance_in
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.objects import features
from benchsuite.conformance.trying import Trying
from benchsuite.engine.few_numbers import numbers, stream, variables
from benchsuite.text import reason_of

SHAPES = "each gradient keeps its shape and type, and None stays None"
ZERO = "zero gradients stay zero, unless it draws noise"
AGAIN = "called again with the same gradients it does the same"
UPHILL = "what it gives points uphill as the gradient does"
LEAVES = "it changes no weight itself"
ROWS = "each example is transformed by itself"
FITTED = "fitted again on the same examples it gives the same"

EACH = "Return one tensor for each gradient, in order, of its shape and type; None where the loss does not depend on the variable."
NO_NUMBER = (
    "Guard the division: g / (norm + epsilon), or tf.math.divide_no_nan. What is added to a zero gradient moves weights that the loss "
    "does not know."
)
UP = (
    "Optimizers subtract what a transform returns: it is to be a gradient, uphill. Is there a minus too many, or a subtraction the wrong "
    "way round?"
)
RETURN = (
    "Return the new gradients, and assign nothing: the optimizer alone moves weights, by its rate. What shrinks weights is a "
    "regularization, or g + strength * variable."
)
STATELESS = (
    "A transform keeps no state: what an attribute or a closure of Python's counts or averages is set once, while the step is traced. "
    "Draw from bs.noise; count with bs.noise.step(); put what needs an average into an optimizer."
)
FIT_ONCE = (
    "Compute statistics in fit and keep them in self; transform uses these and looks at no other row. fit_transform in transform "
    "learns from the test part."
)
FIXED = "Give what draws a seed of its own (random_state=0), and compute from the examples alone."


def transform_is_pure(trying: Trying) -> list[Finding]:
    """Try a gradient transform on gradients, none and zeros."""
    import tensorflow as tf

    component = trying.component
    assert isinstance(component, Component)
    made = component.make(**trying.recipe.one("gradient_transform").hyperparameters)
    if made is None:
        return []
    blame = Blame(component, trying.registry)
    place = blame.method(made, ("__call__",))
    trained = variables()
    given = [numbers(v.shape, 3 + number) for number, v in enumerate(trained)]
    held = [np.array(variable.numpy()) for variable in trained]

    def act(gradients: list[Any]) -> tuple[list[Any], int]:
        with stream(2):
            found = list(made(list(gradients), trained))
            return found, noise._stream().draws

    try:
        first, draws = act(given)
        some, _ = act([None, given[1]])
    except Exception as error:
        return [blame.broken(SHAPES, reason_of(error), EACH, place)]
    alike = len(first) == len(given) and all(
        one is not None and one.shape == other.shape and one.dtype == other.dtype
        for one, other in zip(first, given, strict=False)
    )
    if not alike or len(some) != 2 or some[0] is not None:
        problem = "of two gradients it makes others" if not alike else "None becomes a gradient"
        return [blame.broken(SHAPES, problem, EACH, place)]
    findings = [Finding(SHAPES)]
    again, _ = act(given)
    if not all(np.array_equal(np.array(one), np.array(two)) for one, two in zip(first, again, strict=True)):
        problem = "the same gradients, at the same step with the same noise, become others"
        return [*findings, blame.broken(AGAIN, problem, STATELESS, place)]
    findings.append(Finding(AGAIN))
    moved = any(not np.array_equal(value, v.numpy()) for value, v in zip(held, trained, strict=True))
    findings.append(
        blame.broken(LEAVES, "weights change when it is called", RETURN, place) if moved else Finding(LEAVES)
    )
    along = sum(float(tf.reduce_sum(one * other)) for one, other in zip(first, given, strict=True))
    if not draws:  # noise may be larger than what it is added to
        problem = f"its product with the gradient is {along:.3g}"
        findings.append(Finding(UPHILL) if along > 0 else blame.broken(UPHILL, problem, UP, place))
    zeros, _ = act([tf.zeros_like(one) for one in given])
    largest = max(float(np.max(np.abs(np.array(one)))) for one in zeros)
    bad = not np.isfinite(largest) or (largest > 0 and not draws)
    problem = f"gradients of 0 become {largest:.4g}"
    findings.append(blame.broken(ZERO, problem, NO_NUMBER, place) if bad else Finding(ZERO))
    return findings


def preprocessing_keeps_to_training(trying: Trying) -> list[Finding]:
    """Fit a preprocessing twice, and transform rows together and alone."""
    component = trying.component
    assert isinstance(component, Component)
    setting = trying.recipe.one("preprocessing").hyperparameters
    made = component.make(**setting)
    if made is None:
        return []
    blame = Blame(component, trying.registry)
    place = blame.method(made, ("transform",))
    x = features()

    def fitted() -> Any:
        one = component.make(**setting)
        one.fit(x[:30])
        return one

    first = fitted()
    whole = np.asarray(first.transform(x), float)
    pieces = np.concatenate([np.asarray(first.transform(x[at : at + 8]), float) for at in range(0, len(x), 8)])
    scale = max(1.0, float(np.max(np.abs(whole))))
    if whole.shape != pieces.shape or not np.allclose(whole, pieces, rtol=0, atol=1e-4 * scale):
        problem = "eight rows alone become others than the same rows among forty"
        findings = [blame.broken(ROWS, problem, FIT_ONCE, place)]
    else:
        findings = [Finding(ROWS)]
    again = np.asarray(fitted().transform(x), float)
    if again.shape != whole.shape or not np.array_equal(again, whole, equal_nan=True):
        drawn = chance_in(lambda: fitted().transform(x), blame.own)
        problem = "two objects that were fitted on the same examples give other numbers"
        return [*findings, blame.broken(FITTED, problem, FIXED, drawn.place if drawn else blame.method(made, ("fit",)))]
    return [*findings, Finding(FITTED)]
