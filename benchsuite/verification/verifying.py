"""All of a verification but the training: the rules applied, the sample drawn, and the statement made of what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.record import Record
from benchsuite.statements import DrawnSample, Rerun, RuleCheck, Statement, records_hash
from benchsuite.verification.all_rules import RULES
from benchsuite.verification.comparing import compared
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.explaining import explained
from benchsuite.verification.judging import verdict
from benchsuite.verification.rule import Objection, Rule
from benchsuite.verification.sample import by_row, drawn, odds, repeatable

COUNTED = "accuracy"


@dataclass(frozen=True)
class RuleResults:
    """What the rules said.

    Args:
        checks: Of each rule.
        findings: All that they found.
    """

    checks: tuple[RuleCheck, ...]
    findings: tuple[Objection, ...]

    @property
    def suspects(self) -> frozenset[str]:
        """The trials that a rule points at."""
        return frozenset(id for one in self.findings for id in one.ids)


def look(evidence: Evidence, more: Sequence[Rule] = ()) -> RuleResults:
    """Apply all rules.

    Args:
        evidence: What the bundle holds.
        more: Rules that need this installation.
    """
    applied = [rule.apply(evidence) for rule in (*RULES, *more)]
    return RuleResults(tuple(check for check, _ in applied), tuple(one for _, found in applied for one in found))


def draw(evidence: Evidence, looked: RuleResults, hash: str, number: int, count: int) -> list[Record]:
    """Return the sample: trials that can be trained again here; see :func:`benchsuite.verification.sample.drawn`.

    Args:
        evidence: What the bundle holds.
        looked: What the rules said.
        hash: Of the bundle.
        number: The verifier's.
        count: How many.
    """
    return drawn(evidence, hash, number, count, looked.suspects, evidence.made_elsewhere.keys())


def compare(evidence: Evidence, sample: Sequence[Record], again: Mapping[str, Record]) -> tuple[Rerun, ...]:
    """Return what each trial of the sample says that was trained again.

    Args:
        evidence: What the bundle holds.
        sample: The sample.
        again: Id → the record that it gave here.
    """
    rows = by_row(sample, evidence)
    return tuple(
        compared(
            one,
            again.get(one.id),
            rows[one.id],
            _size(one, evidence),
            [again[other.id] for other in rows[one.id] if other.id in again],
        )
        for one in sample
    )


def with_sample(
    evidence: Evidence,
    looked: RuleResults,
    rerun: Sequence[Rerun],
    again: Mapping[str, Record],
    more: Sequence[Rule] = (),
) -> RuleResults:
    """Return what the rules said, with those that look at the sample as well.

    Args:
        evidence: What the bundle holds.
        looked: What the rules said.
        rerun: What the sample gave.
        again: Id → the record that it gave here.
        more: Rules on what else was made again.
    """
    applied = [rule.apply(evidence) for rule in (*explained(rerun, again), *more)]
    checks, findings = [check for check, _ in applied], [one for _, found in applied for one in found]
    return RuleResults((*looked.checks, *checks), (*looked.findings, *findings))


def stated(
    evidence: Evidence,
    looked: RuleResults,
    rerun: Sequence[Rerun],
    hash: str,
    sample: DrawnSample,
    *,
    machine: str = "",
    versions: Mapping[str, str] | None = None,
    verifier: str = "",
    date: str | None = None,
) -> Statement:
    """Return the statement.

    Args:
        evidence: What the bundle holds.
        looked: What the rules said.
        rerun: What the sample gave.
        hash: Of the bundle.
        sample: How the sample was drawn.
        machine: Where it was trained again.
        versions: Package → version, there.
        verifier: Who signs.
        date: Of the day, ISO 8601.
    """
    word, reasons = verdict(looked.checks, rerun)
    return Statement(
        hash, word, reasons, looked.checks, tuple(rerun), sample, machine, dict(versions or {}), verifier, date,
        records_hash(evidence.records.values()),
    )  # fmt: skip


def chances(evidence: Evidence, rerun: Sequence[Rerun]) -> str:
    """Return what a sample of this size finds and what it does not, a sentence; empty where nothing was trained again.

    Args:
        evidence: What the bundle holds.
        rerun: What the sample gave.
    """
    count = sum(one.agrees != "not run" for one in rerun)
    of = len(evidence.records)
    lost = sum(not repeatable(one) or one.id in evidence.made_elsewhere for one in evidence.records.values())
    if not count or not of:
        return ""
    tenth = max(1, of // 10)
    return (
        f"By chance alone, a sample of {count} of {of:,} trials holds a single altered one with {odds(of, count, 1):.1%}, and at "
        f"least one of {tenth:,} with {odds(of, count, tenth):.1%}; those of the best rows are more likely to be in it."
        + (f" {lost:,} of them cannot be drawn: nothing here trains them by themselves." if lost else "")
    )


def _size(record: Record, evidence: Evidence) -> int | None:
    """Return the examples of the test part, where the primary measure is a share of them."""
    sizes = evidence.sizes.get(record.trial.task)
    return sizes[2] if sizes and record.task.primary == COUNTED and not any(record.trial.division) else None
