"""What a Keras optimizer makes of the variables once training has ended: its averages, if it keeps some (``use_ema``)."""

from __future__ import annotations

from typing import Any


def finalizes(optimizer: Any) -> bool:
    """Say whether a Keras optimizer gives the variables other values once training has ended, as one with ``use_ema`` does."""
    import keras
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    if not isinstance(optimizer, BaseOptimizer):
        return False
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return finalizes(optimizer.inner_optimizer)
    own = type(optimizer).finalize_variable_values is not BaseOptimizer.finalize_variable_values
    return own or bool(optimizer.use_ema)


def finalized(optimizer: Any, variables: list[Any]) -> list[Any]:
    """Return what ``finalize_variable_values`` would make of the variables now; nothing is changed.

    Args:
        optimizer: Keras'; before its first step it has no averages yet, and the values are those of the variables.
        variables: Those that it trains.
    """
    import tensorflow as tf

    touched = [*variables, *optimizer.variables]
    kept = [tf.identity(variable.value) for variable in touched]
    optimizer.finalize_variable_values(variables)
    final = [tf.identity(variable.value) for variable in variables]
    for variable, value in zip(touched, kept, strict=True):
        variable.assign(value)
    begun = optimizer.iterations > 0
    return [tf.where(begun, end, now) for end, now in zip(final, kept, strict=False)]
