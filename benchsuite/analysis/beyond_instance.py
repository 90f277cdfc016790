"""Whether a verdict on the published instance of a task holds on others, each of which is one draw.

Made from verdicts alone, those of :func:`~benchsuite.analysis.judging.judge` on each instance. The rule stands at
:func:`beyond_instance`; docs/explanation/honesty.md says how often it is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.over_instances import more_instances, one_direction, over_instances, seed_error
from benchsuite.analysis.judging import judge
from benchsuite.analysis.over_all import ALPHA, word
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import CANNOT_TELL, TaskVerdict, Word

BeyondWord = Literal["holds", "does not hold", "cannot tell"]
HOLDS: BeyondWord = "holds"
FAILS: BeyondWord = "does not hold"
UNKNOWN: BeyondWord = "cannot tell"
Reason = Literal["agrees", "contradicted", "here only", "too few", "no verdict"]


@dataclass(frozen=True)
class BeyondInstance:
    """What other instances of a task say of the verdict on its published one.

    Args:
        task: The base task.
        published: The verdict on the published instance.
        word: Whether it holds beyond it.
        reason: Why: ``agrees``; ``contradicted`` by an instance; ``here only``: nothing like the published difference is to be
            expected of another instance; ``too few`` instances to say; ``no verdict`` to hold.
        instances: The verdicts on the others, their p corrected for so many of them.
        agree: How many have the word of the published one.
        undecided: How many tell nothing.
        contradict: How many say the opposite.
        same_direction: How many differences have the direction of the published one; where that has none, of most.
        p: Chance of so many in one direction, if either is as likely: the sign test over instances, one-sided since the
            published instance named the direction, two-sided where it named none.
        smallest_p: The smallest p that so many instances can reach.
        unit: What the differences below are of: ``measure``, or ``chance`` that A is better, less one half, where a side failed.
        here: The difference on the published instance, as A − B.
        difference: Its estimate over the other instances.
        low: Lower end of the interval over them.
        high: Upper end.
        attained: The confidence of that interval.
        expected_low: Lower end of where it would lie on one more instance; NaN where nobody can say.
        expected_high: Upper end.
        between: Deviation of the difference between instances beyond the chance of the seeds.
        seed_error: Standard error of the difference on one instance from the chance of the seeds.
        more_instances: How many more would settle it four times in five; ``None`` where it is settled, or none would.
    """

    task: str
    published: TaskVerdict
    word: BeyondWord
    reason: Reason
    instances: tuple[TaskVerdict, ...]
    agree: int
    undecided: int
    contradict: int
    same_direction: int
    p: float
    smallest_p: float
    unit: str
    here: float
    difference: float
    low: float
    high: float
    attained: float
    expected_low: float
    expected_high: float
    between: float
    seed_error: float
    more_instances: int | None

    @property
    def counted(self) -> int:
        """How many instances have both sides."""
        return self.agree + self.undecided + self.contradict

    def to_json(self) -> dict[str, Any]:
        """Return its JSON; the verdict on the published instance stands among the tasks, and is its word here."""
        data = asdict(replace(self, instances=()))
        data["published"] = self.published.word
        data["instances"] = [one.to_json() for one in self.instances]
        return data

    def short_json(self) -> dict[str, Any]:
        """Return what a table keeps of it: words and counts."""
        return {
            "published": self.published.word,
            "beyond": self.word,
            "agree": self.agree,
            "undecided": self.undecided,
            "contradict": self.contradict,
            "instances": {one.task: one.word for one in self.instances},
        }


def judged_instances(
    sides: Sequence[TwoSides], *, a: str, b: str, kind: str, alpha: float = ALPHA, whole: bool = True
) -> tuple[TaskVerdict, ...]:
    """Return the verdict on each instance, by the tests of a comparison, p corrected by Holm for so many instances.

    Args:
        sides: What was measured, instance by instance.
        a: The first, in words.
        b: The second.
        kind: Of both.
        alpha: The chance of any false verdict among them, if nothing differs.
        whole: Whether to find what decides nothing as well, see :func:`~benchsuite.analysis.judging.judge`.
    """
    # Of one task a verdict draws nothing.
    alone = [
        judge([one], kind=kind, a=a, b=b, generator=np.random.default_rng(0), alpha=alpha, whole=whole).tasks[0]
        for one in sides
    ]
    corrected = holm([one.p if one.seeds else math.nan for one in alone])
    return tuple(
        replace(one, corrected=float(p), word=word(float(p), oriented(one), alpha))
        for one, p in zip(alone, corrected, strict=True)
    )


def beyond_instance(
    task: str, published: TaskVerdict, instances: Sequence[TaskVerdict], alpha: float = ALPHA
) -> BeyondInstance:
    """Say whether the verdict on the published instance of a task holds on others.

    - **does not hold** where another instance says the opposite, p corrected for all of them; or where too few instances have
      the direction, and the published difference lies, towards its own side, outside of where 1 − α of such instances would
      have it.
    - **holds** where so many differences have the direction of the published one that its one-sided sign test has p ≤ α:
      5 of 5, 7 of 8, 9 of 10. The size is not asked for: the estimate and its interval say it.
    - **cannot tell** otherwise, and where the published instance has no verdict.

    Args:
        task: The base task.
        published: The verdict on its published instance.
        instances: Verdicts on others, see :func:`judged_instances`.
        alpha: Of each of these tests.
    """
    counted = [one for one in instances if one.seeds]
    n = len(counted)
    signs = [_sign(one) for one in counted]
    up, down = sum(sign > 0 for sign in signs), sum(sign < 0 for sign in signs)
    wanted: Word = published.word
    named = wanted != CANNOT_TELL
    same = max(up, down) if not named else up if wanted == "better" else down
    p = one_direction(same, n) if named else min(1.0, 2 * one_direction(same, n))
    agree = sum(one.word == wanted for one in counted) if named else 0
    undecided = sum(one.word == CANNOT_TELL for one in counted)
    contradict = n - agree - undecided if named else 0
    if not named:
        agree, contradict = undecided, 0
        undecided = n - agree
    unit, here, values, errors = _differences(published, counted)
    seen = over_instances(values, errors, 1 - alpha)
    found, reason = _decided(named, wanted, contradict, p, alpha, here, (seen.expected_low, seen.expected_high))
    back = -1.0 if unit == "measure" and published.direction == "min" else 1.0
    low, high = sorted((back * seen.low, back * seen.high))
    expected = sorted((back * seen.expected_low, back * seen.expected_high))
    return BeyondInstance(
        task=task, published=published, word=found, reason=reason, instances=tuple(instances), agree=agree, undecided=undecided,
        contradict=contradict, same_direction=same, p=p, smallest_p=(1.0 if named else 2.0) / 2**n if n else 1.0, unit=unit,
        here=back * here, difference=back * seen.estimate, low=low, high=high, attained=seen.attained, expected_low=expected[0],
        expected_high=expected[1], between=seen.between, seed_error=seen.error,
        more_instances=more_instances(same, n, alpha) if reason == "too few" else None,
    )  # fmt: skip


def _decided(
    named: bool, wanted: Word, contradict: int, p: float, alpha: float, here: float, expected: tuple[float, float]
) -> tuple[BeyondWord, Reason]:
    if not named:
        return UNKNOWN, "no verdict"
    if contradict:
        return FAILS, "contradicted"
    if p <= alpha:
        return HOLDS, "agrees"
    # A comparison with NaN is false: nothing is expected where nobody can say what.
    outside = here > expected[1] if wanted == "better" else here < expected[0]
    return (FAILS, "here only") if outside else (UNKNOWN, "too few")


def oriented(task: TaskVerdict) -> float:
    """Return A − B with larger better; where neither has a number, the chance that A is better, less one half."""
    if math.isnan(task.difference):
        return task.improvement - 0.5
    return task.difference if task.direction == "max" else -task.difference


def _sign(task: TaskVerdict) -> float:
    return float(np.sign(oriented(task)))


def _differences(
    published: TaskVerdict, instances: Sequence[TaskVerdict]
) -> tuple[str, float, list[float], list[float]]:
    """Return what differences are of, that of the published instance, those of the others, and their errors from the seeds."""
    everywhere = [published, *instances]
    if all(math.isfinite(one.difference) for one in everywhere):
        errors = [_error(one) for one in instances]
        return "measure", oriented(published), [oriented(one) for one in instances], errors
    # A median that failed has no difference: the chance that A is better is a number whatever failed.
    return "chance", published.improvement - 0.5, [one.improvement - 0.5 for one in instances], [0.0] * len(instances)


def _error(task: TaskVerdict) -> float:
    of_a, of_b = (
        dict(zip(seeds, values, strict=True))
        for seeds, values in ((task.seeds_a, task.values_a), (task.seeds_b, task.values_b))
    )
    if not task.paired:
        return seed_error(task.values_a, task.values_b, paired=False)
    common = sorted(of_a.keys() & of_b.keys())
    return seed_error([of_a[seed] for seed in common], [of_b[seed] for seed in common], paired=True)
