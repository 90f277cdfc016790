"""Regularizations that act after each step: their state, what they are told, and the weights that they average."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchsuite.components.regularization import AfterStep, Step, averages


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

    @property
    def variables(self) -> list[Any]:
        """The state of all."""
        return [variable for one in self._made for variable in one.variables]

    @property
    def averages(self) -> bool:
        """Whether evaluation uses other weights than training."""
        return any(averages(one) for one in self._made)

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
