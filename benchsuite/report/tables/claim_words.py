"""Verdicts on claims in words: effects, intervals and bounds as texts, and which part of a claim decided it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict, Word
from benchsuite.report.tables.numbers import count_of, duration, percent

if TYPE_CHECKING:
    from benchsuite.components import Part

HOLDS, DOES_NOT_HOLD, CANNOT_TELL = WORDS = ("holds", "does not hold", "cannot tell")
"""In the order in which they are counted."""
NOTHING = "–"
MOST_DIGITS = 6
"""Of the ends of an interval that three digits do not tell apart, and of a bound."""
MOST_DIGITS_OF_BOUNDS = 12
"""Of two bounds that fewer digits do not tell apart."""
_NUMBER = re.compile(r"([A-Z])([0-9]+)")


def in_order(claims: Iterable[ClaimVerdict]) -> list[ClaimVerdict]:
    """Return claims in the order of their numbers, C9 before C10; behind these, by their names, those without one."""
    return sorted(claims, key=place)


def place(claim: ClaimVerdict) -> tuple[bool, str, int, str]:
    """Return what claims are ordered by."""
    found = _NUMBER.fullmatch(claim.number)
    return (False, found[1], int(found[2]), claim.name) if found else (True, claim.number, 0, claim.name)


def deciding(claim: ClaimVerdict) -> PartVerdict:
    """Return the part that a claim's word is due to: the first that has this very word."""
    return next((part for part in claim.parts if part.word == claim.word), claim.parts[0])


def is_computed(part: PartVerdict) -> bool:
    """Say whether a part was computed, without trials."""
    return not part.arms


