"""Regularizations inside a training step: what they make of its batch and of the kernels that layers compute with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchsuite.components.regularization import Batch, Kernels
from benchsuite.errors import BenchsuiteError, Unsupported


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
    import tensorflow as tf

    from benchsuite.engine.network.scopes import scope_of

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
    with scope_of(mapping, collect_losses=True, initialize_variables=False) as scope:
        yield
    for variable in model.non_trainable_variables:
        value = scope.get_current_value(variable)
        if value is not None:
            variable.assign(value)


def _shape(tensor: Any) -> str:
    return f"{tensor.dtype.name} {tensor.shape.as_list()}"
