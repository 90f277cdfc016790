"""The optimizer of a program: made once, checked, and given fresh state for each trial."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.engine.fed.number import Fed, key
from benchsuite.engine.ingredients import Ingredients
from benchsuite.errors import BenchsuiteError


class ConfigurationChanged(Exception):
    """The learning rate turned out to be baked into the optimizer's other settings: the program cannot be reused for it."""


class ResettableOptimizer:
    """An optimizer whose state starts anew for each trial.

    Args:
        ingredients: What the recipe made.
        trainable: The variables that it trains.

    Raises:
        BenchsuiteError: If ``make`` returned something that is no optimizer.
    """

    def __init__(self, ingredients: Ingredients, trainable: list[Any]) -> None:
        self.component = ingredients.optimizer_component
        self._trainable = trainable
        feeding = ingredients.feeding
        before = set(feeding.eager)
        feeding.eager.clear()
        self.made = self._built(ingredients)
        """What the component made."""
        # A state that starts from a fed value starts anew for each trial.
        self._start = None if feeding.eager else self._constant_start(ingredients)
        feeding.eager |= before

    @property
    def has_rate(self) -> bool:
        """Whether it has a learning rate."""
        return "learning_rate" in self.component.space

    @property
    def takes_closure(self) -> bool:
        """Whether it calls for loss and gradients itself."""
        return "closure" in self.component.wants

    @property
    def state_bytes(self) -> int:
        """Bytes of its state; scalars (step counter, learning rate) left out."""
        return int(
            sum(
                np.prod(variable.shape) * np.dtype(str(variable.dtype).replace("bfloat16", "uint16")).itemsize
                for variable in self.made.variables
                if tuple(variable.shape)
            )
        )

    def evaluation_values(self) -> list[Any] | None:
        """Return the values to evaluate with, or ``None`` if they are those of training."""
        if "evaluation_weights" not in self.component.wants:
            return None
        values: list[Any] = self.made.evaluation_values(self._trainable)
        return values

    def reset(self, ingredients: Ingredients) -> None:
        """Assign the state that a new optimizer has at the present values of the variables.

        One whose state starts from the weights (averages, anchors) is built anew for its values.

        Args:
            ingredients: The trial's, for its learning rate.

        Raises:
            ConfigurationChanged: If the new optimizer differs in more than its learning rate: a new program is needed.
        """
        fresh = _checked(ingredients)
        if _baked(fresh) != _baked(self.made):
            raise ConfigurationChanged
        start = self._start
        if start is None:
            fresh.build(self._trainable)
            start = fresh.variables
        for mine, new in zip(self.made.variables, start, strict=True):
            mine.assign(new)

    def _built(self, ingredients: Ingredients) -> Any:
        optimizer = _checked(ingredients)
        optimizer.build(self._trainable)
        return optimizer

    def _constant_start(self, ingredients: Ingredients) -> list[np.ndarray] | None:
        """Return the values that the state always starts from, or ``None`` if it starts from the weights.

        Found by trying: two new optimizers on different weights. Assigning known values is several times faster than
        a new optimizer.
        """
        before = [np.array(variable.numpy()) for variable in self.made.variables]
        for variable in self._trainable:
            variable.assign(variable + 1)
        after = [np.array(variable.numpy()) for variable in self._built(ingredients).variables]
        same = all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))
        return before if same else None


def _checked(ingredients: Ingredients) -> Any:
    """Make an optimizer, and refuse what is none."""
    optimizer = ingredients.optimizer()
    component = ingredients.optimizer_component
    needed = ["build", "variables", "step" if "closure" in component.wants else "apply"]
    needed += ["evaluation_values"] if "evaluation_weights" in component.wants else []
    missing = [name for name in needed if not hasattr(optimizer, name)]
    if missing:
        raise BenchsuiteError(
            f"make of {component.title} returned {type(optimizer).__name__}, which has no {', '.join(missing)}. "
            "Return a keras.optimizers.Optimizer, or what bs.Optimizer describes for its `wants`."
        )
    return optimizer


def _baked(optimizer: Any) -> Any:
    """Return the settings of an optimizer that are part of its graph: its configuration without learning rate and name.

    A fed number stands for itself, whatever its present value.
    """
    configuration = optimizer.get_config() if hasattr(optimizer, "get_config") else {}
    return _plain({key: value for key, value in configuration.items() if key not in ("learning_rate", "name")})


def _plain(value: Any) -> Any:
    if isinstance(value, Fed):
        return ("fed", key(value))
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
