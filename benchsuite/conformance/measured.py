"""The measurements of a certificate: one task, its baseline, seed 0; all but the last as a graph or eagerly, not compiled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Loss, Task
from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.data import Dataset
from benchsuite.engine.device import Device, configure
from benchsuite.engine.few_examples import learn_few
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.seeds import Streams
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

EXAMPLES = 512
"""Training examples on which losses are measured."""
STEPS = 10
RATE = 0.01
MOST_SECONDS = 60.0
"""A baseline that costs more is not trained."""


def measured(task: Task, registry: Registry) -> dict[str, Any]:
    """Measure what a network and its loss say of a task; and train its baseline once if that takes seconds.

    Raises:
        Exception: Whatever the task raises.
    """
    configure(Device("cpu"))
    facts = Measurement(task, registry)
    network = facts.ready.program.network
    return {
        "network": {"parameters": network.parameters, "kernels": len(network.kernels)},
        "loss": facts.losses(),
        "gradient": {"difference": facts.gradient_difference()},
        "few": facts.few(),
        "targets": facts.targets(),
    }


class Measurement:
    """Measures one task: its start alone, then all of it after another network was built in the same process.

    Args:
        task: The task.
        registry: Where its components are looked up.
    """

    def __init__(self, task: Task, registry: Registry) -> None:
        self._task, self._registry = task, registry
        self._trial = Trial(task.name, task.version, baseline(task, registry), 0, task.epochs, task.batch_size)
        self._begin()
        self._alone = self._loss()
        self._another()
        self._begin()

    def _begin(self) -> None:
        """Build the task's program, in a session of its own."""
        self._session = Session(self._registry, {self._task.name: self._task}.__getitem__, feeds=False)
        self.ready: ReadyTrial = self._session.ready(self._trial)
        self.dataset: Dataset = self.ready.program.dataset
        self.x, self.y = (tensor[: min(EXAMPLES, self.dataset.sizes[0])] for tensor in self.ready.feed.head)

    def _another(self) -> None:
        """Build a network that has nothing to do with the task: nothing may depend on what was built before."""
        losses = {
            component.targets: component.name
            for name in self._registry.names("loss")
            if isinstance(component := self._registry.component("loss", name), Loss)
        }
        for task in tiny_tasks(dict(list(losses.items())[:1])):
            recipe = baseline(task, self._registry)
            Session(self._registry, {task.name: task}.__getitem__, feeds=False).ready(
                Trial(task.name, 1, recipe, 0, 1, 16)
            )

    def losses(self) -> dict[str, Any]:
        """Return the losses: of outputs 0 and what theory says, at the start, after plain gradient descent."""
        import tensorflow as tf

        program = self.ready.program
        start = self._loss()
        order = self.ready.plan.order(np.arange(STEPS, dtype="int64"))
        descend = tf.function(self._descend, autograph=False)
        x, y = self.ready.feed.head
        for step, rows in enumerate(order):
            if rows.max() >= len(x):  # streamed data: the first batches instead
                rows = np.arange(step * len(rows), (step + 1) * len(rows)) % len(x)
            descend(tf.gather(x, rows), tf.gather(y, rows), tf.constant(step, tf.int64))
        after = self._loss()
        outputs = [one for one in program.network.kernel_layers if one.layer_type == "output"]
        for output in outputs:
            for variable in output.layer.variables:
                variable.assign(tf.zeros_like(variable.value))
        of_zeros = self._loss() if outputs and program.objective.ingredients.loss is not None else None
        self._reset()
        return {
            "alone": short(self._alone),
            "start": short(start),
            "after_steps": short(after) if np.isfinite(after) else None,  # a steep valley
            "of_zeros": short(of_zeros) if of_zeros is not None else None,
            "theory": self._theory() if of_zeros is not None else None,
        }

    def starts(self, seeds: Iterable[int]) -> list[float]:
        """Return the loss at the start, of each seed."""
        found = []
        for seed in seeds:
            self.ready = self._session.ready(replace(self._trial, seed=seed))
            found.append(short(self._loss()))
        self._reset()
        return found

    def gradient_difference(self) -> float:
        """Return the largest relative difference of directional derivatives from central differences, over three directions."""
        import tensorflow as tf

        program = self.ready.program
        x, y, zero, worst = self.x[:32], self.y[:32], tf.constant(0, tf.int64), 0.0

        def plain() -> Any:
            """Return the loss and its gradients, before any transform; each call draws the same noise."""
            with noise.stream(zero, zero):
                return program.objective.plain_gradients(x, y)

        compute = tf.function(plain, autograph=False)
        _, gradients = compute()
        start = [np.array(variable.numpy()) for variable in program.network.trainable]
        slopes = [np.zeros_like(v) if g is None else np.asarray(g) for v, g in zip(start, gradients, strict=True)]
        norm = np.sqrt(sum(float((slope.astype("float64") ** 2).sum()) for slope in slopes)) or 1.0
        for number in range(3):
            generator = Streams.of(number).initial_generator("direction")
            draws = [generator.normal(size=value.shape) for value in start]
            size = np.sqrt(sum(float((one**2).sum()) for one in draws))
            direction = [slope / norm + one / size for slope, one in zip(slopes, draws, strict=True)]
            expected = sum(float((slope * one).sum()) for slope, one in zip(slopes, direction, strict=True))
            found = min(
                (self._difference(compute, start, direction, width) for width in (3e-2, 1e-2, 3e-3, 1e-3)),
                key=lambda value, expected=expected: abs(value - expected),  # type: ignore[misc]
            )
            worst = max(worst, abs(found - expected) / max(abs(expected), 1e-6))
        self._reset()
        return short(worst)

    def _difference(self, compute: Any, start: list[Any], direction: list[Any], width: float) -> float:
        values = []
        for sign in (1, -1):
            for variable, value, along in zip(self.ready.program.network.trainable, start, direction, strict=True):
                variable.assign(value + sign * width * along)
            values.append(float(compute()[0]))
        return (values[0] - values[1]) / (2 * width)

    def few(self) -> dict[str, Any]:
        """Train on a few examples with the baseline's recipe; return how their loss went, in evaluation mode.

        A rate that is right for many examples may be too large for few: then a tenth of it is tried.
        """
        found = learn_few(self.ready)
        self._reset()
        if not found.learned and self.ready.program.optimizer.has_rate:
            found = learn_few(self.ready, 0.1)
            self._reset()
        end = found.end if np.isfinite(found.end) else float(np.finfo("float32").max)
        told = {"start": short(found.start), "end": short(end), "steps": found.steps, "learned": found.learned}
        return {**told, "goal": None if found.goal is None else short(found.goal)}

    def targets(self) -> dict[str, Any] | None:
        """Train the baseline for its budget; return where it starts and ends, its best, and when it reaches each target.

        Values are the primary metric on the validation part. ``None`` where training takes too long.

        Raises:
            BenchsuiteError: If the baseline does not train to its end.
        """
        task = self._task
        if task.cost.compile + task.cost.epoch * task.epochs > MOST_SECONDS:
            return None
        ending, measure = self._session.run(self._trial).ending, f"validation_{task.primary}"
        if ending.results.final is None:
            raise BenchsuiteError(f"the baseline of {task.title} {ending.outcome}: {ending.reason}")
        curve = [value for value in ending.curves[measure][1:] if value is not None and np.isfinite(value)]
        best = max if task.direction == "max" else min
        return {
            "start": short(ending.curves[measure][0]),
            "end": short(ending.results.final[measure]),
            "best": short(best([*curve, ending.results.final[measure]])),
            "epochs": [found and found.epoch for found in ending.results.targets.values()],
        }

    def _descend(self, x: Any, y: Any, step: Any) -> None:
        import tensorflow as tf

        program = self.ready.program
        _, gradients = program.objective.gradients(x, y, step, tf.constant(0, tf.int64))
        for variable, gradient in zip(program.network.trainable, gradients, strict=True):
            if gradient is not None:
                variable.assign(variable - RATE * tf.cast(gradient, variable.dtype))

    def _loss(self) -> float:
        """Return the mean loss of the first training examples in evaluation mode."""
        pieces = [slice(start, start + 64) for start in range(0, len(self.x), 64)]
        objective = self.ready.program.objective
        losses = [np.asarray(objective.losses(self.x[piece], self.y[piece], training=False)[0]) for piece in pieces]
        return float(np.concatenate(losses).astype("float64").mean())

    def _theory(self) -> float | None:
        program = self.ready.program
        component = program.objective.ingredients.loss_component
        if component is None or component.at_zero is None:
            return None
        hyperparameters = self._trial.recipe.one("loss").hyperparameters
        return short(component.at_zero(np.asarray(self.y), program.classes, **hyperparameters))

    def _reset(self) -> None:
        self.ready = self._session.ready(self._trial)


def short(value: Any) -> float:
    """Return seven digits: more are noise in float32."""
    return float(f"{float(value):.7g}")
