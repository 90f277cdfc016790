"""A contestant that is timed: its program, and its own values and state in it, whoever else uses the program."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchsuite.costs.request import Contestant
from benchsuite.engine.ready import ReadyTrial
from benchsuite.errors import Unsupported


@dataclass
class Runner:
    """A contestant's warm program. Another one may use it between two turns: see :meth:`leave` and :meth:`enter`.

    Args:
        who: The contestant.
        ready: Its program, data and plan.
        compile_seconds: What it took to build and compile it; ``None`` if it shares the program of another one.
        fed: The values that its program is fed.
        start: All that training changes, and its values before the first step.
        order: Examples of a turn's steps.
        rates: Their learning rates.
        clock: Says how late it is.
        step: Steps done.
        seconds: Of one step, for each round.
    """

    who: Contestant
    ready: ReadyTrial
    compile_seconds: float | None
    fed: Mapping[str, float | int]
    start: list[tuple[Any, np.ndarray]]
    order: np.ndarray
    rates: np.ndarray
    clock: Callable[[], float] = time.perf_counter
    step: int = 0
    seconds: list[float] = field(default_factory=list)
    _left: list[np.ndarray] = field(default_factory=list)

    def leave(self) -> None:
        """Remember how far it has come, before another contestant uses its program."""
        self._left = [np.array(variable.numpy()) for variable, _ in self.start]

    def enter(self) -> None:
        """Let the program have its values, and go on from where it left."""
        self.ready.program.feeding.assign(self.fed)
        for (variable, _), value in zip(self.start, self._left, strict=True):
            variable.assign(value)

    def turn(self) -> float:
        """Train the steps of one turn, and return the seconds that one took.

        Raises:
            Unsupported: If it diverges twice in a row, the second time from its starting values.
        """
        for _ in range(2):
            started = self.clock()
            end = self.ready.program.train(self.ready.feed, self.order, self.rates, self.step, float("inf"))
            seconds = self.clock() - started
            self.step += len(self.order)
            if end.steps == len(self.order) and np.isfinite(end.last_loss):
                return seconds / len(self.order)
            for variable, value in self.start:
                variable.assign(value)
        raise Unsupported(
            f"its loss grows beyond all bounds within {len(self.order)} steps; give it a smaller learning rate"
        )
