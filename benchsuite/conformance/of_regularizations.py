"""What a regularization promises that is no layer: of batches, penalties, kernels, what acts after steps and between epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Component
from benchsuite.components.regularization import AfterStep, Batch, Monitor
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.objects import CLASSES, act
from benchsuite.conformance.places import Place
from benchsuite.conformance.trying import Trying
from benchsuite.engine.few_numbers import names_kept, numbers, stream
from benchsuite.errors import Unsupported

TARGETS = "targets stay targets, and belong to their inputs"
PENALTY = "its penalty is a number from 0 that depends on the kernel"
AGAIN = "what it does depends on what it is given and on bs.noise alone"
FRESH = "a new object does what the one before it did"
MANY = 48
MOSTLY = 0.5
"""Of the examples, as many must be known by what is their own, and have a target that is another's, before anybody is accused."""
SURE = 0.9
"""Correlation of an input with the one that it was made of."""

PAIRS = (
    "Change targets as inputs are changed: whoever permutes or mixes x does the same to y, with the same indices. Distributions over "
    "the classes are not negative and add up to 1 (y * (1 - s) + s / classes)."
)
SCALAR = (
    "Return one number that is not negative, such as self.strength * ops.sum(ops.square(kernel)), computed from the kernel with "
    "operations that have a gradient; NumPy's have none."
)
ROOT = (
    "The slope of a root or a norm at 0 is infinite, and that of a logarithm: add an epsilon inside, "
    "keras.ops.sqrt(keras.ops.sum(keras.ops.square(kernel)) + 1e-12)."
)
NOISE = "Draw from bs.noise, and count steps with bs.noise.step(): an attribute of Python's is read once, while the step is traced."
OBJECT = "Keep what it saw in the object (self.best = … in __init__), not in the class, a global or a default argument."


def regularization_keeps_targets(trying: Trying) -> list[Finding]:
    """Try what a regularization does beside layers."""
    import keras

    component = trying.component
    assert isinstance(component, Component)
    setting = dict(trying.recipe.one("regularization").hyperparameters)
    blame = Blame(component, trying.registry)

    def make() -> Any:
        return component.make(**setting)

    with names_kept():
        made = make()
        if made is None or isinstance(made, keras.layers.Layer):
            return []
        findings = []
        if isinstance(made, Batch):
            findings.append(_targets(make, blame, blame.method(made, ("batch",))))
        if isinstance(made, keras.Regularizer):
            findings.append(_penalty(made, blame, blame.method(made, ("__call__",))))
        place = blame.method(made, ("batch", "in_training", "mask", "after_step", "__call__", "after_epoch"))
        if isinstance(made, Monitor | AfterStep):
            one, other = act(component, make), act(component, make)
            problem = "a second object does something else with the same numbers"
            findings.append(Finding(FRESH) if _equal(one, other) else blame.broken(FRESH, problem, OBJECT, place))
        else:
            one, other = act(component, lambda: made), act(component, lambda: made)
            problem = "called again with the same numbers and the same noise it does something else"
            findings.append(Finding(AGAIN) if _equal(one, other) else blame.broken(AGAIN, problem, NOISE, place))
    return findings


def _equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(mine, its, equal_nan=np.asarray(mine).dtype.kind == "f")
        for mine, its in zip(one, other, strict=True)
    )


def _targets(make: Callable[[], Any], blame: Blame, place: Place | None) -> Finding:
    """Let it change batches whose inputs are known again: images, and rows, each with noise of its own."""
    import tensorflow as tf

    generator = np.random.default_rng(5)
    classes = generator.integers(0, CLASSES, MANY).astype("int32")
    values = generator.normal(size=(MANY, 1)).astype("float32")
    for shape in ((MANY, 9, 9, 3), (MANY, 12)):
        for y, what in ((classes, "classes"), (values, "values")):
            told = y if what == "classes" else y[:, 0]
            x = np.broadcast_to(np.float32(3.0) * told.reshape(-1, *[1] * (len(shape) - 1)).astype("float32"), shape)
            x = (x + 0.01 * generator.normal(size=shape)).astype("float32")
            count = CLASSES if what == "classes" else None
            try:
                with stream(3, noise.Owner.BATCHES):
                    new_x, new_y = make().batch(tf.constant(x), tf.constant(y), count)
            except Unsupported:
                continue
            problem = _unlike(np.array(new_x), np.array(new_y), x, told, count)
            if problem:
                return blame.broken(TARGETS, f"{what} of {list(shape[1:])} inputs: {problem}", PAIRS, place)
    return Finding(TARGETS)


def _unlike(new_x: np.ndarray, new_y: np.ndarray, x: np.ndarray, told: np.ndarray, classes: int | None) -> str:
    if not np.isfinite(new_y).all():
        return "targets that are not finite"
    if classes is not None and new_y.ndim == 2:
        sums = new_y.sum(axis=1)
        if (new_y < 0).any() or not np.allclose(sums, 1, atol=1e-4):
            return f"distributions that add up to {sums.min():.4g} to {sums.max():.4g}, least {new_y.min():.4g}"
        new = new_y.argmax(axis=1)
    elif classes is not None:
        new = new_y
        if new.min() < 0 or new.max() >= classes:
            return f"classes from {new.min()} to {new.max()} of {classes}"
    else:
        new = new_y[:, 0]
    flat, old = new_x.reshape(len(new_x), -1), x.reshape(len(x), -1)
    if np.isnan(flat).any() or flat.shape != old.shape:
        return "inputs of another shape, or not finite"
    alike = np.abs(_unit(flat) @ _unit(old).T)
    source, known = alike.argmax(axis=1), alike.max(axis=1) > SURE
    off = new != told[source] if classes is not None else np.abs(new - told[source]) > np.std(told) / 2
    share = float(np.mean(known & off))
    return f"{share:.0%} of the targets no longer belong to their inputs" if share > MOSTLY else ""


def _unit(rows: np.ndarray) -> np.ndarray:
    """Return rows of mean 0 and length 1: brightness and contrast may change, and the sign, and an example is known all the same."""
    centred = rows.astype("float64") - rows.mean(axis=1, keepdims=True, dtype="float64")
    unit: np.ndarray = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return unit


def _penalty(made: Any, blame: Blame, place: Place | None) -> Finding:
    import tensorflow as tf

    found = []
    for shape, scale, seed in (((4, 3), 1.0, 4), ((4, 3), 0.1, 4), ((5, 3), 1.0, 5), ((3, 3, 2, 5), 1.0, 4)):
        kernel = numbers(shape, seed, scale)
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            try:
                value = tf.convert_to_tensor(made(kernel))
            except Exception:
                if len(shape) == 2:
                    raise
                continue  # such as Keras' own OrthogonalRegularizer: `tried on` tells that it trains no convolution
        if value.shape.rank != 0:
            return blame.broken(PENALTY, f"of a kernel it makes {value.shape.as_list()} numbers", SCALAR, place)
        number = float(value)
        if not np.isfinite(number) or number < 0:
            return blame.broken(PENALTY, f"of a kernel {list(shape)} it is {number:.4g}", SCALAR, place)
        slope = tape.gradient(value, kernel)
        if slope is None:
            return blame.broken(PENALTY, "it has no gradient: it changes the loss and nothing else", SCALAR, place)
        if not np.isfinite(np.array(slope)).all():
            return blame.broken(PENALTY, "its gradient is not finite", ROOT, place)
        found.append(number)
    if len(set(found)) == 1 and found[0] != 0:
        return blame.broken(PENALTY, f"it is {found[0]:.4g} for every kernel", SCALAR, place)
    return Finding(PENALTY)
