"""What layers promise, those of normalizations, activations and regularizations: shape, type, and no look at their neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.components import Component, Regularization
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.objects import built, called
from benchsuite.conformance.places import Place
from benchsuite.conformance.trying import Trying
from benchsuite.engine.few_numbers import names_kept

SHAPE = "what it gives has the shape and type of what it is given"
ALONE = "at evaluation each example is treated by itself"
STILL = "evaluation changes nothing, and draws nothing"
AGAIN = "called again it does the same"
FINITE = "it and its gradient are finite, at 0 and far from it"
PASSES = "a gradient passes through it"
MEAN = "what it draws leaves the mean of what comes in as evaluation has it"
CLOSE = 1e-4
DRAWS = 400
"""Of one batch in training: their mean is known to a twentieth, whatever a unit has that is dropped with probability 1/2."""
FAITHFUL, OFF = 0.98, 0.1
"""Correlation of that mean with evaluation from which it is the same up to a factor; how far from 1 the factor may lie."""
EXTREMES = (0.0, 1e-20, 1.0, 60.0, -60.0)

KEEP_SHAPE = (
    "Give one number for each that comes in, of its type: a layer that gives more or fewer features, or float64, changes the whole "
    "network and with it what is compared. (An activation that takes several features for each says so: pieces.)"
)
MOVING = (
    "At evaluation (training=False) use averages that were made in training, as keras.layers.BatchNormalization does, or statistics of "
    "one example; and sum over the axes of an example, never over axis 0."
)
ONLY_TRAINING = "Draw, and change state, only where call(self, inputs, training=False) is told that training is true."
OF_INPUTS = "Compute from the inputs and self's variables alone: no counter, no chance but bs.noise, no clock."
SMOOTH = (
    "What lies below cannot learn: comparisons, argmax, rounding, casts, stop_gradient and constants have no gradient. Compute from x "
    "with smooth functions, or give a gradient with keras.ops.custom_gradient."
)
RESCALE = (
    "Divide what is kept by the probability that it is kept, in training (x * mask / (1 - rate)); or multiply by it at evaluation. "
    "Otherwise every layer above sees other sizes at evaluation than it was trained with."
)
SAFE = (
    "Add an epsilon to what divides, inside of roots too. Keep every branch finite: where() computes both, so clip what goes into log, "
    "sqrt, exp or a division before, not after."
)


def layer_keeps_its_place(trying: Trying) -> list[Finding]:
    """Call the layers of a component in training and at evaluation, with a whole batch and with a part of it."""
    component = trying.component
    assert isinstance(component, Component)
    setting = trying.recipe.one(component.kind).hyperparameters
    blame = Blame(component, trying.registry)
    import keras

    with names_kept():
        ready = built(component, lambda: component.make(**setting))
        if ready is None:
            return []
        made, x = ready
        if isinstance(component, Regularization) and not isinstance(made, keras.layers.Layer):
            return []
        place = blame.method(made, ("call", "__call__"))
        return _looked(component, made, x, blame, place)


def _looked(component: Component, made: Any, x: Any, blame: Blame, place: Place | None) -> list[Finding]:
    import tensorflow as tf

    pieces = int(getattr(made, "pieces", 1))
    expected = [*x.shape[:-1], x.shape[-1] // pieces]
    for training in (True, False):
        y = tf.convert_to_tensor(called(made, x, training))
        if y.shape.as_list() != expected or y.dtype != x.dtype:
            problem = f"of {x.dtype.name} {list(x.shape)} it makes {y.dtype.name} {y.shape.as_list()}"
            return [blame.broken(SHAPE, problem, KEEP_SHAPE, place)]
    findings = [Finding(SHAPE)]
    kernel = getattr(component, "on", "") == "kernel"
    before = _values(made)
    with_key, other_key = (np.array(called(made, x, False, key)) for key in (1, 2))
    changed = not all(np.array_equal(a, b) for a, b in zip(before, _values(made), strict=True))
    if changed or not np.array_equal(with_key, other_key, equal_nan=True):
        problem = "evaluation changes its state" if changed else "evaluated twice it gives other numbers"
        return [*findings, blame.broken(STILL, problem, ONLY_TRAINING, place)]
    findings.append(Finding(STILL))
    if not kernel:
        off = 0.0
        for part in (slice(0, 2), slice(2, 4), slice(4, 6)):
            alone = np.array(called(made, x[part], False))
            off = max(off, float(np.max(np.abs(alone - with_key[part]), initial=0.0)))
        if not off <= CLOSE * max(1.0, float(np.max(np.abs(with_key)))):
            problem = f"two examples alone give other numbers than the same two among {x.shape[0]}, by {off:.2g}"
            return [*findings, blame.broken(ALONE, problem, MOVING, place)]
        findings.append(Finding(ALONE))
    one, two = (np.array(_in_training(made, x, before)) for _ in range(2))
    if not np.array_equal(one, two, equal_nan=True):
        problem = "two calls in training with the same inputs, state and noise give other numbers"
        return [*findings, blame.broken(AGAIN, problem, OF_INPUTS, place)]
    findings.append(Finding(AGAIN))
    if component.kind != "regularization" and not kernel:
        findings.append(_finite(made, x, blame, place))
    if not kernel:
        findings.append(_passes(made, x, blame, place))
    if component.kind == "regularization" and not kernel:
        findings.append(_mean(made, x, with_key, before, blame, place))
    return findings


def _mean(
    made: Any, x: Any, evaluated: np.ndarray, values: list[np.ndarray], blame: Blame, place: Place | None
) -> Finding:
    """Compare the mean over what is drawn with evaluation: the same up to a factor that is not 1 is a forgotten rescaling."""
    for variable, value in zip(getattr(made, "variables", ()), values, strict=True):
        variable.assign(value)
    one, other = (np.array(called(made, x, True, key), float) for key in (1, 2))
    if np.array_equal(one, other) or not np.isfinite(evaluated).all():
        return Finding(MEAN)
    mean = np.mean([np.array(called(made, x, True, key), float) for key in range(DRAWS)], axis=0)
    flat, expected = mean.ravel(), evaluated.astype(float).ravel()
    factor = float(flat @ expected / max(float(expected @ expected), 1e-300))
    alike = float(flat @ expected / max(float(np.linalg.norm(flat) * np.linalg.norm(expected)), 1e-300))
    if alike > FAITHFUL and abs(factor - 1) > OFF:
        problem = f"in training it gives on average {factor:.2g} × what it gives at evaluation"
        return blame.broken(MEAN, problem, RESCALE, place)
    return Finding(MEAN)


def _in_training(made: Any, x: Any, values: list[np.ndarray]) -> Any:
    for variable, value in zip(getattr(made, "variables", ()), values, strict=True):
        variable.assign(value)
    return called(made, x, True)


def _values(made: Any) -> list[np.ndarray]:
    return [np.array(variable.numpy()) for variable in getattr(made, "variables", ())]


def _passes(made: Any, x: Any, blame: Blame, place: Place | None) -> Finding:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.convert_to_tensor(called(made, x, True))
        weighed = tf.reduce_sum(
            y * tf.cast(tf.reshape(tf.range(tf.size(y)), y.shape), y.dtype)
        )  # a plain sum is 0 of what is centred
    slope = tape.gradient(weighed, x)
    if slope is None or not np.any(np.array(tf.convert_to_tensor(slope))):
        return blame.broken(PASSES, "its gradient is 0 wherever it is tried", SMOOTH, place)
    return Finding(PASSES)


def _finite(made: Any, x: Any, blame: Blame, place: Place | None) -> Finding:
    import tensorflow as tf

    for value in EXTREMES:
        at = tf.fill(x.shape, tf.constant(value, x.dtype))
        with tf.GradientTape() as tape:
            tape.watch(at)
            y = called(made, at, False)
        slope = tape.gradient(y, at)
        for what, found in (("it", y), ("its gradient", slope)):
            if found is not None and not np.isfinite(np.array(found)).all():
                return blame.broken(FINITE, f"at {value:g} {what} is not finite", SAFE, place)
    return Finding(FINITE)
