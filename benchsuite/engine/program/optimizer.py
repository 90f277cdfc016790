"""The optimizer of a program: made once, checked, and given fresh state for each trial."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.engine.finalized import finalized, finalizes
from benchsuite.engine.ingredients import Ingredients
from benchsuite.engine.program.optimizer_checks import checked
from benchsuite.engine.program.settings import differing, settings
from benchsuite.errors import BenchsuiteError

COMPARED_AT = 0.25
"""The learning rate at which settings are compared, exact in float32: what follows it is no setting."""


class ConfigurationChanged(Exception):
    """An optimizer of other settings is needed, and with it a program of its own; says which."""


class ResettableOptimizer:
    """An optimizer whose state starts anew for each trial.

    Args:
        ingredients: What the recipe made.
        trainable: The variables that it trains.

    Raises:
        BenchsuiteError: If ``make`` returned something that is no optimizer, or none that can be used here.
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
        self._settings = self._compared(self.made)
        self._finalizes = finalizes(self.made)
        if self._finalizes and "evaluation_weights" in self.component.wants:
            raise BenchsuiteError(
                f"make of {self.component.title} returned an optimizer with evaluation_values and with averages of Keras' "
                "(use_ema, or a finalize_variable_values of its own): which are its evaluation weights? Leave one out."
            )

    @property
    def has_rate(self) -> bool:
        """Whether it has a learning rate."""
        return "learning_rate" in self.component.space

    @property
    def takes_closure(self) -> bool:
        """Whether it calls for loss and gradients itself."""
        return "closure" in self.component.wants

    @property
    def averages(self) -> bool:
        """Whether evaluation uses other weights than training."""
        return self._finalizes or "evaluation_weights" in self.component.wants

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

    def apply(self, gradients: list[Any], variables: list[Any]) -> None:
        """Do one step.

        Keras' optimizers with a scale of the loss divide gradients by it. They get them multiplied: the same numbers, as long as
        none leaves float32's range, which neither precision makes them do.

        Args:
            gradients: Of the loss as it is.
            variables: To be changed.
        """
        scaled = getattr(self.made, "scale_loss", None)
        if scaled is not None:
            gradients = [None if gradient is None else scaled(gradient) for gradient in gradients]
        self.made.apply(gradients, variables)

    def evaluation_values(self) -> list[Any] | None:
        """Return the values to evaluate with, or ``None`` if they are those of training."""
        if self._finalizes:
            return finalized(self.made, self._trainable)
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
        fresh = checked(ingredients, self.made)
        start = self._start
        if start is None:
            fresh.build(self._trainable)
            start = [np.array(variable.numpy()) for variable in fresh.variables]
        if changed := differing(self._compared(fresh), self._settings):
            raise ConfigurationChanged(", ".join(changed))
        for mine, new in zip(self.made.variables, start, strict=True):
            mine.assign(new)

    def _built(self, ingredients: Ingredients) -> Any:
        optimizer = checked(ingredients)
        optimizer.build(self._trainable)
        return optimizer

    def _compared(self, optimizer: Any) -> dict[str, Any]:
        """Return the settings of an optimizer, its learning rate put aside."""
        if self.has_rate and hasattr(optimizer, "get_config"):
            import tensorflow as tf

            try:
                optimizer.learning_rate = tf.constant(COMPARED_AT)
            except (TypeError, AttributeError) as error:
                raise BenchsuiteError(
                    f"make of {self.component.title} returned {type(optimizer).__name__}, whose learning_rate cannot be set: {error} "
                    "It is set at each step, since the schedule multiplies it."
                ) from error
        return settings(optimizer)

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
