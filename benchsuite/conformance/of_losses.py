"""What a loss promises: one number for each example, finite, smaller for a better answer, and what it says of zeros."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.components import Loss
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trying import Trying

EACH = "it gives one loss for each example, of that example alone"
BETTER = "a better answer has a smaller loss, and a gradient that leads there"
FINITE = "it and its gradient are finite for any outputs"
ZEROS = "at_zero is its mean for outputs 0"
SOFT = "a distribution that is certain has the loss of its class"
EXAMPLES, CLASSES = 6, 4
FAR = 300.0
LEFT = 0.1
"""Share of the loss of knowing nothing that a right and certain answer may keep where no gradient leads on."""

BATCH = (
    "Keep the batch axis: the engine averages itself. tf.reduce_mean(…, axis=-1), or a Keras loss with reduction='none'; what averages "
    "over the batch makes the last, smaller batch count more."
)
SIGN = "Check sign and order: loss(targets, outputs), targets first; a likelihood needs a minus."
PROBABILITIES = "Outputs are linear (logits) and are taken for probabilities here: say from_logits=True, or apply keras.ops.log_softmax."
LOGITS = (
    "Outputs are linear (logits): from_logits=True, tf.nn.sparse_softmax_cross_entropy_with_logits; log(softmax(x)) overflows, "
    "tf.nn.log_softmax does not. Add nothing after the logarithm to hide it."
)
TWICE = (
    "It applies a softmax to what is a probability already, or has another lower bound: no answer, however certain and right, brings it "
    "near 0, and answers far off have no gradient. Outputs are linear (logits): hand them over as they are."
)
CLOSED = "Give at_zero the mean of what the loss is where all outputs are 0, for the same hyperparameters."
ONE_HOT = "For float32 targets compute −Σ y·log p, which for a one-hot y is the loss of its class."


def loss_is_per_example(trying: Trying) -> list[Finding]:
    """Ask a loss for what it says of good, bad and extreme outputs."""
    import tensorflow as tf

    component = trying.component
    assert isinstance(component, Loss)
    setting = dict(trying.recipe.one("loss").hyperparameters)
    made = component.make(**setting)
    blame = Blame(component, trying.registry)
    place = blame.method(made, ("__call__", "call"))
    classes = component.targets == "classes"
    generator = np.random.default_rng(2)
    if classes:
        targets: Any = tf.constant(generator.integers(0, CLASSES, EXAMPLES).astype("int32"))
        right = 4 * tf.one_hot(targets, CLASSES)
    else:
        targets = tf.constant(generator.normal(size=(EXAMPLES, CLASSES)).astype("float32"))
        right = targets
    outputs = tf.constant(generator.normal(size=(EXAMPLES, CLASSES)).astype("float32"))
    found = tf.convert_to_tensor(made(targets, outputs))
    if found.shape.rank == 0 or found.shape[0] != EXAMPLES:
        problem = f"of {EXAMPLES} examples it makes {found.shape.as_list() or 'one number'}"
        return [blame.broken(EACH, problem, BATCH, place)]
    # All pairs: what divides by the largest of a batch gives the pair that has it its own losses.
    pairs = [slice(first, first + 2) for first in range(0, EXAMPLES, 2)]
    parts = [np.array(tf.convert_to_tensor(made(targets[pair], outputs[pair]))) for pair in pairs]
    if not np.allclose(np.concatenate(parts), np.array(found), rtol=1e-4, atol=1e-6):
        return [blame.broken(EACH, "two examples alone have other losses than among six", BATCH, place)]
    findings = [Finding(EACH)]

    def mean(y: Any) -> float:
        return float(tf.reduce_mean(tf.cast(made(targets, y), tf.float32)))

    wrong = tf.roll(right, 1, axis=-1) if classes else right + 3.0
    good, bad = mean(right), mean(wrong)
    with tf.GradientTape() as tape:
        tape.watch(wrong)
        value = tf.reduce_mean(tf.cast(made(targets, wrong), tf.float32))
    slope = tape.gradient(value, wrong)
    cure = SIGN
    if classes:  # probabilities are made to add up to 1, whatever their scale: of logits the scale decides
        positive = tf.abs(outputs) + 0.1
        if np.allclose(
            np.array(made(targets, positive)), np.array(made(targets, 3.0 * positive)), rtol=1e-4, atol=1e-6
        ):
            cure = PROBABILITIES
    towards = None if slope is None else float(tf.reduce_sum(slope * (right - wrong)))
    if not good < bad:
        problem = f"right answers have the loss {good:.4g}, wrong ones {bad:.4g}"
        findings.append(blame.broken(BETTER, problem, cure, place))
    elif towards is None or not towards < 0:
        problem = (
            "it has no gradient" if towards is None else "its gradient does not lead from wrong answers to right ones"
        )
        findings.append(blame.broken(BETTER, problem, cure, place))
    elif classes and (stuck := _stuck(made, targets, right)):
        findings.append(blame.broken(BETTER, stuck, TWICE, place))
    else:
        findings.append(Finding(BETTER))
    problem = ""
    for far in (FAR * right, FAR * wrong, tf.zeros_like(right), tf.ones_like(right) * FAR):
        with tf.GradientTape() as tape:
            tape.watch(far)
            value = made(targets, far)
        slope = tape.gradient(value, far)
        for what, numbers in (("it", value), ("its gradient", slope)):
            if numbers is not None and not np.isfinite(np.array(numbers)).all():
                problem = problem or f"for outputs up to {float(tf.reduce_max(tf.abs(far))):.4g} {what} is not finite"
    findings.append(blame.broken(FINITE, problem, LOGITS, place) if problem else Finding(FINITE))
    if component.at_zero is not None:
        said = float(component.at_zero(np.array(targets), CLASSES if classes else None, **setting))
        is_ = mean(tf.zeros_like(outputs))
        off = abs(said - is_) > 1e-4 * max(1.0, abs(is_))
        problem = f"at_zero says {said:.6g}, the loss is {is_:.6g}"
        findings.append(blame.broken(ZEROS, problem, CLOSED) if off else Finding(ZEROS))
    if component.soft_targets:
        soft = np.array(made(tf.one_hot(targets, CLASSES), outputs))
        same = soft.shape == np.array(found).shape and np.allclose(soft, np.array(found), rtol=1e-4, atol=1e-6)
        problem = "one-hot targets have another loss than their classes"
        findings.append(Finding(SOFT) if same else blame.broken(SOFT, problem, ONE_HOT, place))
    return findings


def _stuck(made: Any, targets: Any, right: Any) -> str:
    """Say what a right and certain answer still costs, where its gradient is 0; nothing where that is little."""
    import tensorflow as tf

    certain = FAR * right
    with tf.GradientTape() as tape:
        tape.watch(certain)
        value = tf.reduce_mean(tf.cast(made(targets, certain), tf.float32))
    slope = tape.gradient(value, certain)
    nothing = float(tf.reduce_mean(tf.cast(made(targets, tf.zeros_like(right)), tf.float32)))
    if float(value) > LEFT * abs(nothing) and slope is not None and not np.any(np.abs(np.array(slope)) > 1e-6):
        return f"a right and certain answer has the loss {float(value):.3g}, knowing nothing has {nothing:.3g}"
    return ""
