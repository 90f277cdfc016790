"""Regularizations inside the training loop: what they make of batches and kernels, what they do after a step, and averaged weights.

Weights that are averages never saw a batch: moving averages that layers keep of their batches belong to the weights of
training. They are made anew before each evaluation with averaged weights, from the first training examples in batches of
the trial's size, at most ``STATISTICS_BATCHES`` of them. Layers with ``moving_mean`` and ``momentum`` (batch
normalization) take the plain mean over these batches, as Izmailov et al. 2018 do; any other state that a layer keeps
is carried on by the layer's own rule. Dropout draws from the noise stream there, at fixed steps; nothing that happens
is left in the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchsuite import noise
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Step
from benchsuite.errors import BenchsuiteError, Unsupported

BATCH_NOISE = 2**49
"""Offset of the steps whose noise changes batches: layers draw the same masks with an augmentation and without."""
STATISTICS_NOISE = 2**51
"""Offset of the steps whose noise layers draw while their statistics are made anew."""
STATISTICS_BATCHES = 64


def changed(
    batches: Sequence[tuple[str, Batch]], x: Any, y: Any, classes: int | None, soft: Any, symbols: int = 0
) -> tuple[Any, Any]:
    """Let every regularization of a recipe change a batch, inside a noise stream.

    Args:
        batches: Name and object of each, in the order of the recipe.
        x: Inputs.
        y: Targets.
        classes: How many; ``None`` where the targets are values or the task has a loss of its own.
        soft: The loss component that must take distributions if there are any; ``None`` if the task has its own.
        symbols: How many columns of the inputs hold codes, which nothing may mix or shift.

    Raises:
        Unsupported: If one does not apply, or the loss does not take the distributions that one makes.
        BenchsuiteError: If a batch comes back in another shape or type.
    """
    import tensorflow as tf

    for name, regularization in batches:
        new_x, new_y = (tf.convert_to_tensor(one) for one in regularization.batch(x, y, classes))
        if symbols and new_x is not x:
            raise Unsupported(f"regularization {name!r} changes inputs, of which {symbols} columns hold codes")
        made_soft = new_y.dtype == tf.float32 and not y.dtype.is_floating and classes is not None
        expected = y.shape.concatenate([classes]) if made_soft else y.shape
        kept_type = new_x.dtype == x.dtype and (made_soft or new_y.dtype == y.dtype)
        if not (
            kept_type and new_x.shape.as_list() == x.shape.as_list() and new_y.shape.as_list() == expected.as_list()
        ):
            raise BenchsuiteError(
                f"batch of regularization {name!r} must keep shape and type of inputs and targets, or turn classes into float32 "
                f"distributions. Received: {_shape(x)} and {_shape(y)}; returned: {_shape(new_x)} and {_shape(new_y)}."
            )
        if made_soft and not (soft is not None and soft.soft_targets):
            raise Unsupported(
                f"regularization {name!r} makes distributions over the classes; {soft.title if soft else 'the loss'} does not take them"
            )
        x, y = new_x, new_y
    return x, y


@contextmanager
def computing_with(changes: Sequence[tuple[str, Kernels]], model: Any, kernels: list[Any]) -> Iterator[None]:
    """Let the model compute with changed kernels in what is traced inside; gradients reach those that are trained.

    Args:
        changes: Name and object of each regularization that changes kernels, in the order of the recipe.
        model: The model.
        kernels: The kernels' variables.

    Raises:
        BenchsuiteError: If kernels come back in another number or shape.
    """
    if not changes:
        yield
        return
    import keras
    import tensorflow as tf

    values = [tf.convert_to_tensor(kernel.value) for kernel in kernels]
    for name, regularization in changes:
        new = [tf.convert_to_tensor(value) for value in regularization.in_training(values)]
        if [_shape(value) for value in new] != [_shape(value) for value in values]:
            raise BenchsuiteError(
                f"in_training of regularization {name!r} must return one kernel for each, in its shape and type. "
                f"Received: {', '.join(map(_shape, values))}; returned: {', '.join(map(_shape, new)) or 'nothing'}."
            )
        values = new
    # Keras' own way to let layers compute with other values than those their variables hold; what they assign is kept aside.
    mapping = list(zip(kernels, values, strict=True))
    with keras.StatelessScope(mapping, collect_losses=True, initialize_variables=False) as scope:
        yield
    for variable in model.non_trainable_variables:
        value = scope.get_current_value(variable)
        if value is not None:
            variable.assign(value)


def _shape(tensor: Any) -> str:
    return f"{tensor.dtype.name} {tensor.shape.as_list()}"


class AfterSteps:
    """The regularizations of a recipe that act after each step; those that average come last and see what the others did.

    Args:
        factories: Each makes one.
        variables: All trained variables.
        kernels: Those that the initializer filled.
    """

    def __init__(self, factories: Sequence[Callable[[], AfterStep]], variables: list[Any], kernels: list[Any]) -> None:
        self._trained, self._kernels = variables, kernels
        self._made = self._built(factories)

    def _built(self, factories: Sequence[Callable[[], AfterStep]]) -> list[AfterStep]:
        made = sorted((make() for make in factories), key=averages)
        for one in made:
            one.build(self._trained, self._kernels)
        return made

    def reset(self, factories: Sequence[Callable[[], AfterStep]]) -> None:
        """Assign the state that new objects start from at the present values of the variables."""
        for mine, new in zip(self._made, self._built(factories), strict=True):
            for variable, value in zip(mine.variables, new.variables, strict=True):
                variable.assign(value)

    def before(self) -> list[Any]:
        """Return what the step will change, if any regularization could ask for it."""
        import tensorflow as tf

        return [tf.identity(variable.value) for variable in self._trained] if self._made else []

    def __call__(self, step: Step) -> None:
        """Let each act."""
        for one in self._made:
            one.after_step(step)

    def evaluation_values(self) -> list[Any] | None:
        """Return the values to evaluate with, or ``None`` if they are those of training."""
        for one in self._made:
            if averages(one):
                values: list[Any] = one.evaluation_values(self._trained)  # type: ignore[attr-defined]  # optional
                return values
        return None


def averages(regularization: Any) -> bool:
    """Say whether evaluation uses other weights than training."""
    return hasattr(regularization, "evaluation_values")


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
            with noise.stream(key, tf.cast(i, tf.int64) + STATISTICS_NOISE):
                forward(i)
        finally:
            for layer, momentum in zip(means, momenta, strict=True):
                object.__setattr__(layer, "momentum", momentum)
        return (i + 1,)

    with holding(state, [variable.value for variable in state]):
        tf.while_loop(lambda i: i < batches, body, (tf.constant(0),), parallel_iterations=1)
        yield
