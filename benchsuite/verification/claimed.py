"""Rules on claims: words and intervals must follow from the effects, and the effects from the records in the bundle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from benchsuite.analysis.claims.deciding import Numbers, decision, word_of_all
from benchsuite.claim_judging import claim_code, components_of, fingerprint_of, trained_numbers
from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.components import Trained
from benchsuite.components.claim import confidence_of
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.studies.claimed import ClaimPlan, PartPlan, claim_plan
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import Objection, Rule

NEAR = 1e-9
"""Relative difference of two numbers that are the same but for the order in which a sum was taken."""
OF_CLAIM = ("number", "sentence", "source", "basis", "depends", "version")
OF_PART = ("name", "says", "because", "unit")


def _follow(evidence: Evidence) -> Iterator[Objection]:
    for claim in evidence.claims:
        for part in claim.parts:
            if wrong := contradiction(part, len(claim.parts)):
                yield Objection(f"{_name(claim, part)}: {wrong}.", ids=part.trials)
        if (word := word_of_all([part.word for part in claim.parts])) != claim.word:
            yield Objection(f"claim {claim.label} says {claim.word!r}, and its parts give {word!r}.")


FOLLOW = Rule(
    "claims follow from their effects",
    "Interval and word of each part are what its seeds' numbers and its bounds give, and the claim's word what its parts give.",
    "A word is changed more easily than the numbers that it is made of.",
    "our own; statcheck recomputes p-values of papers likewise (Nuijten et al. 2016)",
    _follow,
)


def contradiction(part: PartVerdict, parts: int) -> str:
    """Return where a part contradicts its own numbers, as a sentence without its end; empty if nowhere.

    Args:
        part: The part.
        parts: How many its claim has.
    """
    if len(part.effects) != part.seeds:
        return f"it has {len(part.effects)} effects of {part.seeds} seeds"
    if any(len(ids) != part.seeds for ids in part.arms.values()):
        return f"an arm has not {part.seeds} trials, one for each seed"
    if part.trials != tuple(sorted({id for ids in part.arms.values() for id in ids})):
        return "its trials are not those of its arms"
    if part.at_least is None and part.at_most is None:
        return "it has no bound, so nothing could contradict it"
    values = values_of(part)
    if values is None:
        return "a seed has a finite number and an infinite one"
    low = -math.inf if part.at_least is None else part.at_least
    high = math.inf if part.at_most is None else part.at_most
    found = decision(Numbers(values), low, high, confidence_of(parts))
    if found.word != part.word:
        return f"it says {part.word!r}, and its seeds' numbers give {found.word!r}"
    for name, there, here in (
        ("estimate", part.estimate, found.shift.estimate), ("lower end", part.low, found.shift.low),
        ("upper end", part.high, found.shift.high), ("confidence", part.confidence, found.shift.attained),
    ):  # fmt: skip
        if not _same(there, here):
            return f"its {name} is {there}, and its seeds' numbers give {here}"
    return ""


def values_of(part: PartVerdict) -> tuple[float, ...] | None:
    """Return the number of each seed, ±∞ and NaN among them; ``None`` where a seed has two."""
    values = [math.nan if effect is None else effect for effect in part.effects]
    for seeds, value in ((part.above, math.inf), (part.below, -math.inf)):
        for seed in seeds:
            if seed >= len(values) or not math.isnan(values[seed]):
                return None
            values[seed] = value
    return tuple(values)


def rule(registry: Registry) -> Rule:
    """Return the rule that judges each claim again whose code is installed here.

    Args:
        registry: Of the plugins that were found.
    """

    def find(evidence: Evidence) -> Iterator[Objection]:
        computed: dict[str, dict[str, ComputedNumbers]] = {}
        for numbers in evidence.computed:
            computed.setdefault(numbers.claim, {})[numbers.part] = numbers
        for claim in evidence.claims:
            yield from _judged_again(claim, evidence, computed.get(claim.name, {}), registry)

    return Rule(
        "claims are judged from their records",
        "What each claim says must be so is what its plugin says, and its effects are what that makes of the records.",
        "Bounds that were moved afterwards, and effects of other trials, turn any word.",
        "our own; pre-registration asks for the same",
        find,
    )


def _judged_again(
    claim: ClaimVerdict, evidence: Evidence, computed: Mapping[str, ComputedNumbers], registry: Registry
) -> Iterator[Objection]:
    label = f"claim {claim.label}"
    if not registry.has("claim", claim.name):
        yield Objection(
            f"{label} ({claim.name}) is not installed here: its bounds and effects were taken as they stand.",
            fails=False,
        )
        return
    here = registry.claim(claim.name)
    if claim_code(here, registry) != claim.fingerprint.partition("-")[0]:
        yield Objection(f"{label} is other code here: its bounds and effects were taken as they stand.", fails=False)
        return
    for name in OF_CLAIM:
        if getattr(here, name) != getattr(claim, name):
            yield Objection(f"{label}: its {name} is another one than its code says.")
    try:
        plan = claim_plan(here, registry, claim.quick)
    except BenchsuiteError as error:
        yield Objection(f"{label} cannot be expanded here: {error}", fails=False)
        return
    if [part.part.name for part in plan.parts] != [part.name for part in claim.parts]:
        yield Objection(f"{label} has other parts than its code says.")
        return
    same_code = fingerprint_of(here, components_of(plan, computed, registry), registry) == claim.fingerprint
    for planned, part in zip(plan.parts, claim.parts, strict=True):
        yield from _part(claim, planned, part, evidence, computed.get(part.name), same_code)


def _part(
    claim: ClaimVerdict, planned: PartPlan, part: PartVerdict, evidence: Evidence, computed: ComputedNumbers | None,
    same_code: bool,
) -> Iterator[Objection]:  # fmt: skip
    name = _name(claim, part)
    for field in OF_PART:
        if getattr(planned.part, field) != getattr(part, field):
            yield Objection(f"{name}: its {field} is another one than its code says.")
    bounds = _bound(planned.part.at_least), _bound(planned.part.at_most)
    if bounds != (part.at_least, part.at_most):
        yield Objection(f"{name} was judged by bounds {(part.at_least, part.at_most)}, and its code says {bounds}.")
    if part.seeds != len(planned.seeds):
        yield Objection(f"{name} has {part.seeds} seeds, and its code asks for {len(planned.seeds)}.")
        return
    if not isinstance(planned.part.evidence, Trained):
        yield from _of_computed(name, part, computed)
        return
    if {arm: [trial.id for trial in trials] for arm, trials in planned.by_arm.items()} != {
        arm: list(ids) for arm, ids in part.arms.items()
    }:
        why = "" if same_code else ": a task or component that it uses is other code here"
        yield Objection(f"{name} has other trials than its code asks for{why}.", fails=same_code, ids=part.trials)
        return
    if lost := [id for id in part.trials if id not in evidence.records]:
        yield Objection(
            f"{name}: {len(lost):,} of its {len(part.trials):,} trials have no record here, so its effects were taken as they stand.",
            fails=False,
        )
        return
    yield from _of_trained(name, planned, part, evidence.records, evidence.thin)


def _of_trained(
    name: str, planned: PartPlan, part: PartVerdict, records: Mapping[str, Record], thin: bool
) -> Iterator[Objection]:
    assert isinstance(planned.part.evidence, Trained)
    found = trained_numbers(planned.part.evidence, planned.arms, records, lambda _: None)
    there = values_of(part) or ()
    other = [seed for seed, value in enumerate(found.values) if seed >= len(there) or not _equal(there[seed], value)]
    if not other:
        if part.grids != found.grids:
            yield Objection(
                f"{name}: which edges of its grids were chosen is not what its records give.", ids=part.trials
            )
        return
    if planned.probe:
        yield Objection(
            f"{name} looks into layers, and what probes found there no bundle holds: its effects were taken as they stand.",
            fails=False,
        )
        return
    seed = other[0]
    why = f" ({found.reasons[seed]})" if seed in found.reasons else ""
    if thin and math.isnan(found.values[seed]):
        yield Objection(f"{name}: the thinned records lack what its effect looks at{why}.", fails=False)
        return
    yield Objection(
        f"{name}: the effect of seed {seed} is {there[seed] if seed < len(there) else 'missing'}, and its records give "
        f"{found.values[seed]}{why}.",
        ids=tuple(ids[seed] for ids in part.arms.values() if seed < len(ids)),
    )


def _of_computed(name: str, part: PartVerdict, computed: ComputedNumbers | None) -> Iterator[Objection]:
    """Hold the effects against the stored numbers; :mod:`benchsuite.verification.recomputing` computes some of these again."""
    if computed is None:
        yield Objection(f"{name}: what was computed for it is not in the bundle.", fails=False)
        return
    for seed, value in enumerate(values_of(part) or ()):
        one = computed.numbers.get(str(seed))
        stored = math.nan if one is None else one.number
        if not _equal(value, stored):
            yield Objection(f"{name}: the effect of seed {seed} is {value}, and the computed number is {stored}.")
            return


def trials_needed_whole(
    claims: Mapping[str, ClaimVerdict], records: Mapping[str, Record], registry: Registry
) -> frozenset[str]:
    """Return the trials whose records must stay whole, since an effect looks at curves that a thinned record lacks.

    Args:
        claims: Name → verdict.
        records: Id → whole record.
        registry: Of the plugins that were found.
    """
    from benchsuite.thinned import thinned

    found: set[str] = set()
    for name, claim in claims.items():
        if not registry.has("claim", name):
            found |= {id for part in claim.parts for id in part.trials}
            continue
        try:
            plan: ClaimPlan = claim_plan(registry.claim(name), registry, claim.quick)
        except BenchsuiteError:
            continue
        for part in plan.parts:
            evidence = part.part.evidence
            ids = {id for arms in part.ids for id in arms.values()}
            if not isinstance(evidence, Trained) or not ids <= records.keys():
                continue
            whole = trained_numbers(evidence, part.arms, records, lambda _: None).values
            thin = trained_numbers(evidence, part.arms, {id: thinned(records[id]) for id in ids}, lambda _: None).values
            if not all(map(_equal, whole, thin)):
                found |= ids
    return frozenset(found)


def _same(there: float | None, here: float) -> bool:
    """Say whether a number of a file is one that was found; a file says neither ±∞ nor NaN."""
    if there is None or not math.isfinite(here):
        return there is None and not math.isfinite(here)
    return math.isclose(there, here, rel_tol=NEAR, abs_tol=1e-300)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=NEAR)


def _bound(value: float | None) -> float | None:
    return None if value is None else float(value)


def _name(claim: ClaimVerdict, part: PartVerdict) -> str:
    return f"claim {claim.label}, part {part.name!r}"
