"""Rules on single records and on the seeds of one row: what a hand that changes a number leaves behind."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from benchsuite.curves import PARTS
from benchsuite.instance_names import name_of_parts, parts_of, variant_in
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.record_agreement import Disagreement, check_agreement
from benchsuite.verification.evidence import Evidence, named_code, words_of
from benchsuite.verification.rule import NotApplicable, Objection, Rule

COUNTED = "accuracy"
"""The measure that is a count of examples divided by their number."""
NEAR = 1e-3
"""How far a count of examples may lie from a whole number: rounding of a share takes a millionth of it."""


def _agree(evidence: Evidence) -> Iterator[Objection]:
    for record in evidence.records.values():
        try:
            check_agreement(record, record.curves.to_json())
        except Disagreement as error:
            yield Objection(f"{words_of(record)} ({record.id}) contradicts itself: {error}.", ids=(record.id,))
            continue
        if record.id != record.trial.id:
            yield Objection(f"{words_of(record)} ({record.id}) holds another trial's numbers.", ids=(record.id,))
        # One that died before it was built, and one that was refused, may not know its code.
        told = record.fingerprints.keys() - {"data"}
        if told and told != named_code(record):
            other = sorted(told ^ named_code(record))[0]
            yield Objection(
                f"{words_of(record)} ({record.id}) names other code than its recipe: {other}.", ids=(record.id,)
            )


AGREE = Rule(
    "records agree inside",
    "Each record's id, spec, curves, results, targets and named code belong together.",
    "A number that is changed in one place stays what it was in another.",
    "docs/reference/record-format.md",
    _agree,
)


def _same_size(evidence: Evidence) -> Iterator[Objection]:
    for records in evidence.rows.values():
        sizes: defaultdict[tuple[int | None, int | None], list[Record]] = defaultdict(list)
        for record in records:
            if record.costs.state_bytes is not None:
                sizes[record.costs.parameters, record.costs.state_bytes].append(record)
        if len(sizes) > 1:
            few = min(sizes.values(), key=len)
            yield Objection(
                f"{words_of(few[0])} has {few[0].costs.parameters:,} parameters and {few[0].costs.state_bytes:,} bytes of state, "
                "and other seeds of its row have others: it is no run of this recipe.",
                ids=tuple(one.id for one in few),
            )


SAME_SIZE = Rule(
    "one size for all seeds",
    "All seeds of a row train as many numbers and keep as much state.",
    "A record whose curves are those of another method keeps that method's sizes.",
    "our own; follows from what a seed decides",
    _same_size,
)


def _counts(evidence: Evidence) -> Iterator[Objection]:
    if not evidence.sizes:
        raise NotApplicable("no certificate here says how many examples the tasks have.")
    for record in evidence.records.values():
        sizes = evidence.sizes.get(record.trial.task)
        other = f"task:{record.trial.task}" in evidence.made_elsewhere.get(record.id, {})
        if sizes is None or any(record.trial.division) or other:
            continue
        # The training part is evaluated on a share of its examples.
        for part, size in zip(PARTS[1:], sizes[1:], strict=True):
            name = f"{part}_{COUNTED}"
            for epoch, value in enumerate(record.curves.to_json().get(name, ())):
                if value is not None and not _whole(value * size):
                    yield Objection(
                        f"{words_of(record)}: {name} after epoch {epoch} is {value}, and no number of {size:,} examples gives "
                        "that.",
                        ids=(record.id,),
                    )
                    break


def _whole(count: float) -> bool:
    return abs(count - round(count)) <= max(NEAR, 1e-6 * abs(count))


COUNTS = Rule(
    "shares are of whole examples",
    "An accuracy on n examples is a whole number of them divided by n.",
    "A digit that was typed is hardly ever such a number.",
    "GRIM, the granularity test of reported means (Brown and Heathers 2017)",
    _counts,
)


def _copies(evidence: Evidence) -> Iterator[Objection]:
    for records in evidence.rows.values():
        done = [one for one in records if one.outcome is Outcome.COMPLETED]
        same: defaultdict[str, list[Record]] = defaultdict(list)
        for record in done:
            # Without what another part of the data gives: a task may measure that on other examples in each fold.
            same[repr(record.numbers()["curves"])].append(record)
        if len(same) == 1:  # nothing of this row depends on its seed, which may be so
            continue
        for held in same.values():
            seeds = sorted({one.trial.seed for one in held})
            if len(seeds) > 1:
                yield Objection(
                    f"{words_of(held[0])}: seeds {', '.join(map(str, seeds))} have the same curves to the bit, and other seeds of "
                    "the row have not: one of them is a copy.",
                    ids=tuple(one.id for one in held),
                )
    yield from _copied_variants(evidence)


def _copied_variants(evidence: Evidence) -> Iterator[Objection]:
    """Find what stands under the names of several variants of a task: those draw other data, so other curves."""
    rows: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for (column, recipe), records in evidence.rows.items():
        if variant_in(column.task):
            base, _, values = parts_of(column.task)
            rest = name_of_parts(base, 0, values)
            done = [one for one in records if one.outcome is Outcome.COMPLETED]
            rows[replace(column, task=rest, batch_size=0), recipe] += done
    for together in rows.values():
        same: defaultdict[str, list[Record]] = defaultdict(list)
        for record in together:
            same[repr(record.numbers()["curves"])].append(record)
        for held in same.values():
            tasks = sorted({one.trial.task for one in held})
            if len(tasks) > 1:
                yield Objection(
                    f"{words_of(held[0])}: {', '.join(tasks)} have the same curves to the bit: one of them is a copy, or they are "
                    "no other instances.",
                    ids=tuple(one.id for one in held),
                )


COPIES = Rule(
    "no seed is a copy",
    "No two seeds of a row have the same curves, unless all of them have; and no two variants of a task.",
    "A lucky seed counts twice, and an unlucky one not at all.",
    "MLPerf Training's seed checker",
    _copies,
)

# What acts in training steps alone: before the first step all settings of these kinds have the same network.
IN_STEPS = ("optimizer", "schedule", "gradient_transform")
SAME = 1e-5
"""Relative difference of a measure of one and the same network; other numerics give less, other seeds more."""


def _same_start(evidence: Evidence) -> Iterator[Objection]:
    groups: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for record in evidence.records.values():
        trial = record.trial
        if trial.recipe.get("initializer") != record.task.baseline.get("initializer"):
            continue  # it may train before the first step, by whatever optimizer
        if len(record.curves):
            rest = tuple((kind, settings) for kind, settings in trial.recipe.settings if kind not in IN_STEPS)
            where = trial.task, trial.task_version, trial.batch_size, trial.precision, trial.device, trial.lanes
            groups[(*where, trial.knobs, trial.division, trial.streams, trial.seed, rest)].append(record)
    for held in groups.values():
        yield from _others(held)


def _others(held: list[Record]) -> Iterator[Objection]:
    """Find, of records that begin alike, those that do not."""
    kinds: list[tuple[Mapping[str, float], list[Record]]] = []
    for record in held:
        start = _start(record)
        for known, alike in kinds:
            if _close(known, start):
                alike.append(record)
                break
        else:
            kinds.append((start, [record]))
    if len(kinds) < 2:
        return
    most = max(kinds, key=lambda one: len(one[1]))[1]
    clear = 2 * len(most) > len(held)
    for _, alike in kinds:
        if clear and alike is most:
            continue
        for record in alike:
            yield Objection(
                f"{words_of(record)} ({record.id}) begins with another network than {len(held) - len(alike)} trials of the same "
                "task and seed: before the first step they must agree.",
                fails=clear,
                ids=(record.id,),
            )


def _start(record: Record) -> dict[str, float]:
    curves = record.curves.to_json()
    first = {name: curves[name][0] for name in curves if name.startswith(tuple(f"{part}_" for part in PARTS))}
    return {name: value for name, value in first.items() if value is not None}


def _close(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    shared = one.keys() & other.keys()
    return all(math.isclose(one[name], other[name], rel_tol=SAME, abs_tol=1e-7) for name in shared)


SAME_START = Rule(
    "one start for one seed",
    "Before the first step, all optimizers and schedules have the same network for the same task and seed.",
    "The curves of a luckier seed, under the number of an unlucky one, begin with the luckier seed's network.",
    "our own; MLPerf Training's seed checker asks for the logged seed alone",
    _same_start,
)


def outcomes(records: Iterable[Record]) -> str:
    """Return how many records there are of each outcome, in words, the most frequent first."""
    counts = Counter(record.outcome.value for record in records)
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
