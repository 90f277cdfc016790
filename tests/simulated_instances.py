"""Comparisons on instances of a task with a known truth: what the rule for verdicts beyond the published instance is tried with.

``benchmarks/beyond_instance.py`` makes the table of docs/explanation/honesty.md from these, the suite a small part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchsuite.analysis.beyond_instance import BeyondInstance, beyond_instance, judged_instances
from benchsuite.analysis.judging import judge
from benchsuite.analysis.two_sides import TwoSides

SEEDS = tuple(range(10))
Effect = Callable[[np.random.Generator, int], float]
"""(chance, number of the instance; 0 is the published one) → by how much A is better there, in deviations of a seed."""


def sides(name: str, a: Sequence[float], b: Sequence[float], direction: str = "max") -> TwoSides:
    """What A and B gave on an instance, of the same seeds."""
    better = "min" if direction == "min" else "max"
    return TwoSides(name, "test accuracy", better, SEEDS, np.asarray(a, float), SEEDS, np.asarray(b, float))


def beyond(of: Sequence[TwoSides]) -> BeyondInstance:
    """What the instances say, the published one first."""
    chance = np.random.default_rng(0)
    published = judge([of[0]], kind="optimizer", a="a", b="b", generator=chance, whole=False).tasks[0]
    return beyond_instance("t", published, judged_instances(of[1:], a="a", b="b", kind="optimizer", whole=False))


def drawn(effect: Effect, variants: int, number: int) -> BeyondInstance:
    """One comparison: a seed has deviation 1, and the level of an instance deviation 5, which both sides share."""
    chance = np.random.default_rng((variants, number))
    of = []
    for instance in range(variants + 1):
        level = chance.normal(0, 5)
        b = level + chance.normal(size=len(SEEDS))
        a = level + effect(chance, instance) + chance.normal(size=len(SEEDS))
        of.append(sides(f"t~{instance}", a, b))
    return beyond(of)


def found(effect: Effect, variants: int, draws: int) -> tuple[Counter[str], Counter[str]]:
    """Words of the comparisons whose published instance says that A is better, and those of all."""
    better: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for number in range(draws):
        held = drawn(effect, variants, number)
        every[held.word] += 1
        if held.published.word == "better":
            better[held.word] += 1
    return better, every


def everywhere(chance: np.random.Generator, instance: int) -> float:
    """Better everywhere, a little more here than there."""
    return 3.0 + 0.5 * float(chance.normal())


def here_and_there(chance: np.random.Generator, instance: int) -> float:
    """Better everywhere, by very different amounts."""
    return 1.5 + 1.5 * float(chance.normal()) ** 2


def only_here(chance: np.random.Generator, instance: int) -> float:
    """Better on the published instance, and like the other elsewhere."""
    return 6.0 if instance == 0 else 0.0


def only_a_little_here(chance: np.random.Generator, instance: int) -> float:
    """The same, but hardly more than what the seeds can show."""
    return 2.0 if instance == 0 else 0.0


def nowhere(chance: np.random.Generator, instance: int) -> float:
    """Like the other everywhere."""
    return 0.0


def on_half(chance: np.random.Generator, instance: int) -> float:
    """Better on half of the instances, worse on the others; on the published one better."""
    return 3.0 if instance == 0 or chance.random() < 0.5 else -3.0


def on_half_or_none(chance: np.random.Generator, instance: int) -> float:
    """Better on half of the instances, like the other elsewhere; on the published one better."""
    return 3.0 if instance == 0 or chance.random() < 0.5 else 0.0


TRUTHS: Mapping[str, Effect] = {
    "better everywhere, by 3 ± 0.5": everywhere,
    "better everywhere, by 1.5 and more": here_and_there,
    "better here by 6, equal elsewhere": only_here,
    "better here by 2, equal elsewhere": only_a_little_here,
    "better on half, worse on half": on_half,
    "better on half, equal on half": on_half_or_none,
    "equal everywhere": nowhere,
}
"""In words → how much better A is on an instance, in deviations of a seed."""
