"""Weights that are averages, in evaluation: what a model holds then, and statistics that fit it.

Weights that are averages never saw a batch: moving averages that layers keep of their batches belong to the weights of
training. They are made anew before each evaluation with averaged weights, from the first training examples in batches of
the trial's size, at most ``STATISTICS_BATCHES`` of them. Layers with ``moving_mean`` and ``momentum`` (batch
normalization) take the plain mean over these batches, as Izmailov et al. 2018 do; any other state that a layer keeps
is carried on by the layer's own rule. Dropout draws from the noise stream there, at fixed steps; nothing that happens
is left in the model.

That is so for regularizations that average. An optimizer with weights of its own for evaluation is taken at its word: Keras'
with ``use_ema`` puts its averages in by ``finalize_variable_values``, at the end of ``fit``, and leaves the statistics as
training left them. Here each evaluation, not the last alone, is with what it would put in then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchsuite import noise
from benchsuite.engine.program.after_steps import AfterSteps
from benchsuite.engine.program.objective import Objective
from benchsuite.engine.program.optimizer import ResettableOptimizer
from benchsuite.errors import Unsupported

STATISTICS_BATCHES = 64


class EvaluationWeights:
    """Lets a model hold what it is evaluated with.

    Args:
        objective: Of the model.
        optimizer: May have evaluation weights of its own.
        after: May average.
        batches: Batches of the training part.
        batch_size: Examples of each.

    Raises:
        Unsupported: If both optimizer and regularizations average.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: ResettableOptimizer,
        after: AfterSteps,
        batches: int,
        batch_size: int,
    ) -> None:
        if optimizer.averages and after.averages:
            raise Unsupported(
                f"{optimizer.component.title} and a regularization each evaluate with averaged weights of their own"
            )
        self._objective, self._optimizer, self._after = objective, optimizer, after
        self._batches, self._batch_size = batches, batch_size

    @contextmanager
    def held(self, x: Any, y: Any, key: Any) -> Iterator[None]:
        """Let the model hold them, and statistics that fit them, for what is done or traced inside.

        Args:
            x: Inputs, the first training examples in front.
            y: Targets, likewise.
            key: Noise key of the trial.
        """
        import tensorflow as tf

        network = self._objective.network

        def forward(i: Any) -> None:
            rows = i * self._batch_size + tf.range(self._batch_size)
            self._objective.training_losses(tf.gather(x, rows), tf.gather(y, rows))

        averaged = self._after.evaluation_values()
        if averaged is not None:
            fresh = fresh_statistics(network.model, self._batches, forward, key)
            with holding(network.trainable, averaged), fresh:
                yield
        elif (own := self._optimizer.evaluation_values()) is not None:
            with holding(network.trainable, own):
                yield
        else:
            yield


@contextmanager
def holding(variables: list[Any], values: list[Any]) -> Iterator[None]:
    """Let variables hold other values for what is traced inside."""
    import tensorflow as tf

    kept = [tf.identity(variable.value) for variable in variables]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    yield
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)


@contextmanager
def fresh_statistics(model: Any, batches: int, forward: Callable[[Any], Any], key: Any) -> Iterator[None]:
    """Let layers hold statistics of the present weights for what is traced inside; see the module's docstring.

    Args:
        model: The model.
        batches: How many there are.
        forward: Calls the model in training mode on the batch of a number.
        key: Noise key of the trial.
    """
    import tensorflow as tf

    from benchsuite.engine.network.scopes import in_lane, scope_of

    state = model.non_trainable_variables
    batches = min(batches, STATISTICS_BATCHES)
    if not any("float" in variable.dtype for variable in state):
        yield
        return
    means = [layer for layer in model._flatten_layers() if hasattr(layer, "moving_mean") and hasattr(layer, "momentum")]
    momenta = [layer.momentum for layer in means]

    def body(i: Any) -> Any:
        for layer in means:  # i/(i + 1): the mean of all batches so far
            object.__setattr__(layer, "momentum", tf.cast(i, tf.float32) / (tf.cast(i, tf.float32) + 1))
        try:
            with noise.stream(key, tf.cast(i, tf.int64), noise.Owner.STATISTICS):
                forward(i)
        finally:
            for layer, momentum in zip(means, momenta, strict=True):
                object.__setattr__(layer, "momentum", momentum)
        return (i + 1,)

    def carried(i: Any, *values: Any) -> Any:
        with scope_of(list(zip(state, values, strict=True))) as scope:
            body(i)
            return i + 1, *(scope.get_current_value(variable) for variable in state)

    with holding(state, [variable.value for variable in state]):
        if in_lane():
            start = (tf.constant(0), *(variable.value for variable in state))
            _, *found = tf.while_loop(lambda i, *_: i < batches, carried, start, parallel_iterations=1)
            for variable, value in zip(state, found, strict=True):
                variable.assign(value)
        else:
            tf.while_loop(lambda i: i < batches, body, (tf.constant(0),), parallel_iterations=1)
        yield
