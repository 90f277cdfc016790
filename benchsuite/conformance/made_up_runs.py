"""Runs that never were, as the effect of a claim may be given them: to see what it makes of them without any training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from benchsuite.components import Task
from benchsuite.curves import PARTS
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.trial import Trial

SHARES = ("accuracy", "f1")
"""Words in the names of measures that lie from 0 to 1."""
LEAST = 0.005
"""Of a share: nothing is never right."""
LAYERS = 60
"""As many as any bundled task has at least: an effect may ask for one by its place."""
STEPS = 10
"""Of an epoch."""


@dataclass(frozen=True)
class MadeUpRun:
    """A run with numbers by chance, see :class:`~benchsuite.components.lab.Run`.

    Args:
        task: The task.
        trial: What was run.
        chance: A seed: equal ones give equal numbers.
        diverged: Whether it failed half-way.
        probed: Whether layers were probed.
    """

    task: Task
    trial: Trial
    chance: int
    diverged: bool = False
    probed: bool = False
    _kept: dict[str, tuple[float, ...]] = field(default_factory=dict, compare=False)

    @property
    def failed(self) -> bool:
        """Whether it did not complete."""
        return self.diverged

    @property
    def outcome(self) -> str:
        """How it ended."""
        return "diverged" if self.diverged else "completed"

    @property
    def score(self) -> float:
        """The primary measure on the test part after the last epoch, larger better; −∞ if it failed."""
        value = self.final(f"test_{self.task.primary}")
        return -math.inf if self.diverged else value if self.task.direction == "max" else -value

    def final(self, measure: str) -> float:
        """Return a measure after the last epoch; NaN if it failed."""
        curve = self.curve(measure)
        return math.nan if self.diverged else curve[-1]

    def best(self, measure: str) -> float:
        """Return a measure after the epoch with the best validation primary measure; NaN if it failed."""
        curve, held = self.curve(measure), self.curve(f"validation_{self.task.primary}")
        chosen = max if self.task.direction == "max" else min
        return math.nan if self.diverged else curve[held.index(chosen(held))]

    def curve(self, measure: str) -> Sequence[float]:
        """Return a measure after each epoch, 0 among them."""
        names = [f"{part}_{name}" for part in PARTS for name in self.task.measures]
        if measure not in (*names, "epoch", "step"):
            raise unknown(f"measure of {self.task.title}:", measure, names)
        if measure in ("epoch", "step"):
            return tuple(map(float, self.epochs if measure == "epoch" else self.steps))
        if measure not in self._kept:
            self._kept[measure] = self._drawn(measure)
        return self._kept[measure]

    @cached_property
    def epochs(self) -> Sequence[int]:
        """The evaluated epochs."""
        whole = self.trial.epochs // 2 if self.diverged else self.trial.epochs
        return tuple(range(whole + 1))

    @property
    def steps(self) -> Sequence[int]:
        """The steps done after each of them."""
        return tuple(STEPS * epoch for epoch in self.epochs)

    def layers(self, measure: str, epoch: int) -> Sequence[float]:
        """Return what probes measured after an epoch, layer by layer."""
        from benchsuite.engine.program.probes import MEASURES

        if not self.probed:
            raise BenchsuiteError(
                f"no layer of {self.task.name} is probed. Give the part's evidence a probe, such as probe='0,last'."
            )
        if measure not in MEASURES:
            raise unknown("measure of probes:", measure, MEASURES)
        draw = self._generator(f"{measure} {epoch}")
        if measure in ("saturated", "dead", "sparsity"):
            return tuple(draw.random(LAYERS).tolist())
        # Norms grow or shrink from layer to layer, by orders of magnitude where something is wrong.
        slope = draw.normal(scale=0.3)
        return tuple(np.exp(slope * np.arange(LAYERS) + draw.normal(scale=0.2, size=LAYERS)).tolist())

    def _drawn(self, measure: str) -> tuple[float, ...]:
        """Draw a curve that goes from one value to another: a share within 0 and 1, anything else above 0, as losses are."""
        draw = self._generator(measure)
        gone = 1 - np.exp(-5 * np.linspace(0, 1, len(self.epochs)))
        noise = draw.normal(size=len(gone))
        if any(word in measure for word in SHARES):
            begin, end = 0.3 * draw.random(), draw.random()  # before training nobody is right often
            return tuple(np.clip(begin + (end - begin) * gone + 0.02 * noise, LEAST, 1).tolist())
        begin, end = draw.normal(scale=2.0, size=2)
        return tuple(np.exp(begin + (end - begin) * gone + 0.05 * noise).tolist())

    def _generator(self, what: str) -> np.random.Generator:
        return np.random.default_rng([self.chance, int(self.trial.id, 16) % 2**32, *what.encode()])


def made_up(
    arms: Mapping[str, Trial], tasks: Mapping[str, Task], chance: int, *, diverged: str = "", probed: bool = False
) -> dict[str, MadeUpRun]:
    """Return a run for each arm.

    Args:
        arms: Name → trial.
        tasks: Name of a task → task.
        chance: A seed.
        diverged: Name of the arm that failed; none unless given.
        probed: Whether layers were probed.
    """
    return {
        name: MadeUpRun(tasks[trial.task], trial, chance, diverged=name == diverged, probed=probed)
        for name, trial in arms.items()
    }
