"""From the records of two selections to a verdict, with everything beside it that may mislead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchsuite.analysis import verdict_warnings as warn
from benchsuite.analysis.judging import judge
from benchsuite.analysis.mixtures import mixtures
from benchsuite.analysis.reference import StoredReference, reference_values
from benchsuite.analysis.test_part import Right
from benchsuite.analysis.too_good import is_chosen, too_good
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.two_sides import TwoSides, two_sides
from benchsuite.analysis.verdict import CANNOT_TELL, Look, Verdict
from benchsuite.analysis.verdict_warnings import Caution
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record

CHANCE = 20_240_229
"""Where the generator of a verdict begins: the same records give the same verdict to the last digit."""


@dataclass(frozen=True)
class About:
    """What is known of a comparison beside its records.

    Args:
        kind: Of both selections.
        a: The first, in words.
        b: The second.
        measure: What is compared.
        track: How hyperparameters were chosen.
        sizes: Task → examples in its three parts, where that is known.
        right: Gives what was predicted right in the test part.
        reference: The stored reference results.
        edges: (selection in words, task) → hyperparameter → the end of its range at which a search found the best setting.
        stale: How many records of the two are stale.
        again: Whether their trials ran again.
    """

    kind: str
    a: str
    b: str
    measure: TrialMeasure
    track: str = "default"
    sizes: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    right: Right | None = None
    reference: StoredReference = field(default_factory=StoredReference)
    edges: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    stale: int = 0
    again: bool = False


def compared(
    a: Iterable[Record],
    b: Iterable[Record],
    about: About,
    *,
    level: float | None = None,
    look: Look | None = None,
    whole: bool = True,
) -> Verdict:
    """Return the verdict on two selections, and what may mislead.

    Args:
        a: The records of A: of evaluation seeds, all of which count.
        b: The records of B.
        about: What is known of them.
        level: What of the error rate this look may spend.
        look: Which look it is, of several.
        whole: Whether to find what decides nothing as well, see :func:`~benchsuite.analysis.judging.judge`.

    Raises:
        BenchsuiteError: If no task has both.
    """
    of_a, of_b = list(a), list(b)
    sides = two_sides(of_a, of_b, about.measure, about.sizes, about.right)
    if not sides:
        raise BenchsuiteError(
            f"no task has records of both {about.a} and {about.b}. Name tasks with --task, or let `benchsuite compare` run them."
        )
    return compared_sides(sides, (*of_a, *of_b), about, level=level, look=look, whole=whole)


def compared_sides(
    sides: Sequence[TwoSides],
    records: Sequence[Record],
    about: About,
    *,
    level: float | None = None,
    look: Look | None = None,
    whole: bool = True,
) -> Verdict:
    """Return the verdict on two sides task by task, and what may mislead; see :func:`compared`.

    Args:
        sides: What was measured, at least one task.
        records: Of both.
        about: What is known of them.
        level: What of the error rate this look may spend.
        look: Which look it is, of several.
        whole: Whether to find what decides nothing as well.
    """
    verdict = judge(
        sides,
        kind=about.kind,
        a=about.a,
        b=about.b,
        generator=np.random.default_rng(CHANCE),
        measure=about.measure.word,
        track=about.track,
        level=level,
        look=look,
        whole=whole,
    )
    return verdict.with_cautions([*_of_tasks(verdict, sides, about), *_of_all(verdict, sides, about, records)])


def _of_tasks(verdict: Verdict, sides: Sequence[TwoSides], about: About) -> Iterator[Caution]:
    """Yield the warnings that are about one task."""
    part = about.measure.of
    for task, one in zip(verdict.tasks, sides, strict=True):
        if not task.seeds:
            yield Caution("unsupported", task.task, "one side has no result there: it does not count.")
        elif text := warn.few_seeds(task.seeds, task.smallest_p, verdict.level, verdict.tests):
            yield Caution("few_seeds", task.task, text)
        if text := warn.saturated(one.targets, one.saturated, one.target):
            yield Caution("saturated", task.task, text)
        if text := warn.no_number(one.a, one.b, one.beyond):
            yield Caution("no_number", task.task, text)
        for name, values in ((about.a, one.a), (about.b, one.b)):
            if text := warn.two_groups(values):
                yield Caution("two_groups", task.task, f"{name} {text}")
        sizes = about.sizes.get(one.column.task) if one.column else None
        examples = sizes[1 if part == "validation" else 2] if sizes else None
        if task.word == CANNOT_TELL and (
            text := warn.small_test_part(task.difference, task.test_error, verdict.level, verdict.tests, examples, part)
        ):
            yield Caution("test_part", task.task, text)
        yield from _of_reference(verdict, one, about, 2 * len(sides))


def _of_reference(verdict: Verdict, one: TwoSides, about: About, tests: int) -> Iterator[Caution]:
    column = one.column
    if column is None or column.change or column.precision != "float32" or column.folds:
        return
    stored = reference_values(
        about.reference, (column.task, column.task_version, column.epochs), about.measure, one.target, one.targets
    )
    for name, values in ((about.a, one.a), (about.b, one.b)):
        chosen, counted = is_chosen(name, about.track), about.measure.counts_up
        if text := too_good(
            name,
            values,
            stored.values,
            one.direction,
            verdict.alpha,
            tests,
            of=stored.of,
            chosen=chosen,
            counted=counted,
        ):
            yield Caution("too_good", one.task, text)


def _of_all(verdict: Verdict, sides: Sequence[TwoSides], about: About, records: Sequence[Record]) -> Iterator[Caution]:
    """Yield the warnings that are about the whole comparison."""
    if verdict.overall and (text := warn.hangs_on_one(verdict.word, verdict.overall.without)):
        yield Caution("one_task", "", text)
    counted, timings = (sum(one.timings[place] for one in sides) for place in (0, 1))
    if text := warn.under_load(counted, timings):
        yield Caution("load", "", text)
    if text := warn.stale(about.stale, about.again):
        yield Caution("stale", "", text)
    for (name, task), edges in sorted(about.edges.items()):
        if text := warn.at_edge(name, edges):
            yield Caution("edge", task, text)
    for line in mixtures(records):
        yield Caution("mixture", "", line)
