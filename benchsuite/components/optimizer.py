"""Kind ``optimizer``: turns gradients into steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component
from benchsuite.errors import BenchsuiteError

WANTS = ("closure", "evaluation_weights", "full_batch")


@dataclass(frozen=True, kw_only=True)
class Optimizer(Component):
    """An optimizer.

    ``make(**hyperparameters)`` returns a new ``keras.optimizers.Optimizer`` at each call; any one works unmodified, and what it
    draws from ``bs.noise`` or ``keras.random`` is the trial's. A hyperparameter called ``learning_rate`` is the base learning rate:
    the schedule multiplies it, and changing it costs no recompilation. With ``use_ema``, or a ``finalize_variable_values`` of
    its own, each evaluation is with the weights that it would put in if training ended there.

    Methods that need more than one gradient, or the loss, declare ``wants=("closure",)`` and return an object with

    - ``build(variables)``: create the state, called once before training;
    - ``variables``: the list of state variables, so that a used program can be reset;
    - ``learning_rate``: assignable inside a compiled graph;
    - ``step(closure, variables)``: change the variables in place. ``closure()`` returns ``(loss, gradients)`` on the
      current batch at the current values of the variables, with the same noise at each call of one step, gradient
      transform applied. ``closure.hessian_vector(vectors)`` returns H·v for the Hessian H of the same loss, without
      the transform: tensors shaped like the variables, ``None`` where the loss does not depend on one.

    A ``keras.optimizers.Optimizer`` subclass with a method ``step`` has the first three already.

    Methods whose evaluation weights differ from their training weights (averaging, schedule-free) declare
    ``wants=("evaluation_weights",)`` and have ``evaluation_values(variables) -> list of tensors``.

    Methods that are only defined for exact gradients (line searches, curvature from differences of gradients) declare
    ``wants=("full_batch",)``: a trial whose batches are not the whole training part is ``unsupported``.

    Args:
        wants: Any of ``"closure"``, ``"evaluation_weights"`` and ``"full_batch"``.
        state: Numbers of state kept for each trained number, scalars left out; ``None`` where it depends on the shapes
            of the variables, as the plugin's docstring says.
    """

    kind: ClassVar[str] = "optimizer"

    wants: tuple[str, ...] = ()
    state: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.wants, tuple) or any(want not in WANTS for want in self.wants):
            raise BenchsuiteError(
                f"wants of {self.title} must be a tuple of {', '.join(map(repr, WANTS))}. Received: {self.wants!r}."
            )
        if self.state is not None and (not isinstance(self.state, int) or self.state < 0):
            raise BenchsuiteError(
                f"state of {self.title} must be a whole number from 0, or None. Received: {self.state!r}."
            )
