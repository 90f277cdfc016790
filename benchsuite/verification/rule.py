"""A rule: what a bundle must hold so that its numbers can be believed, why, and what is found where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchsuite.statements import FAIL, INCONCLUSIVE, PASS, RuleCheck
from benchsuite.text import one_line, shortened
from benchsuite.verification.evidence import Evidence

MOST_REASONS = 20
"""Of one rule; of more it is said how many there are."""
LONGEST_REASON = 400
SKIPPED = "SKIPPED"


@dataclass(frozen=True)
class Objection:
    """One thing that a rule found.

    Args:
        text: What, a whole sentence.
        fails: Whether it contradicts what the bundle claims; else it is only more than can be seen from here.
        ids: Trials that are concerned: the first to be trained again.
        note: Whether it is told alone, and changes no verdict: what the rule left out.
    """

    text: str
    fails: bool = True
    ids: tuple[str, ...] = ()
    note: bool = False


class NotApplicable(Exception):
    """Raised by a rule that cannot be applied here; its text says why."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        name: In small letters.
        what: What it checks, a sentence.
        why: What somebody gains who breaks it, a sentence.
        source: Who checks this as well, or where it is from.
        find: Returns what it finds; raises :class:`NotApplicable`.
    """

    name: str
    what: str
    why: str
    source: str
    find: Callable[[Evidence], Iterable[Objection]]

    def apply(self, evidence: Evidence) -> tuple[RuleCheck, tuple[Objection, ...]]:
        """Return what the rule says of a bundle, and all that it found."""
        try:
            found = tuple(self.find(evidence))
        except NotApplicable as error:
            return RuleCheck(self.name, SKIPPED, self.what, (str(error),)), ()
        return check_of(self.name, self.what, found), found


def check_of(name: str, what: str, found: tuple[Objection, ...]) -> RuleCheck:
    """Return the check of a rule that found this: what contradicts the bundle comes first."""
    ordered = sorted(found, key=lambda one: (one.note, not one.fails))
    verdict = PASS if not ordered or ordered[0].note else FAIL if ordered[0].fails else INCONCLUSIVE
    reasons = [one_line(shortened(one.text, LONGEST_REASON)) for one in ordered[:MOST_REASONS]]
    if more := len(found) - len(reasons):
        reasons.append(f"… and {more} more.")
    return RuleCheck(name, verdict, what, tuple(reasons))
