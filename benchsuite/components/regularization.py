"""Kind ``regularization``: whatever keeps a network from fitting too well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from benchsuite.components.base import Component


@runtime_checkable
class Monitor(Protocol):
    """A regularization that acts between epochs and never sees a gradient, such as early stopping."""

    restores_best: bool
    """Whether the weights of the epoch with the best validation loss are put back at the end."""

    def after_epoch(self, epoch: int, validation: Mapping[str, float]) -> bool:
        """Return whether training goes on, given the validation measures (``loss`` and the metrics) after ``epoch``."""
        ...


@runtime_checkable
class Batch(Protocol):
    """A regularization that changes the batches of training, such as augmentation, mixup or label smoothing."""

    def batch(self, x: Any, y: Any, classes: int | None) -> tuple[Any, Any]:
        """Return the batch that the model is trained on in place of ``(x, y)``.

        Called inside the compiled graph, once in each training step (all closure calls of a step see one batch) and
        never at evaluation. Whatever is random comes from ``bs.noise``. It may raise ``bs.Unsupported`` with the reason
        where it cannot act on such inputs or targets.

        Args:
            x: Inputs ``[batch, ...]``. Shape and type stay.
            y: Targets ``[batch, ...]``: shape and type stay, or classes (int32) become distributions over them (float32,
                one more axis). They may be such distributions already, made by another regularization of the recipe.
            classes: How many there are; ``None`` where the targets are values, or the task has a loss of its own.
        """
        ...


@runtime_checkable
class Kernels(Protocol):
    """A regularization that trains a network with other kernels than it keeps, such as dropconnect."""

    def in_training(self, kernels: Sequence[Any]) -> Sequence[Any]:
        """Return the kernels to compute with, shaped like those that are trained.

        Called inside the compiled graph for each gradient (with the same noise for all of a step) and never at
        evaluation. Gradients go through what it does. Whatever is random comes from ``bs.noise``.

        Args:
            kernels: What the recipe's initializer filled, float32 tensors.
        """
        ...


@runtime_checkable
class Masks(Protocol):
    """A regularization that multiplies what enters the gates of recurrent layers in training, such as variational dropout."""

    each_step: bool
    """Whether every time step has a mask of its own; one mask for all of them otherwise."""

    def mask(self, shape: Sequence[Any]) -> Any:
        """Return the factors, float32.

        Called inside the compiled graph in each training step, once for the inputs and once for the previous outputs of
        each recurrent layer, never at evaluation. Whatever is random comes from ``bs.noise``.

        Args:
            shape: ``[batch, features]``, or ``[time, batch, features]`` if ``each_step``.
        """
        ...


@dataclass(frozen=True)
class Step:
    """What an :class:`AfterStep` is told; all are scalar tensors but the last.

    Args:
        number: Of the step that was done, from 0, int64.
        epoch: Steps in one epoch, int64.
        total: Steps of the whole budget, int64.
        rate: Learning rate of the step, float32; ``None`` where the optimizer has none.
        before: Values of the variables before the step, in the order of ``build``.
    """

    number: Any
    epoch: Any
    total: Any
    rate: Any
    before: Sequence[Any]


@runtime_checkable
class AfterStep(Protocol):
    """A regularization that acts after each step of the optimizer, such as weight decay, max-norm or weight averages.

    Those that average also have ``evaluation_values(variables) -> list of tensors``: what the variables hold during each
    evaluation. Statistics that layers keep of their batches (moving averages) are then made anew for these values: see
    ``benchsuite/engine/program/evaluation_weights.py``. At most one part of a recipe, optimizer included, can have such values.

    One that acts on the kernels that layers compute with says so by ``on = "kernels"``: with a normalization that
    computes these from other arrays it is unsupported.
    """

    variables: Sequence[Any]
    """State, a list of ``keras.Variable`` (empty if there is none), so that a used program can be reset."""

    def build(self, variables: Sequence[Any], kernels: Sequence[Any]) -> None:
        """Create the state, once before training and, in a new object, at each reset: it may start from the weights.

        Args:
            variables: All trained variables of the model.
            kernels: Those of them that the recipe's initializer filled.
        """
        ...

    def after_step(self, step: Step) -> None:
        """Change the variables in place. Called inside the compiled graph."""
        ...


def averages(regularization: Any) -> bool:
    """Say whether evaluation uses other weights than training."""
    return hasattr(regularization, "evaluation_values")


@dataclass(frozen=True, kw_only=True)
class Regularization(Component):
    """A regularization. A recipe may combine several: ``l2[strength=1e-4]+dropout[rate=0.2]``.

    ``make(**hyperparameters)`` returns a new object at each call, one of

    - a ``keras.Regularizer``: its value on every kernel is added to the training loss (never to a reported loss);
    - a ``keras.constraints.Constraint``: every kernel is put back to it after each step;
    - a ``keras.Layer`` with an attribute ``on = "inputs"``: changes the inputs of each training batch, as augmentation does;
    - a ``keras.Layer``: put after each hidden activation; or, if it has an attribute ``on = "branches"``, after each
      residual branch, before the sum. Such a layer may have a method ``placed(number, count)``, called once the network
      stands, with the branch's number from 1 and how many there are;
    - a :class:`Masks`: multiplies inputs and previous outputs of recurrent layers in training;
    - a :class:`Batch`: changes each training batch, in the order of the recipe;
    - a :class:`Kernels`: changes what the kernels are in training;
    - an :class:`AfterStep`: called after each step of the optimizer;
    - a :class:`Monitor`: called after each epoch with the validation measures;
    - ``None``: nothing.

    An object may be several of these five: masks, batch, kernels, after a step, monitor. A layer that acts on some shapes
    only leaves the others alone and says so: an attribute ``applies``, set to ``False`` while it is built. Where a
    regularization applies to no place of a network the trial is ``unsupported``.
    """

    kind: ClassVar[str] = "regularization"
