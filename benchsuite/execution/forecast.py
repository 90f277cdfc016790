"""What trials are predicted to take: what their tasks say, until something has run; from then on what that took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchsuite.record import Costs
from benchsuite.registry import Registry
from benchsuite.trial import Trial

BESIDE = 0.05
"""Seconds of a trial that are neither compiled, trained nor evaluated."""
BELIEVED = 2.0
"""Seconds that tasks say are believed, before what ran says how wrong they are; of a task of its own, the tenth of it."""


@dataclass
class _Compared:
    """What was measured, beside what had been said of the same."""

    measured: float = 0.0
    said: float = 0.0

    def add(self, measured: float, said: float) -> None:
        self.measured += measured
        self.said += said

    def factor(self, otherwise: float = 1.0, believed: float = BELIEVED) -> float:
        """Return how many times what was said it takes; ``otherwise`` counts as if it had been seen for some seconds."""
        return (self.measured + believed * otherwise) / (self.said + believed)


@dataclass
class _OfProgram:
    """A program: the trials and epochs of it that are left, whether it was compiled, and seconds for each epoch of a budget."""

    trials: int = 0
    epochs: int = 0
    compiled: bool = False
    measured: float = 0.0
    seen: int = 0

    @property
    def epoch(self) -> float | None:
        return self.measured / self.seen if self.seen else None


@dataclass
class _OfTask:
    """What is left of a task: programs to compile, epochs of programs that never ran, and of those that did."""

    trials: int = 0
    programs: int = 0
    unknown_epochs: int = 0
    known_epochs: int = 0
    known_seconds: float = 0.0
    training: _Compared = field(default_factory=_Compared)
    compiling: _Compared = field(default_factory=_Compared)

    def count(self, program: _OfProgram, sign: int) -> None:
        """Count what is left of a program, or leave it out before it changes."""
        self.trials += sign * program.trials
        self.programs += sign * (program.trials > 0 and not program.compiled)
        if program.epoch is None:
            self.unknown_epochs += sign * program.epochs
        else:
            self.known_epochs += sign * program.epochs
            self.known_seconds += sign * program.epochs * program.epoch
        if not self.known_epochs:
            self.known_seconds = 0.0  # and not what rounding left


class Forecast:
    """Predicted seconds of work, each program compiled once. Adding and taking away cost the same however many there are.

    A program that ran is predicted to go on as it did; one that never did, as others of its task; and a task of which
    nothing ran, by what it says and how wrong others were.

    Args:
        registry: For what tasks say that they cost.
        trials: What is to run.
    """

    def __init__(self, registry: Registry, trials: Iterable[Trial] = ()) -> None:
        self._registry = registry
        self._tasks: dict[str, _OfTask] = {}
        self._programs: dict[str, _OfProgram] = {}
        self._training, self._compiling = _Compared(), _Compared()
        for trial in trials:
            self.add(trial)

    @property
    def seconds(self) -> float:
        """Of the trials that are left."""
        return sum(self._seconds(name, task) for name, task in self._tasks.items() if task.trials)

    def add(self, trial: Trial) -> None:
        """Count one more trial."""
        self._count(trial, 1)

    def remove(self, trial: Trial) -> None:
        """Count one trial less; it must have been added."""
        self._count(trial, -1)

    def learn(self, trial: Trial, costs: Costs, here: bool) -> None:
        """Learn from a trial.

        Args:
            trial: The trial.
            costs: What it cost.
            here: Whether it ran in this run: then its program is compiled, and says what compiling takes. Whether that of
                another run could be found on the disk, nobody knows.
        """
        task, program = self._of(trial)
        task.count(program, -1)
        seconds = (costs.train_seconds or 0.0) + (costs.evaluate_seconds or 0.0) + (costs.initialize_seconds or 0.0)
        if costs.train_seconds is None:  # it could not be trained, or not to its end: so it will be with other seeds
            seconds = max(costs.wall_seconds - (costs.compile_seconds or 0.0), 0.0)
        program.measured += seconds
        program.seen += trial.longest
        program.compiled |= here
        task.count(program, 1)
        said = self._registry.task(trial.task).cost
        if costs.train_seconds is None:
            return
        for compared in (task.training, self._training):
            compared.add(seconds, said.epoch * trial.longest)
        if here and not costs.program_reused:
            for compared in (task.compiling, self._compiling):
                compared.add(costs.compile_seconds or 0.0, said.compile)

    def _count(self, trial: Trial, sign: int) -> None:
        task, program = self._of(trial)
        task.count(program, -1)
        program.trials += sign
        program.epochs += sign * trial.longest
        task.count(program, 1)

    def _of(self, trial: Trial) -> tuple[_OfTask, _OfProgram]:
        return self._tasks.setdefault(trial.task, _OfTask()), self._programs.setdefault(trial.cell, _OfProgram())

    def _seconds(self, name: str, task: _OfTask) -> float:
        said = self._registry.task(name).cost
        epoch = said.epoch * task.training.factor(self._training.factor(), BELIEVED / 10)
        compiling = said.compile * task.compiling.factor(self._compiling.factor(), BELIEVED / 10)
        known = max(task.known_seconds, 0.0)
        return BESIDE * task.trials + epoch * task.unknown_epochs + known + compiling * task.programs


def predicted_seconds(trials: Iterable[Trial], registry: Registry) -> float:
    """Return the predicted work of trials run one after another, each program compiled once, by what their tasks say."""
    return Forecast(registry, trials).seconds
