"""Which test and which interval with how many seeds: simulations with a known truth.

    python benchmarks/coverage.py                # all tables, some minutes on one core
    python benchmarks/coverage.py coverage looks # some of them

The tables are those of docs/explanation/statistics.md. Equal code gives equal tables.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.exact import rank_sums, two_sided
from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.paired import smallest_p_paired
from benchsuite.analysis.inference.power import smallest_effect
from benchsuite.analysis.inference.sequential import possible_p, spending
from benchsuite.analysis.inference.test_set import least_examples_error, paired_examples_error, unpaired_examples_error
from tests.simulated import EXAMPLES, SHAPES, Array, covered, false_verdicts, rank_intervals, samples, stopped

SEEDS = (3, 5, 6, 8, 10, 20)
PAIRINGS = ((False, 0.0), (True, 0.0), (True, 0.5), (True, 0.9))
LOOKS = (3, 5, 8, 10, 15, 20)
ALPHA = 0.05


def said(paired: bool, correlation: float) -> str:
    return f"same, ρ = {correlation:g}" if paired else "other"


def t_intervals(a: Array, b: Array, *, paired: bool) -> tuple[Array, Array]:
    """Student's intervals of the pairs, or Welch's."""
    from scipy.special import stdtrit

    n = a.shape[1]
    if paired:
        middle, error, degrees = (a - b).mean(1), (a - b).std(1, ddof=1) / math.sqrt(n), np.full(len(a), n - 1.0)
    else:
        va, vb = a.var(1, ddof=1) / n, b.var(1, ddof=1) / n
        middle, error = a.mean(1) - b.mean(1), np.sqrt(va + vb)
        degrees = (va + vb) ** 2 / np.maximum((va**2 + vb**2) / (n - 1), 1e-300)
    reach = stdtrit(np.maximum(degrees, 1.0), 0.975) * error
    return middle - reach, middle + reach


def bootstrap_intervals(a: Array, b: Array, *, paired: bool, method: str) -> tuple[Array, Array]:
    """scipy's bootstrap of the mean of the differences, or of the difference of means."""
    from scipy.stats import bootstrap

    lows, highs = [], []
    generator = np.random.default_rng(7)
    for start in range(0, len(a), 250):
        part = slice(start, start + 250)
        data = (a[part] - b[part],) if paired else (a[part], b[part])
        statistic = _mean if paired else _mean_difference
        with np.errstate(invalid="ignore", divide="ignore"):
            found = bootstrap(data, statistic, axis=-1, vectorized=True, method=method, n_resamples=999, rng=generator)
        lows.append(found.confidence_interval.low)
        highs.append(found.confidence_interval.high)
    low, high = np.concatenate(lows), np.concatenate(highs)
    # BCa has no value where all are equal: the interval is the one value.
    middle = (a - b).mean(1)
    return np.where(np.isnan(low), middle, low), np.where(np.isnan(high), middle, high)


def _mean(d: Array, axis: int) -> Array:
    return d.mean(axis=axis)


def _mean_difference(a: Array, b: Array, axis: int) -> Array:
    return a.mean(axis=axis) - b.mean(axis=axis)


def coverage() -> Iterator[tuple[object, ...]]:
    """How often 95 % intervals hold the true shift, in percent"""
    yield ("interval", "values", "seeds", *SEEDS)
    generator = np.random.default_rng(1)
    for shape in SHAPES:
        for paired, correlation in PAIRINGS:
            shares = [
                covered(*rank_intervals(*samples(shape, n, 20_000 if n < 20 else 8000, correlation, generator), paired=paired), 0)
                for n in SEEDS
            ]  # fmt: skip
            yield ("ranks", shape, said(paired, correlation), *(f"{share:.1%}" for share in shares))
    for paired, correlation in PAIRINGS:
        shares = []
        for n in SEEDS:
            count = 20_000 if n < 20 else 8000
            truth = generator.random((count, 1))
            a, b = samples("accuracy", n, count, correlation, generator, lift=truth, base=generator.random((count, 1)))
            shares.append(covered(*rank_intervals(a, b, paired=paired), truth[:, 0] / EXAMPLES))
        yield ("ranks", "accuracy, any shift", said(paired, correlation), *(f"{share:.1%}" for share in shares))


