"""The first steps of a trial that is ready, looked at: whether it learns a few examples by heart, and how far its steps go.

Certificates look at baselines so, diagnoses at any recipe. The trial is trained by it: whoever wants it fresh makes it ready anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.engine.ready import ReadyTrial

FEW = 8
MOST_EXAMPLES = 512
"""For an optimizer that wants all of them at each step."""
MOST_STEPS = 2000
LEARNED = 0.1
"""A few examples count as learned when a named loss, without penalties and noise, has fallen to this share of its start."""
LOOK_EVERY = 10
"""Steps between two looks at it."""
FIRST_STEPS = 10


@dataclass(frozen=True)
class FewExamples:
    """What became of a few examples.

    Args:
        examples: How many.
        start: Their loss before training, in evaluation mode.
        end: Their loss after it; may be no finite number.
        steps: Steps that were done.
        learned: Whether the loss fell to the goal; of a task with a loss of its own, whether it fell.
        goal: A tenth of the start; ``None`` for a task with a loss of its own, which may have another lowest value than 0.
    """

    examples: int
    start: float
    end: float
    steps: int
    learned: bool
    goal: float | None


def learn_few(ready: ReadyTrial, share: float = 1.0) -> FewExamples:
    """Train on a few examples alone with the recipe of a trial, at most 2,000 steps.

    Args:
        ready: The trial, with its starting values, in a program without fed values.
        share: Of its learning rate: one that is right for many examples may be too large for few.
    """
    import tensorflow as tf

    program = ready.program
    x, y = ready.feed.head
    rate = tf.constant(share * _rate(ready), tf.float32)
    size = min(MOST_EXAMPLES if "full_batch" in program.optimizer.component.wants else FEW, len(x))
    x, y = x[:size], y[:size]
    zero = tf.constant(0, tf.int64)
    descend = tf.function(lambda step: program.training.step(x, y, step, rate, zero), autograph=False)
    look = tf.function(lambda: tf.reduce_mean(program.objective.losses(x, y, training=False)[0]), autograph=False)
    start = end = float(look())
    named, steps = program.objective.ingredients.loss is not None, 0
    goal = LEARNED * start if named else -np.inf
    while end > goal and steps < (MOST_STEPS if named else MOST_STEPS // 20):
        for _ in range(LOOK_EVERY):
            descend(tf.constant(steps, tf.int64))
            steps += 1
        end = float(look())
        if not np.isfinite(end):
            break
    learned = end <= goal if named else end < start or start == end == 0
    return FewExamples(size, start, end, steps, bool(learned), goal if named else None)


def step_ratios(ready: ReadyTrial, steps: int = FIRST_STEPS) -> dict[str, np.ndarray]:
    """Return how far the first steps of a trial go: layer → ‖w_t − w_{t−1}‖/‖w_{t−1}‖ of its kernel for each step, float64.

    Layers whose kernel is 0 at the start are left out. Learning rates are those of the trial's schedule.

    Args:
        ready: The trial, with its starting values, in a program without fed values.
        steps: How many steps are done, at most those of an epoch.
    """
    import tensorflow as tf

    program, plan = ready.program, ready.plan
    steps = min(steps, plan.steps)
    order, rates = plan.epoch(0)
    x, y = ready.feed.head
    zero = tf.constant(0, tf.int64)

    def step(rows: Any, number: Any, rate: Any) -> None:
        program.training.step(tf.gather(x, rows), tf.gather(y, rows), number, rate, zero)

    move = tf.function(step, autograph=False)
    held = {one.name: one.variable for one in program.network.kernel_layers}
    before = {name: np.array(variable.numpy(), "float64") for name, variable in held.items()}
    found: dict[str, list[float]] = {name: [] for name, kernel in before.items() if kernel.any()}
    for number in range(steps):
        # Of data that are streamed only the first examples are here.
        rows = tf.constant(order[number] % len(x), tf.int32)
        move(rows, tf.constant(number, tf.int64), tf.constant(rates[number], tf.float32))
        for name in found:
            after = np.array(held[name].numpy(), "float64")
            found[name].append(float(np.linalg.norm(after - before[name]) / np.linalg.norm(before[name])))
            before[name] = after
    return {name: np.array(row) for name, row in found.items()}


def _rate(ready: ReadyTrial) -> float:
    return float(ready.plan.trial.recipe.one("optimizer").hyperparameters.get("learning_rate") or 0.0)
