"""How often `benchsuite compare` is wrong where nothing differs, and how often it finds what does: through the whole verdict.

    .venv/bin/python benchmarks/verdicts.py                          # simulated studies: some minutes
    .venv/bin/benchsuite run --task digits_mlp --seeds 800 --results POOL
    .venv/bin/python benchmarks/verdicts.py --pool POOL              # seed-disjoint copies of one recipe, real records

A study is false if any word of its table is better or worse: that of a task or the one over all. Its chance is to be at
most 5 %; a share of 2,000 studies is right to half a per cent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchsuite.analysis.judging import judge, look_levels
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import CANNOT_TELL, Verdict
from benchsuite.studies.sequential import look_sizes

STUDIES = 2000
SEEDS = 10
LOOKS = look_sizes(40)
Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]
"""Generator and number of seeds → the runs of both, of the same seeds."""


def normal(correlation: float, shift: float = 0.0) -> Draw:
    """Runs of one spread, those of a seed alike to a degree; A is better by so many standard deviations."""

    def draw(generator: np.random.Generator, seeds: int) -> tuple[np.ndarray, np.ndarray]:
        common = generator.standard_normal(seeds)
        a, b = (
            correlation**0.5 * common + (1 - correlation) ** 0.5 * generator.standard_normal(seeds) for _ in range(2)
        )
        return a + shift, b

    return draw


def skewed(generator: np.random.Generator, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Losses with a long tail."""
    a, b = generator.lognormal(size=(2, seeds))
    return -a, -b


def two_groups(generator: np.random.Generator, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Runs that get stuck now and then."""
    a, b = generator.normal(size=(2, seeds)) + 8 * (generator.random((2, seeds)) < 0.3)
    return a, b


def right_of_359(generator: np.random.Generator, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Accuracies on 359 examples, with many equal ones."""
    a, b = generator.binomial(359, 0.985, size=(2, seeds)) / 359
    return a, b


def some_fail(generator: np.random.Generator, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """A fifth of the runs fails."""
    a, b = generator.standard_normal((2, seeds))
    a[generator.random(seeds) < 0.2] = -np.inf
    b[generator.random(seeds) < 0.2] = -np.inf
    return a, b


KINDS: dict[str, Draw] = {
    "normal": normal(0.0),
    "normal, seeds alike (0.9)": normal(0.9),
    "skewed": skewed,
    "two groups": two_groups,
    "accuracies on 359": right_of_359,
    "a fifth fails": some_fail,
}


def sides(samples: list[tuple[np.ndarray, np.ndarray]], seeds: int) -> list[TwoSides]:
    """The first seeds of each task, as a verdict takes them."""
    numbers = tuple(range(seeds))
    return [
        TwoSides(f"task_{place}", "test", "max", numbers, a[:seeds], numbers, b[:seeds])
        for place, (a, b) in enumerate(samples)
    ]


def verdict(held: list[TwoSides], level: float | None = None) -> Verdict:
    """The verdict, without what decides nothing, such as how many more seeds it would take."""
    return judge(held, kind="optimizer", a="A", b="B", generator=np.random.default_rng(0), level=level, whole=False)


def words(one: Verdict) -> set[str]:
    """All words of a table."""
    return {one.word, *(task.word for task in one.tasks)}


def fixed(draw: Draw, tasks: int, generator: np.random.Generator, seeds: int = SEEDS) -> set[str]:
    """One study with a fixed number of seeds."""
    return words(verdict(sides([draw(generator, seeds) for _ in range(tasks)], seeds)))


def until_decided(draw: Draw, tasks: int, generator: np.random.Generator) -> set[str]:
    """One study that goes on until it is decided."""
    samples = [draw(generator, LOOKS[-1]) for _ in range(tasks)]
    for seeds, level in zip(LOOKS, look_levels(LOOKS, tasks), strict=True):
        one = verdict(sides(samples, seeds), level)
        if one.decided:
            break
    return words(one)


def false_share(
    study: Callable[[Draw, int, np.random.Generator], set[str]], draw: Draw, tasks: int, seed: int, studies: int
) -> float:
    """The share of studies with any verdict, where nothing differs."""
    generator = np.random.default_rng(seed)
    return sum(study(draw, tasks, generator) != {CANNOT_TELL} for _ in range(studies)) / studies


def found_share(correlation: float, shift: float, seed: int, studies: int) -> tuple[float, float]:
    """The shares of studies in which a difference is found: by a verdict, and by the exact test of scipy that it rests on."""
    from scipy.stats import wilcoxon

    generator = np.random.default_rng(seed)
    ours = theirs = 0
    for _ in range(studies):
        a, b = normal(correlation, shift)(generator, SEEDS)
        ours += verdict(sides([(a, b)], SEEDS)).word == "better"
        theirs += wilcoxon(a, b, method="exact").pvalue <= 0.05 and np.median(a - b) > 0
    return ours / studies, theirs / studies


def copies(values: np.ndarray) -> Iterator[tuple[str, str]]:
    """Seed-disjoint copies of one recipe, ten seeds each, in pairs: the words with the seeds as pairs, and as two samples.

    The first ten seeds against the next ten, and so on: no seed is used twice, and nothing is chosen.
    """
    numbers = tuple(range(SEEDS))
    apart = tuple(SEEDS + number for number in numbers)
    for a, b in values[: len(values) // (2 * SEEDS) * 2 * SEEDS].reshape(-1, 2, SEEDS):
        yield (
            verdict([TwoSides("digits_mlp", "test accuracy", "max", numbers, a, numbers, b)]).word,
            verdict([TwoSides("digits_mlp", "test accuracy", "max", numbers, a, apart, b)]).word,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", type=Path, help="a results folder with many seeds of one recipe on one task")
    parser.add_argument("--studies", type=int, default=STUDIES)
    chosen = parser.parse_args()
    if chosen.pool:
        from benchsuite.analysis.trial_measure import TrialMeasure
        from benchsuite.store import Store

        records = sorted(Store(chosen.pool, create=False).records(), key=lambda record: record.trial.seed)
        values = np.array([TrialMeasure.named("test").of_seed([record]) for record in records])
        found = list(copies(values))
        for name, place in (("as pairs", 0), ("as two samples", 1)):
            false = sum(one[place] != CANNOT_TELL for one in found)
            print(f"{len(found)} pairs of copies from {len(values)} seeds, {name}: {false} verdicts")
        return
    print("| where nothing differs | tasks | 10 seeds | until decided (10, 20, 40) |")
    print("|---|---|---|---|")
    for number, (name, draw) in enumerate(KINDS.items()):
        for tasks in (1, 6):
            shares = [false_share(study, draw, tasks, number, chosen.studies) for study in (fixed, until_decided)]
            print(f"| {name} | {tasks} | {shares[0]:.1%} | {shares[1]:.1%} |", flush=True)
    print("\n| A better by | seeds alike | found | by the exact test |")
    print("|---|---|---|---|")
    for shift, correlation in ((1.0, 0.0), (1.0, 0.5), (1.0, 0.9), (2.0, 0.0)):
        ours, theirs = found_share(correlation, shift, 7, chosen.studies)
        print(f"| {shift:g} standard deviations | {correlation:g} | {ours:.1%} | {theirs:.1%} |", flush=True)


if __name__ == "__main__":
    main()