def others() -> Iterator[tuple[object, ...]]:
    """How often other 95 % intervals hold the true shift, in percent"""
    yield ("interval", "values", "seeds", *SEEDS)
    generator = np.random.default_rng(2)
    for name in ("Student, Welch", "percentile bootstrap", "BCa bootstrap"):
        for shape in [shape for shape in SHAPES if shape != "failing"]:
            for paired, correlation in ((False, 0.0), (True, 0.5)):
                row = []
                for n in SEEDS:
                    a, b = samples(shape, n, 20_000 if name[0] == "S" else 1500, correlation, generator)
                    if name[0] == "S":
                        ends = t_intervals(a, b, paired=paired)
                    else:
                        ends = bootstrap_intervals(a, b, paired=paired, method=name.split()[0])
                    row.append(f"{covered(*ends, 0):.1%}")
                yield (name, shape, said(paired, correlation), *row)


def limits() -> Iterator[tuple[object, ...]]:
    """Where the two methods differ in more than a shift: how often the interval holds the median of all differences, in percent"""
    yield ("values", "seeds", *SEEDS)
    generator = np.random.default_rng(3)
    for one, other, scale in (
        ("skewed", "normal", 1),
        ("bimodal", "normal", 1),
        ("normal", "normal", 2),
        ("normal", "normal", 4),
    ):
        for paired, correlation in ((False, 0.0), (True, 0.5)):
            a, b = samples(one, 1, 2_000_000, correlation, generator, other=other)
            d = (a - scale * b)[:, 0]
            truth = float(np.median((d[::2] + d[1::2]) / 2) if paired else np.median(d))
            row = []
            for n in SEEDS:
                a, b = samples(one, n, 20_000 if n < 20 else 8000, correlation, generator, other=other)
                row.append(f"{covered(*rank_intervals(a, scale * b, paired=paired), truth):.1%}")
            yield (f"{one} − {scale if scale > 1 else ''} {other}", said(paired, correlation), *row)


def verdicts() -> Iterator[tuple[object, ...]]:
    """A against A: studies of six tasks with any verdict at 5 %, in percent"""
    yield ("seeds", "p of a task", *SEEDS)
    for paired, correlation in ((False, 0.0), (True, 0.0), (True, 0.5), (True, 0.9), (True, -0.5), (True, -0.9)):
        for words, corrected in (("as it is", False), ("by Holm", True)):
            row = []
            for n in SEEDS:
                generator = np.random.default_rng(n)
                share = false_verdicts(n, 2000, generator, paired=paired, correlation=correlation, corrected=corrected)
                row.append(f"{share:.1%}")
            yield (said(paired, correlation), words, *row)


def one_direction() -> Iterator[tuple[object, ...]]:
    """A against A on 26 tasks: any p at the strictest level of 26 tests, were all pairs in one direction judged without the pairs"""
    correlations = (0.0, -0.5, -0.9, -1.0)
    yield ("pairs", *(f"ρ = {one:g}" for one in correlations))
    tasks, draws = 26, 400_000
    level = ALPHA / tasks
    for n in (7, 8, 9, 10, 12):
        row = []
        for correlation in correlations:
            generator = np.random.default_rng(n)
            a, own = generator.standard_normal((2, draws, n))
            b = correlation * a + math.sqrt(1 - correlation**2) * own
            one_way = np.abs(np.sign(a - b).sum(axis=1)) == n
            if level >= smallest_p_paired(n):  # Wilcoxon's test decides, which is exact
                wrong = possible_p(n, level, paired=True)
            else:
                both = np.concatenate([a[one_way], b[one_way]], axis=1)
                place = both.argsort(axis=1).argsort(axis=1)[:, :n].sum(axis=1)
                known = {int(at): _p_of_ranks(int(at), n) for at in np.unique(place)}
                wrong = sum(known[int(at)] <= level for at in place) / draws
            row.append(f"{1 - (1 - wrong) ** tasks:.1%}")
        yield (n, *row)


