"""The verdict: what the rules found and what the sample gave, as one word with its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from benchsuite.statements import FAIL, INCONCLUSIVE, PASS, Rerun, RuleCheck

LEVEL = 0.01
"""Of the test whether more of a sample on other hardware disagree than chance explains."""
BY_CHANCE = 0.05
"""Share of honest trials that may lie beyond the tolerance on other hardware."""


def verdict(checks: Sequence[RuleCheck], rerun: Sequence[Rerun]) -> tuple[str, tuple[str, ...]]:
    """Return ``PASS``, ``FAIL`` or ``INCONCLUSIVE``, and the reasons.

    FAIL: a rule is broken, or a trial does not repeat. On other hardware a trial beyond the tolerance may be chance: it takes
    more of them than one in twenty explains, by a binomial test. INCONCLUSIVE: something could not be seen, or nothing was
    trained again.

    Args:
        checks: Of the rules.
        rerun: The sample.
    """
    failed = [f"{check.name}: {check.reasons[0]}" for check in checks if check.verdict == FAIL]
    unseen = [f"{check.name}: {check.reasons[0]}" for check in checks if check.verdict == INCONCLUSIVE]
    ran = [one for one in rerun if one.agrees != "not run"]
    failed += [f"{_name(one)} does not repeat: {one.words}." for one in ran if one.agrees == "no"]
    beyond = [one for one in ran if one.agrees == "beyond"]
    if _too_many(len(beyond), len(ran)):
        failed += [f"{_name(one)} does not repeat: {one.words}." for one in beyond]
    else:
        unseen += [f"{_name(one)}: {one.words}. On other hardware one in twenty may." for one in beyond]
    if lost := len(rerun) - len(ran):
        unseen.append(f"{lost} of {len(rerun)} trials of the sample could not be trained again here.")
    if not ran:
        unseen.append("nothing was trained again: that the numbers are those of their trials, nobody has seen.")
    if failed:
        return FAIL, (*failed, *unseen)
    if unseen:
        return INCONCLUSIVE, tuple(unseen)
    held = sum(check.verdict == PASS for check in checks)
    rules = (
        f"all {held} checks hold"
        if held == len(checks)
        else f"{held} checks hold, {len(checks) - held} could not be applied"
    )
    bits = sum(one.agrees == "bits" for one in ran)
    again = [f"{bits} of {len(ran)} trials repeat to the bit"] * bool(bits)
    cut = sum(one.agrees == "so far" for one in ran)
    near = len(ran) - bits - cut
    again += [f"{near} of {len(ran)} within what other hardware explains"] * bool(near)
    again += [f"{cut} of {len(ran)} until time or memory ran out"] * bool(cut)
    told = [f"{check.name}: {reason}" for check in checks if check.verdict == PASS for reason in check.reasons]
    return PASS, (f"{rules}, and {', '.join(again)}.", *told)


def _name(one: Rerun) -> str:
    return f"{one.what} ({one.id})"


def _too_many(wrong: int, ran: int) -> bool:
    if not wrong:
        return False
    from scipy.stats import binomtest

    return bool(binomtest(wrong, ran, BY_CHANCE, alternative="greater").pvalue < LEVEL)
