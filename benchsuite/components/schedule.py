"""Kind ``schedule``: how the learning rate changes during training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from benchsuite.components.base import Component
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np


@runtime_checkable
class Reacting(Protocol):
    """A schedule that sees how training goes, such as one that waits for a plateau."""

    def __call__(self, step: np.ndarray, total_steps: int) -> Any:
        """Return the multipliers of the next epoch's steps."""
        ...

    def after_epoch(self, epoch: int, validation: Mapping[str, float]) -> None:
        """Take note of the validation measures (``loss`` and the metrics) after ``epoch``, from 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class Schedule(Component):
    """A learning-rate schedule. A recipe may combine several, ``warmup+cosine``: their multipliers are multiplied.

    ``make(**hyperparameters)`` returns a pure function ``schedule(step, total_steps) -> multiplier``, where ``step``
    is a NumPy int64 array of step numbers from 0, and the result a float array of the same shape that multiplies the
    optimizer's base learning rate. It is evaluated on the host, one epoch at a time: no schedule costs a
    recompilation.

    What it returns may also have a method ``after_epoch(epoch, validation)``, called after each evaluated epoch from 1
    with the validation measures (``loss`` and the metrics), before the multipliers of the next epoch are asked for. Such
    an object (:class:`Reacting`) keeps a state; ``make`` must return a new one at each call, and is called once for each trial.
    """

    kind: ClassVar[str] = "schedule"


class Product:
    """The schedules of one recipe as one: the product of their multipliers.

    Args:
        schedules: What their components made.
    """

    def __init__(self, schedules: Sequence[Callable[[np.ndarray, int], Any]]) -> None:
        self._schedules = tuple(schedules)

    @property
    def reacts(self) -> bool:
        """Whether one of them sees how training goes, so that the multipliers are not known before."""
        return any(isinstance(schedule, Reacting) for schedule in self._schedules)

    def __call__(self, step: np.ndarray, total_steps: int) -> np.ndarray:
        """Return one multiplier for each step, as float64.

        Raises:
            BenchsuiteError: If a schedule returns anything else.
        """
        import numpy as np

        product = np.ones(len(step))
        for schedule in self._schedules:
            factors = np.asarray(schedule(step, total_steps), dtype="float64")
            if factors.shape not in ((), product.shape) or not np.isfinite(factors).all():
                raise BenchsuiteError("a schedule must return one finite multiplier for each step.")
            product *= factors
        return product

    def after_epoch(self, epoch: int, validation: Mapping[str, float]) -> None:
        """Tell every schedule that wants to know."""
        for schedule in self._schedules:
            if isinstance(schedule, Reacting):
                schedule.after_epoch(epoch, validation)
