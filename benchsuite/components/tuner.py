"""Kind ``tuner``: which hyperparameters are tried next, given the validation scores of those tried before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from benchsuite.components.base import Component
from benchsuite.spaces import Space, Value
from benchsuite.unit_scale import levels, linear_place, place_of, value_at

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Dimension:
    """One searched hyperparameter, or knob of the task.

    Args:
        name: ``optimizer.0.learning_rate``: kind, place and hyperparameter; or the name of a knob, such as ``width``.
        space: Its values.
    """

    name: str
    space: Space

    @property
    def levels(self) -> int | None:
        """How many values it has; ``None`` for a continuum."""
        return levels(self.space)

    @property
    def ordered(self) -> bool:
        """Whether neighbouring places hold neighbouring values: not so for listed options that are no numbers."""
        options = getattr(self.space, "options", ())
        return all(isinstance(option, int | float) and not isinstance(option, bool) for option in options)

    def value(self, place: float) -> Value:
        """Return the value at a place from 0 to 1 on the space's own scale, which is logarithmic for learning rates."""
        return value_at(self.space, place)

    def place(self, value: Value) -> float:
        """Return the place of a value."""
        return place_of(self.space, value)

    def linear(self, share: float) -> float:
        """Return the place of the value that lies a share of the way through the range on a linear scale."""
        return linear_place(self.space, share)


@dataclass(frozen=True)
class Problem:
    """What a tuner is given when a search begins.

    Args:
        dimensions: What is searched.
        budget: What its proposals may cost in all, in trainings of the whole budget.
        epochs: The whole budget of a training: the largest ``stop``.
        generator: The only chance that a tuner may use. It does not depend on what is searched.
    """

    dimensions: tuple[Dimension, ...]
    budget: int
    epochs: int
    generator: np.random.Generator


@dataclass(frozen=True)
class Proposal:
    """Hyperparameters to train with.

    Args:
        point: For each dimension a place from 0 to 1, see :meth:`Dimension.value`.
        stop: Train as for the whole budget, and stop after this epoch; ``None`` to train to the end. It costs ``stop`` of
            the problem's ``epochs``. What goes on later is a proposal of its own, trained from the start.
    """

    point: tuple[float, ...]
    stop: int | None = None


@dataclass(frozen=True)
class Scored:
    """What came of a proposal: all that a tuner ever learns, made of validation curves alone.

    Args:
        point: As proposed.
        stop: As proposed.
        score: Larger is better, whatever the measure; ``None`` for a failure, which is worse than any number.
        own: Whether this tuner proposed it. Settings that every search tries first, whatever its tuner, are told as well.
    """

    point: tuple[float, ...]
    stop: int | None
    score: float | None
    own: bool = True


class Tuning(Protocol):
    """One search by a tuner, from its first proposal to its last."""

    def ask(self) -> Sequence[Proposal]:
        """Return proposals to train now, none to wait. Asked once when the search begins, and once after each that it is told."""
        ...

    def tell(self, told: Scored) -> None:
        """Learn what came of the next proposal. They are told in the order in which they were proposed.

        First come settings that every search tries whatever its tuner, such as the declared defaults: they are not ``own``,
        and not part of the tuner's budget.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Tuner(Component):
    """A way to search hyperparameters.

    ``make(**hyperparameters)`` returns a function ``start(problem) -> search``: given a :class:`Problem`, it begins a search
    with the methods of :class:`Tuning`: ``ask() -> list of Proposal`` and ``tell(told)``. The search ends when every
    proposal was told and ``ask`` gives none; proposals beyond the budget are not trained, one that was made before costs
    nothing, and what is left of the budget in the end goes to random points.

    How many proposals a tuner has under way at once is its own constant: it is asked and told in one order, whoever
    trains faster and with any number of workers, so that the same seed gives the same trials. It sees validation
    scores only.
    """

    kind: ClassVar[str] = "tuner"