def _p_of_ranks(places: int, n: int) -> float:
    """Mann and Whitney's p of two samples of n runs whose first has this sum of places, from 0."""
    ranks = tuple((2 * np.arange(1, 2 * n + 1)).tolist())
    return two_sided(rank_sums(ranks, n), 2 * (places + n))


def looks() -> Iterator[tuple[object, ...]]:
    """Looks at 3, 5, 8, 10, 15, 20 seeds: verdicts in percent, and seeds at the end, for one task"""
    yield ("true effect", "seeds", "rule", "any verdict", "mean seeds")
    for effect in (0.0, 0.5, 1.0, 2.0, 4.0):
        for paired, correlation in ((False, 0.0), (True, 0.5)):
            for rule in ("even", "late", "once, at 20", "5 % at every look"):
                if rule in ("even", "late"):
                    plan = [(look.n, look.level) for look in spending(ALPHA, LOOKS, paired=paired, rule=rule)]  # type: ignore[arg-type]
                else:
                    plan = [(n, ALPHA) for n in LOOKS if n == 20 or "every" in rule]
                generator = np.random.default_rng(11)
                at = stopped(plan, 2000, generator, paired=paired, correlation=correlation, effect=effect)
                decided = np.isfinite(at)
                mean = np.where(decided, at, LOOKS[-1]).mean()
                yield (f"{effect:g}", said(paired, correlation), rule, f"{decided.mean():.1%}", f"{mean:.1f}")


def families() -> Iterator[tuple[object, ...]]:
    """A against A with looks at 3, 5, 8, 10, 15, 20 seeds: of 400 studies of six tasks those with any verdict at any look"""
    yield ("seeds", "even", "late", "5 % by Holm at every look")
    for paired, correlation in ((False, 0.0), (True, 0.0), (True, 0.5)):
        plans = [
            [look.level for look in spending(ALPHA, LOOKS, paired=paired, tests=len(SHAPES), rule=rule)]  # type: ignore[arg-type]
            for rule in ("even", "late")
        ]
        plans.append([ALPHA] * len(LOOKS))
        generator = np.random.default_rng(12)
        wrong = np.zeros(len(plans))
        for _ in range(400):
            drawn = [samples(shape, LOOKS[-1], 1, correlation, generator) for shape in SHAPES]
            least = [holm([difference(a[0, :n], b[0, :n], paired=paired).p for a, b in drawn]).min() for n in LOOKS]
            wrong += [any(p <= level for p, level in zip(least, plan, strict=True)) for plan in plans]
        yield (said(paired, correlation), *(f"{share:.1%}" for share in wrong / 400))


def power() -> Iterator[tuple[object, ...]]:
    """Found at 5 %, normal values, a difference of so many standard deviations of a run, in percent"""
    yield ("difference", "seeds", "test", *SEEDS)
    from scipy import stats

    for effect in (1.0, 2.0):
        for paired, correlation in PAIRINGS:
            rows: dict[str, list[str]] = {"ours": [], "exact test": [], "Student, Welch": []}
            for n in SEEDS:
                a, b = samples("normal", n, 1000, correlation, np.random.default_rng(13))
                a = a + effect
                if paired:
                    exact = stats.wilcoxon(a - b, axis=1, method="exact").pvalue
                else:
                    exact = stats.mannwhitneyu(a, b, axis=1, method="exact").pvalue
                low, high = t_intervals(a, b, paired=paired)
                ours = [difference(x, y, paired=paired).p <= ALPHA for x, y in zip(a, b, strict=True)]
                for row, found in zip(rows.values(), (ours, exact <= ALPHA, (low > 0) | (high < 0)), strict=True):
                    row.append(f"{np.mean(found):.0%}")
            for words, row in rows.items():
                yield (f"{effect:g}", said(paired, correlation), words, *row)


