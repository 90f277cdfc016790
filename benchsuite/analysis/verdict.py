"""A verdict: is A better than B, worse, or can nobody tell? On each task, and on all of them together.

Made from arrays alone, by :func:`judge`: whose records they are, and what else may be wrong with them, others know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from benchsuite.analysis.intervals import Direction
from benchsuite.analysis.verdict_warnings import Caution

if TYPE_CHECKING:
    from benchsuite.analysis.beyond_instance import BeyondInstance

Word = Literal["better", "worse", "cannot tell"]
CANNOT_TELL: Word = "cannot tell"
WORDS: tuple[Word, ...] = ("better", "worse", CANNOT_TELL)


@dataclass(frozen=True)
class TaskVerdict:
    """The verdict on one task.

    Numbers are in the unit of the measure; a difference is A − B, so where smaller is better a negative one speaks for A.

    Args:
        task: The task.
        measure: What was measured, in words.
        direction: ``max`` if larger is better.
        word: The verdict.
        a: Median of A; infinite if its median seed failed, or missed the target.
        b: Median of B.
        failed_a: Seeds of A that failed, or missed the target.
        failed_b: Of B.
        seeds: Pairs of seeds; runs of the smaller sample where the seeds are not the same.
        paired: Whether both have the same seeds.
        difference: The estimate of A − B; infinite where only one of the medians is a number, NaN where neither is, which
            says nothing of the difference.
        low: Lower end of its interval; NaN without an estimate.
        high: Upper end.
        p: By itself.
        seeds_p: The same for this very test part: the chance of the seeds alone.
        corrected: p after the correction for all tests of the table.
        smallest_p: The smallest p that so many seeds can reach.
        smallest_difference: The smallest difference that these seeds find in four of five cases; infinite if none.
        more_seeds: How many more would settle a difference as large as this one; ``None`` where it is settled, or nobody can say.
        improvement: The chance that a run of A is better than a run of B, equal ones half.
        test: The test in words.
        interval: The interval in words.
        test_error: Standard error of the difference from the finite test part; 0 where none was given.
        beyond: The word for a seed that is worse than any number: ``failed``, or ``missed`` where a target is.
        budget: At how many steps or epochs a seed that missed was given up; ``None`` for other measures.
        step_ratio: Time of a step of A divided by that of B; ``None`` where no timing counts.
        seeds_a: The seeds of A.
        values_a: Their values, in the same order: infinite where training failed or missed the target, NaN where there is none.
        seeds_b: Likewise of B.
        values_b: Likewise.
    """

    task: str
    measure: str
    direction: Direction
    word: Word
    a: float
    b: float
    failed_a: int
    failed_b: int
    seeds: int
    paired: bool
    difference: float
    low: float
    high: float
    p: float
    seeds_p: float
    corrected: float
    smallest_p: float
    smallest_difference: float
    more_seeds: int | None
    improvement: float
    test: str
    interval: str
    test_error: float
    beyond: str = "failed"
    budget: float | None = None
    step_ratio: float | None = None
    seeds_a: tuple[int, ...] = ()
    values_a: tuple[float, ...] = ()
    seeds_b: tuple[int, ...] = ()
    values_b: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return its JSON, in which a seed or a median that is worse than any number is a word."""
        task = asdict(self)
        for name in ("values_a", "values_b"):
            task[name] = [self.beyond if math.isinf(value) else value for value in task[name]]
        for name in ("a", "b"):
            task[name] = self.beyond if math.isinf(task[name]) else task[name]
        return task


@dataclass(frozen=True)
class OverallVerdict:
    """The verdict on all tasks together: on these tasks, not on tasks like them.

    Args:
        word: The verdict.
        tasks: How many tasks have both sides.
        better: On how many of them the verdict is better.
        worse: On how many it is worse.
        improvement: The chance that a run of A is better than a run of B on the same task, each task weighing the same.
        low: Lower end of its bootstrap interval, which is short with few seeds; NaN where seeds drawn anew cannot differ.
        high: Upper end.
        p: By itself.
        corrected: After the correction for all tests of the table.
        smallest_p: The smallest p that these seeds can reach.
        more_seeds: How many more on each task would settle it; ``None`` where it is settled, or nobody can say.
        test: The test in words.
        without: Task → the overall verdict of all others; empty with fewer than three.
    """

    word: Word
    tasks: int
    better: int
    worse: int
    improvement: float
    low: float
    high: float
    p: float
    corrected: float
    smallest_p: float
    more_seeds: int | None
    test: str
    without: dict[str, Word] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """One of several looks at a comparison that goes on until it is decided.

    Args:
        number: From 1.
        of: The most that there could be.
        seeds: Of each look.
    """

    number: int
    of: int
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Verdict:
    """The answer to "A or B?".

    Args:
        kind: Of both.
        a: The first, in words.
        b: The second.
        measure: What is compared, as a user writes it.
        track: How their hyperparameters were chosen.
        alpha: The chance of any false verdict in the whole table, if nothing differs.
        level: What of it this look may spend; ``alpha`` if it is the only one.
        tests: By how much the strictest test of the table is corrected.
        tasks: Task by task.
        overall: Of two or more tasks.
        look: Which look it is; ``None`` if there is one.
        cautions: What may mislead.
        beyond: What other instances of the tasks say, of those tasks whose other instances were asked for.
    """

    kind: str
    a: str
    b: str
    measure: str
    track: str
    alpha: float
    level: float
    tests: int
    tasks: tuple[TaskVerdict, ...]
    overall: OverallVerdict | None
    look: Look | None = None
    cautions: tuple[Caution, ...] = ()
    beyond: tuple[BeyondInstance, ...] = ()

    @property
    def word(self) -> Word:
        """The overall verdict; with one task its own."""
        return self.overall.word if self.overall else self.tasks[0].word

    @property
    def decided(self) -> bool:
        """Whether there is an answer."""
        return self.word != CANNOT_TELL

    @property
    def worse_somewhere(self) -> bool:
        """Whether A is worse, overall, on any task or on any other instance of one."""
        others = (one.word for held in self.beyond for one in held.instances)
        return "worse" in (self.word, *(task.word for task in self.tasks), *others)

    @property
    def unheld_somewhere(self) -> bool:
        """Whether what is found on the published instance of any task does not hold beyond it."""
        return any(held.word == "does not hold" for held in self.beyond)

    def with_cautions(self, cautions: Sequence[Caution]) -> Verdict:
        """Return the same verdict with more warnings beside it."""
        return replace(self, cautions=(*self.cautions, *cautions))

    def to_json(self) -> dict[str, Any]:
        """Return its JSON.

        A seed, or a median, that is worse than any number is ``"failed"``, or ``"missed"`` where the measure counts to a
        target; any other number that is not finite is null.
        """
        data = asdict(replace(self, tasks=(), cautions=(), beyond=()))
        data["tasks"] = [task.to_json() for task in self.tasks]
        data["cautions"] = [caution.to_json() for caution in self.cautions]
        data["beyond"] = [held.to_json() for held in self.beyond]
        known: dict[str, Any] = _finite({"format": 1, "verdict": self.word, **data})
        return known


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
