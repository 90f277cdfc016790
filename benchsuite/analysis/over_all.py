"""All tasks together: one test that no unit and no scale of a task can tip, one effect, and one correction for the table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.aligned import Aligned, Ranks
from benchsuite.analysis.improvement import RESAMPLES, improvement_over_tasks
from benchsuite.analysis.inference.difference import Difference
from benchsuite.analysis.inference.exact import EXACT_PAIRS, signed_rank_sums, two_sided
from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.outcome import Test
from benchsuite.analysis.inference.paired import sign_flips, signed_ranks, smallest_p_paired
from benchsuite.analysis.inference.population import over_tasks
from benchsuite.analysis.inference.power import more_seeds
from benchsuite.analysis.verdict import CANNOT_TELL, OverallVerdict, TaskVerdict, Word

Floats = NDArray[np.float64]
ALPHA = 0.05
"""The chance of any false verdict in a table."""


def overall_verdict(
    names: Sequence[str],
    samples: Sequence[Aligned],
    found: Sequence[Difference],
    tasks: Sequence[TaskVerdict],
    test: Test,
    p: float,
    generator: np.random.Generator,
    level: float,
    whole: bool,
) -> OverallVerdict:
    """Return the verdict on all tasks together.

    Args:
        names: Of the tasks.
        samples: What was measured on each.
        found: Their differences.
        tasks: Their verdicts.
        test: The test over all of them.
        p: Its p, corrected.
        generator: Where all chance comes from.
        level: The level at which a verdict is made.
        whole: Whether to find what decides nothing as well.
    """
    confidence = 1 - level if 0 < level < 1 else 1 - ALPHA
    improvement, low, high = improvement_over_tasks(samples, generator, confidence, RESAMPLES if whole else 0)
    decided = word(p, test.statistic, level)
    return OverallVerdict(
        word=decided,
        tasks=len(tasks),
        better=sum(task.word == "better" for task in tasks),
        worse=sum(task.word == "worse" for task in tasks),
        improvement=improvement,
        low=low,
        high=high,
        p=test.p,
        corrected=p,
        smallest_p=test.smallest_p,
        more_seeds=_more_seeds(samples, level / 2) if whole and decided == CANNOT_TELL else None,
        test=test.method,
        without=_without(names, samples, found, generator, level) if whole else {},
    )


def word(p: float, statistic: float, level: float) -> Word:
    """Return the verdict of a test: by the sign of its statistic where the corrected p is at most the level."""
    if math.isnan(p) or p > level or not statistic:
        return CANNOT_TELL
    return "better" if statistic > 0 else "worse"


def tests_of(tasks: int) -> int:
    """Return by how much the strictest test of a table of so many tasks is corrected."""
    return 2 * tasks if tasks > 1 else 1


def corrected(tasks: Sequence[float], overall: float | None) -> tuple[list[float], float]:
    """Return each p corrected for its table: reject where it is at most the level.

    Half of the level is for the question over all, half for the tasks, among which Holm's correction shares it; whichever
    half is used up by rejections passes to the other (a Bonferroni–Holm procedure, Bretz et al. 2009). So with h Holm's p
    of a task and q the p over all, a task has min(2h, max(h, 2q)) and the overall min(2q, max(q, 2·max h)). The chance of
    any false verdict is at most the level. With one task nothing is corrected.

    Args:
        tasks: p of each task; NaN where there was no test.
        overall: p over all; ``None`` with one task.
    """
    each = holm(tasks)
    if overall is None:
        return [float(p) for p in each], math.nan
    made = each[~np.isnan(each)]
    passed = max(overall, 2 * float(made.max())) if len(made) else math.inf
    together = min(1.0, 2 * overall, passed)
    return [float(p) for p in np.minimum(1.0, np.minimum(2 * each, np.maximum(each, 2 * overall)))], together


def stratified_test(differences: Sequence[Floats], generator: np.random.Generator) -> Test:
    """Test whether the pairs of all tasks together lie evenly around 0: Wilcoxon's signed ranks, stratified by task.

    The differences of each task are ranked among themselves, so that no unit and no scale of one task counts against
    another's, and each task has the same weight in the mean: Σ signed ranks ÷ (n + 1). If nothing differs on any task, each
    sign is a toss: p is the share of all ways to flip them whose sum is as far out on either side. It is counted where
    all tasks have as many pairs, up to 500 in all; else signs are drawn.

    Args:
        differences: Of each task A − B, pair by pair; infinite where one failed.
        generator: Where signs are drawn from.
    """
    return _stratified([signed_ranks(one) for one in differences], generator)


def _stratified(each: Sequence[Ranks], generator: np.random.Generator) -> Test:
    ranks = [one for one in each if len(one[0])]
    there = [rank for rank, _ in ranks]
    if not there:
        return Test(math.nan, 1.0, "no test: no pairs", 0, 1.0)
    pairs = sum(map(len, there))
    doubled = np.concatenate(there)
    signs = np.concatenate([sign for _, sign in ranks])
    weights = np.concatenate([np.full(len(one), 1 / (len(one) + 1)) for one in there])
    statistic = float((weights * doubled * signs).sum() / 2)
    words = f"Wilcoxon signed ranks within each of {len(there)} tasks"
    if len(set(map(len, there))) == 1 and pairs <= EXACT_PAIRS:
        place = int(doubled[signs > 0].sum())
        p = two_sided(signed_rank_sums(tuple(np.sort(doubled[signs != 0]).tolist())), place)
        return Test(statistic, p, f"{words}, exact", min(map(len, there)), smallest_p_paired(pairs))
    drawn = sign_flips(weights * doubled * signs, generator)
    return Test(statistic, drawn.p, f"{words}, signs drawn", min(map(len, there)), drawn.smallest_p)


def tested_together(samples: Sequence[Aligned], found: Sequence[Difference], generator: np.random.Generator) -> Test:
    """Return the test over all tasks; where test parts have an error it is for the population, and needs both.

    The chance of the seeds is that of :func:`stratified_test`. That of the test parts is in each task's p, so Stouffer's
    sum of these, Σ z ÷ √tasks, has to be as far out: the larger p counts.
    """
    test = _stratified([sample.ranks for sample in samples], generator)
    if not any(one.test_error for one in found):
        return test
    # A task without a seed counts as one on which nothing differs.
    each = [(one.p if one.n else 1.0, one.estimate) for one in found]
    p = over_tasks(test.p, test.statistic, each)
    return replace(test, p=p, method=f"{test.method}, with the error of the test parts")


def _without(
    names: Sequence[str],
    samples: Sequence[Aligned],
    found: Sequence[Difference],
    generator: np.random.Generator,
    level: float,
) -> dict[str, Word]:
    """Return the overall verdict without each task; of two nothing is left that stands for both."""
    if len(names) < 3:
        return {}
    words: dict[str, Word] = {}
    for left_out, name in enumerate(names):
        kept = [place for place in range(len(names)) if place != left_out]
        test = tested_together([samples[place] for place in kept], [found[place] for place in kept], generator)
        _, together = corrected([found[place].p if found[place].n else math.nan for place in kept], test.p)
        words[name] = word(together, test.statistic, level)
    return words


def _more_seeds(samples: Sequence[Aligned], level: float) -> int | None:
    """Return how many more seeds on each task would settle the overall verdict, if the signed ranks go on as they do."""
    held = [one.ranks for one in samples if len(one.differences)]
    if not held or level <= 0:
        return None
    scores = []
    for one in held:
        doubled, sign = one
        scores.append(doubled * sign / (2 * (len(doubled) + 1)))
    together = np.concatenate(scores)
    pairs = len(together)
    if pairs < 2:
        return None
    more = more_seeds(
        float(together.mean()), float(together.std(ddof=1)), n=pairs, paired=True, alpha=level, most=100 * pairs
    )
    return None if more is None else math.ceil(more / len(held))
