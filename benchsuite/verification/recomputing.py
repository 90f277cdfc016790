"""Numbers that were computed for claims, computed again: a sample of them, drawn as trials are, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.claim_judging import claim_code, code_of
from benchsuite.components import Computed, Part
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.computing import Computation, Job
from benchsuite.registry import Registry
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import Objection, Rule
from benchsuite.verification.sample import place

MOST = 5
"""Numbers that are computed again, however many trials are."""
SECONDS = 120.0
"""One of them may take so long unless --timeout says otherwise."""
NEAR = 0.01
"""Of the scale of a number: how far off it may be where last bits are others."""


@dataclass(frozen=True)
class DrawnNumber:
    """One number of the sample.

    Args:
        numbers: Those of its part, as the bundle has them.
        seed: Of the number.
        scale: The largest of the numbers of its part and of the part's bounds, without their signs: what a difference is held against.
    """

    numbers: ComputedNumbers
    seed: int
    scale: float

    @property
    def key(self) -> tuple[str, str, int]:
        """Claim, part and seed."""
        return self.numbers.claim, self.numbers.part, self.seed

    @property
    def stored(self) -> float:
        """What the bundle says; NaN for none."""
        return self.numbers.numbers[str(self.seed)].number

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"claim {self.numbers.claim}, part {self.numbers.part!r}, seed {self.seed}"


def drawn_numbers(
    computed: Sequence[ComputedNumbers], registry: Registry, hash: str, number: int, count: int
) -> list[DrawnNumber]:
    """Return the numbers that are computed again: of those whose code is what is installed here, drawn by hash and number.

    A seed without a number is not drawn: it may be the machine that gave none.

    Args:
        computed: What was computed, of the bundle.
        registry: Of the plugins that were found.
        hash: Of the bundle.
        number: The verifier's.
        count: How many; at most :data:`MOST` are drawn.
    """
    found = []
    for numbers in computed:
        part = part_of(numbers, registry)
        if part is None:
            continue
        values = {int(seed): one.number for seed, one in numbers.numbers.items() if int(seed) < part.evidence.seeds}
        sizes = map(abs, (*values.values(), part.low, part.high))
        scale = max((size for size in sizes if math.isfinite(size)), default=0.0)
        found += [DrawnNumber(numbers, seed, scale) for seed, value in values.items() if not math.isnan(value)]
    found.sort(key=lambda one: place(hash, number, "/".join(map(str, one.key))))
    return found[: min(count, MOST)]


def part_of(numbers: ComputedNumbers, registry: Registry) -> Part | None:
    """Return the part that numbers are of; ``None`` if the code that they are of is not installed here."""
    if not registry.has("claim", numbers.claim):
        return None
    claim = registry.claim(numbers.claim)
    part = next((one for one in claim.parts if one.name == numbers.part), None)
    if part is None or not isinstance(part.evidence, Computed) or numbers.fingerprint != claim_code(claim, registry):
        return None
    if numbers.components != code_of(numbers.components, registry):
        return None
    return part


def jobs_of(sample: Sequence[DrawnNumber]) -> list[Job]:
    """Return what is to be computed for a sample."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for one in sample:
        seeds.setdefault((one.numbers.claim, one.numbers.part), []).append(one.seed)
    return [Job(claim, part, tuple(sorted(held))) for (claim, part), held in seeds.items()]


def rule(sample: Sequence[DrawnNumber], again: Sequence[Computation], here: str, registry: Registry) -> Rule:
    """Return the rule that holds numbers against those that were computed again.

    Args:
        sample: What was drawn.
        again: What was computed.
        here: Fingerprint of what the last bits depend on here.
        registry: Of the plugins that were found.
    """
    given = {(one.claim, one.part, one.seed): one for one in again}

    def find(evidence: Evidence) -> Iterator[Objection]:
        of = sum(len(one.numbers) for one in evidence.computed)
        if not of:
            return
        for numbers in evidence.computed:
            if part_of(numbers, registry) is None:
                yield Objection(
                    f"claim {numbers.claim}, part {numbers.part!r}: what was computed is of code that is not installed here, so none of "
                    "it was computed again.",
                    fails=False,
                )
        ran = [one for one in sample if (found := given.get(one.key)) and found.value is not None]
        yield from _lost(sample, given)
        for one in ran:
            yield from _differs(one, given[one.key], here)
        words = f"{len(ran)} of {of:,} numbers that were computed for claims were computed again"
        if sample and not ran:
            yield Objection(
                f"none of the {len(sample)} numbers that were drawn could be computed again here.", fails=False
            )
        elif sample:
            exact = sum(one.numbers.numerics == here for one in ran)
            near = f", {len(ran) - exact} of them where last bits are others" if exact < len(ran) else ""
            yield Objection(f"{words}{near}.", fails=False, note=True)
        else:
            yield Objection(f"{words}: `benchsuite claim run` computes all.", fails=False, note=True)

    return Rule(
        "computed numbers come out again",
        "A sample of the numbers that were computed for claims, computed again by the same code, is the same: to the last bit where "
        f"last bits are the same, else within {NEAR:.0%} of the largest number or bound of its part.",
        "A number that no trial stands behind is changed together with its file.",
        "our own",
        find,
    )


def _differs(one: DrawnNumber, found: Computation, here: str) -> Iterator[Objection]:
    assert found.value is not None
    value = float(found.value)
    if value == one.stored:
        return
    said = f"{one.words} is {one.stored!r}, and {value!r} when it is computed again"
    if one.numbers.numerics == here:
        yield Objection(f"{said}.")
    elif not abs(value - one.stored) <= NEAR * one.scale:
        yield Objection(
            f"{said}: last bits are others here, and {NEAR:.0%} of {one.scale:g} is what they were allowed.",
            fails=False,
        )


def _lost(sample: Sequence[DrawnNumber], given: Mapping[tuple[str, str, int], Computation]) -> Iterator[Objection]:
    for one in sample:
        found = given.get(one.key)
        if found is None or found.value is None:
            why = found.reason if found else "it was not begun"
            yield Objection(f"{one.words} was drawn and gave no number here: {why}.", fails=False, note=True)
