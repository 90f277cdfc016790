"""Steps without side effects: what is traced inside reads given values in place of variables, and assigns to nothing.

Keras has a scope for that; its optimizers on TensorFlow assign around it, with methods that their base class for all
backends has in a pure form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

PURE = (
    *("assign", "assign_add", "assign_sub", "_apply_weight_decay", "_backend_update_step"),
    *("_overwrite_model_variables_with_average_value", "_backend_increment_gradient_accumulators"),
)
"""Methods of Keras' TensorFlow optimizers that assign around the scope."""


class Functional:
    """Variables whose values are given, for what is traced inside :meth:`holding`.

    Args:
        variables: Keras' own, each once.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list({id(variable): variable for variable in variables}.values())

    @contextmanager
    def holding(self, values: Sequence[Any]) -> Iterator[_Scoped]:
        """Let the variables have values; what is assigned inside is in what this gives, and nowhere else.

        Args:
            values: A tensor for each variable.
        """
        import keras

        from benchsuite.engine.network.scopes import lane

        with lane(), keras.StatelessScope(list(zip(self.variables, values, strict=True))) as scope, _pure_optimizers():
            yield _Scoped(self.variables, scope)


class _Scoped:
    """The values that variables have inside a scope."""

    def __init__(self, variables: list[Any], scope: Any) -> None:
        self._variables, self._scope = variables, scope

    @property
    def values(self) -> list[Any]:
        """What the variables are by now."""
        return [self._scope.get_current_value(variable) for variable in self._variables]


@contextmanager
def _pure_optimizers() -> Iterator[None]:
    """Let Keras' optimizers assign as those of other backends do."""
    from keras.src.backend.tensorflow.optimizer import TFOptimizer
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    before = {name: vars(TFOptimizer)[name] for name in (*PURE, "_var_key")}
    for name in PURE:
        setattr(TFOptimizer, name, vars(BaseOptimizer)[name])
    TFOptimizer._var_key = _key
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(TFOptimizer, name, method)


def _key(optimizer: Any, variable: Any) -> Any:
    """Return what an optimizer knows a variable by: it was built outside, with TensorFlow's."""
    return getattr(variable, "_value", variable)._unique_id
