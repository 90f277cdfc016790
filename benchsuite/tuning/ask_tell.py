"""Asking a tuner: in one order whoever trains faster, and never beyond its budget."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from benchsuite.components import Problem, Proposal, Scored, Tuner, Tuning
from benchsuite.components.fields import shown
from benchsuite.errors import BenchsuiteError
from benchsuite.spaces import Value
from benchsuite.tuning.search_space import SearchSpace


@dataclass(frozen=True)
class Asked:
    """What a search wants to know next.

    Args:
        number: From 0, in order of proposal.
        point: In the unit cube.
        values: Name of a dimension → value.
        stop: Epoch after which training stops; ``None`` for a whole training.
        cost: In whole trainings; nothing for what was proposed before, since its record is there.
    """

    number: int
    point: tuple[float, ...]
    values: Mapping[str, Value]
    stop: int | None
    cost: float


class Asking:
    """One search: a tuner, asked once at the beginning and once after each proposal that it is told.

    The first proposals are given, the same for every tuner: settings such as the declared defaults, which cost of the
    budget as any other.

    Args:
        tuner: The tuner.
        space: What is searched.
        budget: Whole trainings that all proposals may cost.
        epochs: The whole budget of a training.
        seed: Of all its chance.
        hyperparameters: Of the tuner; its defaults unless given.
        first: Name → value of settings to try first.

    Raises:
        BenchsuiteError: If nothing is searched, or the tuner gives no search.
    """

    def __init__(
        self,
        tuner: Tuner,
        space: SearchSpace,
        budget: int,
        epochs: int,
        seed: int,
        hyperparameters: Mapping[str, Value] | None = None,
        first: Sequence[Mapping[str, Value]] = (),
    ) -> None:
        import numpy as np

        if not space.dimensions:
            raise BenchsuiteError(f"there is nothing for {tuner.title} to search: no hyperparameter has two values.")
        self._tuner, self._space, self._epochs = tuner, space, epochs
        self._budget, self._left, self._count = budget, Fraction(budget), 0
        self._before: set[tuple[object, ...]] = set()
        self._repeats = 0
        self._waiting: deque[Asked] = deque()
        self._new: list[Asked] = []
        for values in list(first)[:budget]:
            self._take(space.point(values), None, values)
        self._given = self._count
        problem = Problem(space.dimensions, int(self._left), epochs, np.random.default_rng(seed))
        self._search: Tuning = tuner.make(**tuner.hyperparameters(hyperparameters))(problem)
        for method in ("ask", "tell"):
            if not callable(getattr(self._search, method, None)):
                raise BenchsuiteError(
                    f"what make of {tuner.title} returns must give, for a problem, an object with ask and tell. "
                    f"Received: {shown(self._search)}."
                )
        self._ask()

    @property
    def ended(self) -> bool:
        """Whether every proposal was told and nothing more is proposed."""
        return not self._waiting

    @property
    def spent(self) -> float:
        """What was proposed so far costs, in whole trainings."""
        return float(self._budget - self._left)

    @property
    def left(self) -> int:
        """What is left of the budget, in epochs: once it has ended, what the tuner had no proposal for."""
        return int(self._left * self._epochs)

    def ask(self) -> tuple[Asked, ...]:
        """Return the proposals that are new since the last call."""
        new, self._new = tuple(self._new), []
        return new

    def tell(self, number: int, score: float | None) -> None:
        """Learn what came of the next proposal.

        Args:
            number: Its number: they are told in order.
            score: Validation score, larger is better; ``None`` for a failure. What is not finite is one.

        Raises:
            BenchsuiteError: If another proposal is next.
        """
        expected = self._waiting[0].number if self._waiting else None
        if number != expected:
            raise BenchsuiteError(
                f"proposals are told in the order in which they were made, whoever was faster. Received: {number}; next is {expected}."
            )
        asked = self._waiting.popleft()
        known = score if score is not None and math.isfinite(score) else None
        self._search.tell(Scored(asked.point, asked.stop, known, asked.number >= self._given))
        self._ask()

    def _ask(self) -> None:
        for proposal in self._search.ask():
            if not isinstance(proposal, Proposal):
                raise BenchsuiteError(f"{self._tuner.title} must propose bs.Proposal(…). Received: {shown(proposal)}.")
            stop = proposal.stop
            if stop is not None and not (type(stop) is int and 1 <= stop <= self._epochs):
                raise BenchsuiteError(
                    f"a proposal of {self._tuner.title} must stop after an epoch from 1 to {self._epochs}, or None. "
                    f"Received: {shown(stop)}."
                )
            values = self._space.values(proposal.point)
            self._take(tuple(map(float, proposal.point)), None if stop == self._epochs else stop, values)

    def _take(self, point: tuple[float, ...], stop: int | None, values: Mapping[str, Value]) -> None:
        """Number a proposal; one that the budget has no room for is left out.

        What was proposed before is trained once and costs once. A tuner that repeats itself without end comes to one all the
        same: of repetitions as many are free as the budget has trainings.
        """
        cost = Fraction(stop or self._epochs, self._epochs)
        key = (stop, *sorted(values.items()))
        if key in self._before and self._repeats < self._budget:
            self._repeats += 1
            cost = Fraction(0)
        if cost > self._left:
            return
        self._before.add(key)
        self._left -= cost
        asked = Asked(self._count, point, dict(values), stop, float(cost))
        self._count += 1
        self._waiting.append(asked)
        self._new.append(asked)
