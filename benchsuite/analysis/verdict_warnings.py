"""What stands beside a verdict because it may mislead: one pure function for each warning, which returns its text or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALL_GROUP = 0.25
"""Share of the seeds that each of two groups has at the least, and three seeds: outliers and the end of a tail are no group."""
GAP_LEVEL = 0.01
"""How often the gap test may see two groups where there is one."""
MOST_NAMED = 4
"""Tasks that a warning names."""
FOUND = 0.8
"""How often a difference is to be found by so many more seeds."""
FEWEST_FOR_GROUPS = 8
"""Seeds: of fewer no gap is wide enough to show anything."""


@dataclass(frozen=True)
class Caution:
    """A warning.

    Args:
        code: Which one, for programs: ``few_seeds``, ``saturated``, ``two_groups``, ``load``, ``stale``, ``mixture``,
            ``edge``, ``one_task``, ``too_good``, ``test_part``, ``unsupported``, ``no_number``; of stored results ``machine``
            and ``control``.
        task: The task that it is about; empty if it is about all.
        text: A sentence or two.
    """

    code: str
    task: str
    text: str

    def to_json(self) -> dict[str, str]:
        """Return its JSON."""
        return {"code": self.code, "task": self.task, "text": self.text}


def few_seeds(seeds: int, smallest_p: float, level: float, tests: int) -> str:
    """Warn where no result of so many seeds could have been a verdict.

    Args:
        seeds: Seeds, or pairs.
        smallest_p: The smallest p that they can reach.
        level: The level at which a verdict is made.
        tests: Tests of the table: the largest of the differences has to pass the level divided by their number.
    """
    if smallest_p * tests <= level:
        return ""
    corrected = f", {min(1.0, smallest_p * tests):.2g} after correction for {tests} tests" if tests > 1 else ""
    return (
        f"{seeds} {'seed' if seeds == 1 else 'seeds'} can show nothing: the smallest p that they reach is "
        f"{smallest_p:.2g}{corrected}, above {level:.2g}, whatever the difference."
    )


def saturated(targets: Sequence[float], reached: frozenset[float], asked: float | None) -> str:
    """Warn where targets tell nothing apart, since every trial reached them at its first evaluation.

    Args:
        targets: What the task declares.
        reached: Those that every trial reached at once.
        asked: The target of the measure; ``None`` for a measure without one.
    """
    if asked is not None:
        if asked not in reached:
            return ""
        return f"the target {asked:g} is saturated: every trial reached it at its first evaluation, which tells nothing apart."
    if not targets or not set(targets) <= reached:
        return ""
    return "all its targets are saturated: every trial reached them at its first evaluation; the task is easy for both."


def no_number(a: Floats, b: Floats, beyond: str) -> str:
    """Warn where the medians of both are worse than any number, so that nothing can be said of the difference.

    Args:
        a: One number a seed of A; infinite where it failed or missed the target.
        b: Of B.
        beyond: The word for such a seed.
    """
    counts = [(int(np.isinf(one).sum()), int((~np.isnan(one)).sum())) for one in (a, b)]
    if any(2 * lost < seeds or not seeds for lost, seeds in counts):
        return ""
    what = "missed the target" if beyond == "missed" else "failed"
    if all(lost == seeds for lost, seeds in counts):
        return f"every seed of both {what}: nothing is known of a difference, not even that there is none."
    (lost_a, seeds_a), (lost_b, seeds_b) = counts
    return (
        f"the median seeds of both {what} ({lost_a} of {seeds_a} and {lost_b} of {seeds_b}): by how much they differ is not known, "
        "only how often each did."
    )


def two_groups(values: Floats) -> str:
    """Warn where results fall into two groups, by the widest gap between neighbours.

    The gap test: of the gaps that leave at least a quarter of the seeds, and three, on either side, the widest has the share
    g of the whole range. If the seeds were spread evenly, one of k such gaps would be so wide with a probability of at most
    k·(1 − g)ⁿ⁻²: two groups where that is at most 1 %. Simulated, it errs as rarely where the seeds are normal or have a long
    tail. Seeds that failed are told apart already.

    Args:
        values: One number a seed.
    """
    ordered = np.sort(values[np.isfinite(values)])
    n = len(ordered)
    if n < FEWEST_FOR_GROUPS or not ordered[-1] > ordered[0]:
        return ""
    least = max(3, math.ceil(SMALL_GROUP * n))
    gaps = np.diff(ordered)[least - 1 : n - least]
    if not len(gaps):
        return ""
    place = int(np.argmax(gaps))
    share = float(gaps[place] / (ordered[-1] - ordered[0]))
    if len(gaps) * (1 - share) ** (n - 2) > GAP_LEVEL:
        return ""
    below = least + place
    return (
        f"falls into two groups, {below} seeds around {np.median(ordered[:below]):.4g} and {n - below} around "
        f"{np.median(ordered[below:]):.4g}: one number in the middle describes neither. Look at the seeds."
    )


def under_load(counted: int, timings: int) -> str:
    """Warn where most timings say nothing, since trials shared their cores.

    Args:
        counted: Timings that count.
        timings: All that there are.
    """
    if not timings or 2 * counted >= timings:
        return ""
    return (
        f"{timings - counted} of {timings} timings were taken under load or side by side and do not count: "
        "do not compare times; `benchsuite cost` measures them."
    )


def stale(count: int, again: bool) -> str:
    """Warn of records that other code or other data made.

    Args:
        count: How many there are.
        again: Whether their trials ran again.
    """
    if not count:
        return ""
    were = "1 record was" if count == 1 else f"{count} records were"
    then = "their trials ran again" if again else "they are left out"
    return f"{were} stale, of other code or data: {then}. Verdicts from before do not describe the code of now."


def at_edge(name: str, edges: Mapping[str, str]) -> str:
    """Warn where the best setting that a search found lies at the edge of its range.

    Args:
        name: What was tuned.
        edges: Hyperparameter → ``low`` or ``high``.
    """
    if not edges:
        return ""
    told = " and ".join(f"{key} at its {end} end" for key, end in sorted(edges.items()))
    return f"the best setting of {name} has {told}: a better one may lie beyond, and {name} is not yet tuned."


def hangs_on_one(word: str, without: Mapping[str, str]) -> str:
    """Warn where the overall verdict would be another one without one of the tasks.

    Args:
        word: The overall verdict.
        without: Task → the overall verdict of the others.
    """
    others = [task for task, other in without.items() if other != word]
    if not others or word == "cannot tell":
        return ""
    if len(others) == 1:
        return f"“{word}” hangs on one task: without {others[0]} it is “{without[others[0]]}”."
    named = ", ".join(others[:MOST_NAMED]) + (", …" if len(others) > MOST_NAMED else "")
    return (
        f"“{word}” is a close call: it changes without any one of {len(others)} of the {len(without)} tasks ({named})."
    )


def small_test_part(
    difference: float, test_error: float, level: float, tests: int, examples: int | None, part: str
) -> str:
    """Warn where no number of seeds finds a difference four times in five, since the part it is measured on is too small for it.

    That is where the table says nothing of how many more seeds would. With luck a verdict may come all the same, as long as the
    error of the part by itself leaves one.

    Args:
        difference: The estimate.
        test_error: Its standard error from the finite part; 0 where none is known.
        level: The level at which a verdict is made.
        tests: By how much the strictest test is corrected.
        examples: In the part, if known.
        part: Its name.
    """
    if not test_error or not level or not math.isfinite(difference):
        return ""
    from scipy.special import ndtr, ndtri

    strictest = level / tests
    if abs(difference) > float(ndtri(1 - strictest / 2) + ndtri(FOUND)) * test_error:
        return ""
    never = 2 * float(ndtr(-abs(difference) / test_error)) > strictest
    size = f" of {examples:,} examples" if examples else ""
    can = "cannot show" if never else "shows less than four times in five"
    return (
        f"a {part} part{size} {can} a difference of {abs(difference):.2g}, however many seeds: it takes more examples."
    )