def number_text(value: float | None, digits: int = 3) -> str:
    """Return a number with so many digits, a minus sign that is one, and a dash for none."""
    if value is None:
        return NOTHING
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.{digits}g}"
    return text.replace("-", "−").replace("e+0", "e").replace("e−0", "e−").replace("e+", "e")


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit behind it."""
    return f"{text} {unit}" if unit and text != NOTHING else text


def interval_text(part: PartVerdict) -> str:
    """Return the interval as ``[0.02, 0.04]``; nothing where there is none, or where it is the number itself.

    An infinite estimate has one end that is a number, as in ``[0.02, ∞]``, or is the interval itself.
    """
    if part.low == part.high == part.estimate or (part.estimate is None and estimate_text(part) == NOTHING):
        return ""
    digits = next((count for count in range(3, MOST_DIGITS) if _ends(part, count)[0] != _ends(part, count)[1]), 3)
    return "[{}, {}]".format(*_ends(part, digits))


def _ends(part: PartVerdict, digits: int) -> tuple[str, str]:
    low = "−∞" if part.low is None else number_text(part.low, digits)
    return low, "∞" if part.high is None else number_text(part.high, digits)


def estimate_text(part: PartVerdict) -> str:
    """Return the estimate as :func:`number_text` does; ``∞`` or ``−∞`` where every seed has a number and the middle one is infinite."""
    lost = any(one is None and seed not in {*part.above, *part.below} for seed, one in enumerate(part.effects))
    if part.estimate is not None or lost or bool(part.above) == bool(part.below):
        return number_text(part.estimate)
    return "∞" if part.above else "−∞"


def effect_text(part: PartVerdict) -> str:
    """Return estimate, interval and unit in one line: ``0.031 [0.02, 0.04] accuracy``."""
    told = " ".join(filter(None, (estimate_text(part), interval_text(part))))
    return with_unit(told, part.unit)


def bounds_text(part: Part | PartVerdict) -> str:
    """Return for which effects a part holds: ``at least 0.02``, ``at most 0.001``, ``0.9 to 1.1``."""
    if part.at_least is None:
        return f"at most {_bound(part.at_most)}"
    if part.at_most is None:
        return f"at least {_bound(part.at_least)}"
    if part.at_least == part.at_most:
        return f"exactly {_bound(part.at_least)}"
    low, high = _bound(part.at_least), _bound(part.at_most)
    digits = 4
    while low == high and digits <= MOST_DIGITS_OF_BOUNDS:
        low, high = number_text(part.at_least, digits), number_text(part.at_most, digits)
        digits += 1
    return f"{low} to {high}"


def _bound(value: float | None) -> str:
    """Return a bound with the digits that it was written with, such as 1.001; one that takes more of them, such as ln 2, with three."""
    written = value is not None and float(f"{value:.{MOST_DIGITS}g}") == value
    return number_text(value, MOST_DIGITS if written else 3)


def seeds_text(claim: ClaimVerdict) -> str:
    """Return how many seeds the parts have: ``10``, ``6 to 10``; a dash where nothing is random."""
    counts = sorted({part.seeds for part in claim.parts if part.seeds > 1})
    return NOTHING if not counts else str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def minutes_text(seconds: float) -> str:
    """Return seconds in minutes, two digits."""
    value = seconds / 60
    return f"{value:.2f}" if value < 0.095 else f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def found_sentence(part: PartVerdict) -> str:
    """Return what was found of a part, in a sentence without what was asked for."""
    confidence = "" if part.confidence >= 1 else f" at {percent(part.confidence)} confidence"
    found = "no number" if estimate_text(part) == NOTHING else f"{effect_text(part)}{confidence}"
    infinite = infinite_text(part)
    return " ".join(filter(None, (f"Found: {found}{infinite and f'; {infinite}'}.", _sentence(part.reason))))


def infinite_text(part: PartVerdict) -> str:
    """Return in how many seeds the number is infinite: ``∞ in 3 of 16 seeds``; nothing where there are none."""
    held = (("∞", part.above), ("−∞", part.below))
    told = " and ".join(f"{sign} in {len(seeds)}" for sign, seeds in held if seeds)
    return told and f"{told} of {count_of(len(part.effects), 'seed')}"


def part_sentence(part: PartVerdict) -> str:
    """Return what came of a part, in one sentence that says why its word is what it is."""
    confidence = "" if part.confidence >= 1 else f" at {percent(part.confidence)} confidence"
    found = f"{effect_text(part)}{confidence}, where {bounds_text(part)} was asked for"
    if estimate_text(part) == NOTHING:
        found = f"no number, where {bounds_text(part)} was asked for"
    why = {
        HOLDS: f"It holds: {found}.",
        DOES_NOT_HOLD: f"It does not hold: {found}.",
        CANNOT_TELL: f"It cannot tell: {found}{'' if part.reason else '; the interval reaches over a bound'}.",
    }[part.word]
    return f"{why} {_sentence(part.reason)}".strip()


def claim_sentence(claim: ClaimVerdict) -> str:
    """Return the verdict in one sentence, with the number that decided it."""
    part = deciding(claim)
    which = "" if len(claim.parts) == 1 else f" ({part.name.replace('_', ' ')})"
    counts = counts_text(claim)
    begin = {HOLDS: "It holds", DOES_NOT_HOLD: "It does not hold here", CANNOT_TELL: "This cannot tell"}[claim.word]
    found = "no number" if estimate_text(part) == NOTHING else effect_text(part)
    return f"{begin}: {found}{which}, where {bounds_text(part)} was asked for{counts}."


def counts_text(claim: ClaimVerdict) -> str:
    """Return how many parts have which word, behind a semicolon; nothing where there is one part."""
    if len(claim.parts) == 1:
        return ""
    held = [(word, sum(part.word == word for part in claim.parts)) for word in WORDS]
    told = [f"{count} {_plural(word, count)}" for word, count in held if count]
    return f"; of its {len(claim.parts)} parts {', '.join(told)}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 or word == CANNOT_TELL else {HOLDS: "hold", DOES_NOT_HOLD: "do not hold"}[word]


def overall_sentence(claims: Iterable[ClaimVerdict]) -> str:
    """Return how many claims have which word and what they took, in one sentence."""
    held = list(claims)
    counts: list[tuple[Word, int]] = [(word, sum(one.word == word for one in held)) for word in WORDS]  # type: ignore[misc]
    told = [
        f"{count} {_plural(word, count)}" if word != CANNOT_TELL else f"{count} cannot tell"
        for word, count in counts
        if count
    ]
    quick = sum(one.quick for one in held)
    few = f" {count_of(quick, 'verdict')} had the fewest seeds that can decide (--quick)." if quick else ""
    took = duration(sum(one.seconds for one in held))
    return f"{count_of(len(held), 'claim')}: {', '.join(told)}. {took} of one worker, shared trials counted with each claim.{few}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text and text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
