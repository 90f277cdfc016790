"""Training: what one step does, and the loop over steps that is compiled as a whole."""

from __future__ import annotations

from typing import Any

from benchsuite import noise
from benchsuite.components.regularization import Step
from benchsuite.engine.program.after_steps import AfterSteps
from benchsuite.engine.program.changes import changed
from benchsuite.engine.program.closure import Closure
from benchsuite.engine.program.objective import Objective
from benchsuite.engine.program.optimizer import ResettableOptimizer
from benchsuite.errors import BenchsuiteError


class Training:
    """The steps of a trial; called while they are traced.

    Args:
        objective: What is minimized.
        optimizer: What minimizes it.
        after: What acts after each step.
        classes: How many the targets have; ``None`` where they are values or the task has a loss of its own.
        symbols: How many columns of the inputs hold codes.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: ResettableOptimizer,
        after: AfterSteps,
        classes: int | None,
        symbols: int,
    ) -> None:
        self._objective, self._optimizer, self._after = objective, optimizer, after
        self._classes, self._symbols = classes, symbols

    def step(self, x: Any, y: Any, step: Any, rate: Any, key: Any) -> Any:
        """Let the optimizer do one step on a batch; return the loss that it started from.

        Args:
            x: Inputs.
            y: Targets.
            step: Its number.
            rate: Learning rate; no matter if the optimizer has none.
            key: Noise key of the trial.

        Raises:
            BenchsuiteError: If a closure optimizer never calls its closure.
        """
        optimizer, trainable = self._optimizer, self._objective.network.trainable
        if optimizer.has_rate:
            optimizer.made.learning_rate = rate
        if not optimizer.takes_closure:
            loss, gradients = self._objective.gradients(x, y, step, key)
            with noise.stream(key, step, noise.Owner.OPTIMIZER):
                optimizer.apply(gradients, trainable)
            return loss
        closure = Closure(self._objective, x, y, step, key)
        with noise.stream(key, step, noise.Owner.OPTIMIZER):
            optimizer.made.step(closure, trainable)
        if closure.loss is None:
            raise BenchsuiteError(f"step of {optimizer.component.title} never called its closure.")
        return closure.loss

    def whole_step(self, x: Any, y: Any, step: Any, rate: Any, lengths: Any, key: Any) -> Any:
        """Do one step with all that surrounds it: what changes the batch before, and what acts after; return its loss.

        Args:
            x: Inputs as the data have them.
            y: Targets likewise.
            step: Its number.
            rate: Learning rate.
            lengths: Steps of an epoch and of the whole budget.
            key: Noise key of the trial.
        """
        x, y = self._batch(x, y, step, key)
        before = self._after.before()
        loss = self.step(x, y, step, rate, key)
        with noise.stream(key, step, noise.Owner.AFTER):
            self._after(Step(step, lengths[0], lengths[1], rate if self._optimizer.has_rate else None, before))
        return loss

    def loop(
        self,
        x: Any,
        y: Any,
        order: Any,
        rates: Any,
        start: Any,
        stop: Any,
        total: Any,
        bound: Any,
        lengths: Any,
        key: Any,
    ) -> Any:
        """Do up to ``stop`` steps; return how many were done, the sum of their losses and ``total``, and the last loss."""
        import tensorflow as tf

        def body(i: Any, total: Any, last: Any) -> Any:
            rows = order[i]
            step = start + tf.cast(i, tf.int64)
            loss = self.whole_step(tf.gather(x, rows), tf.gather(y, rows), step, rates[i], lengths, key)
            return i + 1, total + loss, loss

        def goes_on(i: Any, total: Any, last: Any) -> Any:
            return (i < stop) & (last <= bound)  # false for NaN as well

        with self._objective.ingredients.feeding.holding():
            return tf.while_loop(goes_on, body, (tf.constant(0), total, tf.constant(0.0)), parallel_iterations=1)

    def _batch(self, x: Any, y: Any, step: Any, key: Any) -> tuple[Any, Any]:
        """Return a batch as the regularizations change it; made once a step, so that every closure call sees the same."""
        ingredients = self._objective.ingredients
        if not ingredients.batches:
            return x, y
        with noise.stream(key, step, noise.Owner.BATCHES):
            return changed(ingredients.batches, x, y, self._classes, ingredients.loss_component, self._symbols)
