"""Parts of Keras' that are no part of a recipe by themselves, as what the engine knows: constraints, and layers that change inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchsuite.components.regularization import Step
from benchsuite.errors import BenchsuiteError


class Constrained:
    """A ``keras.constraints.Constraint`` on every kernel, after each step, as Keras' own optimizers apply it.

    Args:
        constraint: What ``make`` returned.
    """

    variables: Sequence[Any] = ()

    def __init__(self, constraint: Any) -> None:
        self._constraint = constraint
        self._kernels: list[Any] = []

    def build(self, variables: Sequence[Any], kernels: Sequence[Any]) -> None:
        """Take the kernels; there is no state."""
        self._kernels = list(kernels)

    def after_step(self, step: Step) -> None:
        """Put the kernels back to where the constraint allows them to be."""
        for kernel in self._kernels:
            kernel.assign(self._constraint(kernel.value))


class OnInputs:
    """A ``keras.Layer`` with ``on = "inputs"``: it changes the inputs of each training batch, and nothing at evaluation.

    Args:
        layer: What ``make`` returned.
        name: Of the regularization.
    """

    def __init__(self, layer: Any, name: str) -> None:
        self._layer, self._name = layer, name

    def batch(self, x: Any, y: Any, classes: int | None) -> tuple[Any, Any]:
        """Return the layer's outputs in training, in the type of the inputs, and the targets as they are.

        Raises:
            BenchsuiteError: If the layer makes something else of them than other inputs.
        """
        import tensorflow as tf

        changed = self._layer(x, training=True)
        if not tf.is_tensor(changed):
            raise BenchsuiteError(
                f"the layer of regularization {self._name!r} must return inputs for inputs. Received: {type(changed).__name__}. "
                "One that changes inputs and targets together stands in an object with a method batch(x, y, classes)."
            )
        return tf.cast(changed, x.dtype), y
