"""From what there is of a claim (records of its trials, computed numbers) to its verdict, and what its code was then."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchsuite.analysis.claims.deciding import Numbers, decision, word_of_all
from benchsuite.analysis.claims.grids import grids_of
from benchsuite.analysis.claims.record_run import RecordRun
from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.components import Claim, Part, Trained
from benchsuite.components.choice import ArmChoice, SeedRuns
from benchsuite.components.claim import confidence_of, number_of
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.studies.claimed import ClaimPlan, PartPlan
from benchsuite.text import LONGEST_REASON, reason_of, shortened
from benchsuite.trial import Trial

NO_EVIDENCE = (Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.UNSUPPORTED, Outcome.PRUNED)
"""Ends that say something of a program or a machine, and nothing of what a claim is about."""
DIGITS = 16
SEPARATOR = "-"
"""Between the two halves of a verdict's fingerprint: the claim's own code, and that of all that it uses."""


def claim_code(claim: Claim, known: Registry) -> str:
    """Return what stands for a claim's own code and version, 16 hexadecimal digits.

    Args:
        claim: The claim.
        known: Where it is registered.
    """
    return _hashed([known.fingerprint("claim", claim.name), str(claim.version)])


def fingerprint_of(claim: Claim, used: Mapping[str, str], known: Registry) -> str:
    """Return the fingerprint of a verdict: the claim's own code, and that of all that it uses.

    Args:
        claim: The claim.
        used: What :func:`components_of` gives.
        known: Where it is registered.
    """
    return f"{claim_code(claim, known)}{SEPARATOR}{_hashed(f'{key}={value}' for key, value in sorted(used.items()))}"


def components_of(plan: ClaimPlan, computed: Mapping[str, ComputedNumbers], known: Registry) -> dict[str, str]:
    """Return ``kind:name`` → what stands for its code now, of each task and component that a claim uses.

    That is each of a trial, each that was computed with, and each whose plugin the claim's code imports, such as a tuner that
    proposes its arms.

    Args:
        plan: The claim with its trials.
        computed: Part → what was computed, which says what it used.
        known: The plugins that were found.
    """
    found: dict[str, set[str]] = {}
    each = {(trial.task, trial.recipe.text): trial for trial in plan.trials.values()}
    for trial in each.values():
        for key, value in fingerprints(trial, known).items():
            found.setdefault(key, set()).add(value)
    for kind, name in known.imported("claim", plan.claim.name):
        if kind != "claim":  # of which it takes functions; these are code of its own
            found.setdefault(f"{kind}:{name}", set()).add(known.fingerprint(kind, name))
    for numbers in computed.values():
        for key, value in code_of(numbers.components, known).items():
            found.setdefault(key, set()).add(value)
    return {key: SEPARATOR.join(sorted(values)) for key, values in sorted(found.items())}


def code_of(components: Iterable[str], known: Registry) -> dict[str, str]:
    """Return ``kind:name`` → fingerprint of its code now; nothing of what is not there any more.

    Args:
        components: Each ``kind:name``.
        known: The plugins that were found.
    """
    each = {key: key.partition(":") for key in components}
    return {
        key: known.fingerprint(kind, name) if known.has(kind, name) else "" for key, (kind, _, name) in each.items()
    }


def judged(
    plan: ClaimPlan,
    records: Mapping[str, Record],
    probes: Callable[[str], Mapping[str, Any] | None],
    computed: Mapping[str, ComputedNumbers],
    known: Registry,
    numerics: str,
    now: str,
) -> ClaimVerdict:
    """Return the verdict on a claim.

    Args:
        plan: The claim with its trials.
        records: Id → record of each of its trials.
        probes: Returns what probes found in a trial.
        computed: Part → what was computed for it.
        known: The plugins that were found.
        numerics: Fingerprint of what the last bits depend on here.
        now: UTC, ISO 8601.
    """
    claim = plan.claim
    parts = []
    for part in plan.parts:
        if isinstance(part.part.evidence, Trained):
            numbers = trained_numbers(part.part.evidence, part.arms, records, probes)
        else:
            numbers = _computed(part, computed.get(part.part.name))
        arms = {name: tuple(trial.id for trial in trials) for name, trials in part.by_arm.items()}
        parts.append(part_verdict(part.part, numbers, len(plan.parts), arms))
    used = components_of(plan, computed, known)
    seconds = math.fsum(records[id].costs.wall_seconds for id in plan.trials)
    seconds += math.fsum(
        one.seconds
        for part in plan.computed
        if (found := computed.get(part.part.name))
        for seed in part.seeds
        if (one := found.numbers.get(str(seed)))
    )
    return ClaimVerdict(
        name=claim.name, number=claim.number, sentence=claim.sentence, source=claim.source, basis=claim.basis,  # type: ignore[arg-type]  # it was checked
        depends=claim.depends, version=claim.version, fingerprint=fingerprint_of(claim, used, known),
        origin=known.entry("claim", claim.name).plugin.origin, word=word_of_all([part.word for part in parts]),
        quick=plan.quick, parts=tuple(parts), components=tuple(key.replace(":", " ", 1) for key in used),
        seconds=seconds, decided_at=now, numerics=numerics,
    )  # fmt: skip


def kept(verdict: ClaimVerdict, before: ClaimVerdict | None) -> ClaimVerdict:
    """Return a verdict with the date of the one before where nothing else differs."""
    if before is not None and replace(verdict, decided_at=before.decided_at) == before:
        return before
    return verdict


def part_verdict(part: Part, numbers: Numbers, parts: int, arms: Mapping[str, tuple[str, ...]]) -> PartVerdict:
    """Return the verdict on a part.

    Args:
        part: The part.
        numbers: Of its seeds.
        parts: How many parts its claim has.
        arms: Name of each arm → ids of its trials, a seed each; none where it is computed.
    """
    found = decision(numbers, part.low, part.high, confidence_of(parts))
    values = list(enumerate(numbers.values))
    return PartVerdict(
        name=part.name, says=part.says, because=part.because, unit=part.unit,
        at_least=None if part.at_least is None else part.low, at_most=None if part.at_most is None else part.high,
        word=found.word, reason=shortened(found.reason, LONGEST_REASON), estimate=_finite(found.shift.estimate),
        low=_finite(found.shift.low), high=_finite(found.shift.high), confidence=found.shift.attained,
        seeds=len(values), effects=tuple(_finite(value) for _, value in values),
        trials=tuple(sorted({id for ids in arms.values() for id in ids})), arms=dict(arms),
        above=tuple(seed for seed, value in values if value == math.inf),
        below=tuple(seed for seed, value in values if value == -math.inf), grids=numbers.grids,
    )  # fmt: skip


def trained_numbers(
    evidence: Trained,
    trials: Sequence[Mapping[str, Trial]],
    records: Mapping[str, Record],
    probes: Callable[[str], Mapping[str, Any] | None],
) -> Numbers:
    """Return the effect of each seed of a trained part; a seed of which a trial is no evidence gives no number.

    Args:
        evidence: Of the part.
        trials: For each seed name of an arm → its trial.
        records: Id → record.
        probes: Returns what probes found in a trial.
    """
    values, reasons = [], {}
    choices: dict[int, list[ArmChoice]] = {}
    for seed, arms in enumerate(trials):
        value, reason = math.nan, ""
        without = [name for name, trial in arms.items() if records[trial.id].outcome in NO_EVIDENCE]
        if without:
            record = records[arms[without[0]].id]
            reason = f"arm {without[0]} {record.outcome.value.replace('_', ' ')}: {record.reason}"
        else:
            ids = {name: trial.id for name, trial in arms.items()}
            runs = SeedRuns(
                {name: RecordRun(records[id], probes(id) if evidence.probe else None) for name, id in ids.items()}
            )
            value, reason = _effect(evidence, runs)
            choices[seed] = runs.choices
        values.append(value)
        if math.isnan(value) and reason:
            reasons[seed] = reason
    return Numbers(tuple(values), reasons, grids_of(choices, trials))


def _effect(evidence: Trained, runs: SeedRuns) -> tuple[float, str]:
    try:
        given = evidence.effect(runs)
    except (Exception, SystemExit) as error:  # a plugin's function may raise anything
        return math.nan, f"its effect raised {reason_of(error)}"
    try:
        return number_of("its effect", given), ""
    except BenchsuiteError as error:
        return math.nan, str(error).removesuffix(".")


def _computed(part: PartPlan, found: ComputedNumbers | None) -> Numbers:
    values, reasons = [], {}
    for seed in part.seeds:
        one = found.numbers.get(str(seed)) if found else None
        values.append(one.number if one else math.nan)
        if math.isnan(values[-1]):
            reasons[seed] = one.reason if one else "it was not computed"
    return Numbers(tuple(values), reasons)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _hashed(lines: Any) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGITS]