def smallest() -> Iterator[tuple[object, ...]]:
    """The smallest effect that so many seeds show four times in five, and how often they do, by other samples"""
    numbers = (4, 5, 6, 8, 10, 15, 20, 30)
    yield ("seeds", "level", "", *numbers)
    for paired in (False, True):
        for level in (0.05, 0.01):
            effects = [smallest_effect(n, paired=paired, alpha=level) for n in numbers]
            found = []
            for n, effect in zip(numbers, effects, strict=True):
                if math.isinf(effect):
                    found.append("–")
                    continue
                a, b = samples("normal", n, 1000, 0.0, np.random.default_rng(14))
                a = a + effect * (math.sqrt(2) if paired else 1)
                share = np.mean([difference(x, y, paired=paired).p <= level for x, y in zip(a, b, strict=True)])
                found.append(f"{share:.0%}")
            what = "same (deviations of the differences)" if paired else "other (deviations of the runs)"
            yield (
                what,
                f"{level:.0%}",
                "effect",
                *("none" if math.isinf(effect) else f"{effect:.2f}" for effect in effects),
            )
            yield (what, f"{level:.0%}", "found", *found)


def population() -> Iterator[tuple[object, ...]]:
    """No difference on the population, one on a finite test set: verdicts at 5 %, and intervals that hold 0, in percent"""
    yield (
        "error of the test set ÷ of a run",
        "n",
        "p of the seeds",
        "larger of both p",
        "both errors added",
        "interval",
    )
    from scipy.special import ndtr

    for ratio in (0.0, 0.25, 0.5, 1.0, 2.0, 5.0):
        for n in (5, 10, 20):
            generator = np.random.default_rng(15)
            a, b = samples("normal", n, 1500, 0.0, generator)
            a = a + ratio * generator.standard_normal((len(a), 1))
            found = [difference(x, y, paired=False, test_error=ratio) for x, y in zip(a, b, strict=True)]
            seeds = np.array([one.seeds_p for one in found])
            sets = np.array([2 * ndtr(-abs(one.estimate) / ratio) if ratio else 0.0 for one in found])
            both = np.array([one.p for one in found])
            held = np.mean([one.low <= 0 <= one.high for one in found])
            shares = ((p <= ALPHA).mean() for p in (seeds, np.maximum(seeds, sets), both))
            yield (f"{ratio:g}", n, *(f"{share:.1%}" for share in shares), f"{held:.1%}")


def examples() -> Iterator[tuple[object, ...]]:
    """Two methods that are right on 96 to 97 % of the population, 10 seeds, 359 examples: verdicts at 5 %, in percent"""
    from scipy.special import expit

    yield (
        "own examples that are hard",
        "examples that two runs differ on",
        "seeds only",
        "least error",
        "paired",
        "unpaired",
    )
    for own in (0.5, 1.0, 2.0):
        generator = np.random.default_rng(16)
        found, differ = [], []
        for _ in range(1000):
            hard = 3 * generator.normal(size=EXAMPLES) - 7  # for both
            a, b = (
                (generator.random((10, EXAMPLES)) > expit(hard + own * generator.normal(size=EXAMPLES))).astype(float)
                for _ in range(2)
            )
            differ.append((a[0] != b[0]).sum())
            means = float(a.mean()), float(b.mean())
            errors = (
                0.0,
                least_examples_error(means[0] - means[1], EXAMPLES),
                paired_examples_error(a, b),
                unpaired_examples_error(*means, EXAMPLES),
            )
            found.append([difference(a.mean(1), b.mean(1), paired=False, test_error=one).p <= ALPHA for one in errors])
        yield (f"{own:g}", f"{np.mean(differ):.0f}", *(f"{share:.1%}" for share in np.mean(found, axis=0)))


TABLES = (coverage, others, limits, verdicts, one_direction, looks, families, power, smallest, population, examples)


def main(names: list[str]) -> None:
    """Print the tables that are named, or all."""
    for table in TABLES:
        if names and table.__name__ not in names:
            continue
        start = time.perf_counter()
        print(f"\n### {table.__name__}: {table.__doc__}\n")
        for number, row in enumerate(table()):
            print("|", " | ".join(str(cell) for cell in row), "|", flush=True)
            if not number:
                print("|" + "---|" * len(row))
        print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
