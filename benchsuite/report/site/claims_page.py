"""All claims on one page, a page for each, and what the start page says of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchsuite.claim_verdicts import PartVerdict
from benchsuite.report.site.claim_page import BADGES, CLASSES, claim_page
from benchsuite.report.site.claim_registration import registered_word
from benchsuite.report.site.known_claim import KnownClaim
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.claim_words import (
    WORDS,
    bounds_text,
    deciding,
    estimate_text,
    interval_text,
    minutes_text,
    overall_sentence,
    seeds_text,
    with_unit,
)

PATH = "claims.html"


@dataclass(frozen=True, slots=True)
class ClaimLink:
    """A claim on the start page: its label, where it leads and what it says."""

    label: str
    link: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """What the start page says of all claims.

    Args:
        link: To the page of all.
        sentence: How many have which word.
        words: Word, its class, and the claims that have it; words that no claim has are left out.
    """

    link: str | None
    sentence: str
    words: tuple[tuple[str, str, tuple[ClaimLink, ...]], ...]


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page of all claims, then each of them; none where there are none."""
    if not data.claims:
        return
    links = data.links(PATH)
    context = {
        "sentence": overall_sentence(known.verdict for known in data.claims),
        "table_of_claims": data.table(claims_table(data.claims, links)),
    }
    words = "claims hypotheses registered " + " ".join(known.verdict.label for known in data.claims)
    yield Page(PATH, "Claims", "claims.html", context, "claims", words)
    for known in data.claims:
        yield claim_page(data, known)


def claim_summary(data: SiteData, links: Links) -> ClaimSummary | None:
    """Return what the start page says of claims; ``None`` where there are none."""
    if not data.claims:
        return None
    told = []
    for word in WORDS:
        held = tuple(
            ClaimLink(known.verdict.label, links.claim(known.verdict.name), known.verdict.sentence)
            for known in data.claims
            if known.verdict.word == word
        )
        if held:
            told.append((word, BADGES[word], held))
    return ClaimSummary(links.other("claims"), overall_sentence(known.verdict for known in data.claims), tuple(told))


def claims_table(claims: Sequence[KnownClaim], links: Links) -> DataTable:
    """Return the table of all claims."""
    heads = (
        Head("Claim", name=True),
        Head("What it says"),
        Head("Rests on", help="theorem: it is proved; theory: derived for a simpler case; experience: somebody saw it"),
        Head("Verdict"),
        Head("Effect", True, "Of the part that decided, with its interval"),
        Head("Wanted", help="For which effects that part holds"),
        Head("Seeds", True, "A dash where nothing is random"),
        Head("Minutes", True, "Of one worker, trials that several claims share counted with each"),
        Head("Registered", help="When this very code was registered, be it before or after it ran; what ships is not"),
    )
    return DataTable(
        "All claims",
        heads,
        tuple(_line(known, links, place) for place, known in enumerate(claims)),
        ("Its page says what must be so and why, shows every seed, and leads to the trials.",),
        csv="claims",
        classes="claims",
    )


def _line(known: KnownClaim, links: Links, place: int) -> TableLine:
    claim = known.verdict
    part = deciding(claim)
    alike = sum(one.word == claim.word for one in claim.parts)
    small = ("quick",) * claim.quick + ((f"{alike} of {len(claim.parts)} parts",) if len(claim.parts) > 1 else ())
    notes: tuple[tuple[str, str | None], ...] = (
        (("others have another verdict", links.claim(claim.name)),) if known.others else ()
    )
    notes += (("its code changed since", None),) if known.changed else ()
    return TableLine(
        (
            TableCell(
                claim.label, float(place), links.claim(claim.name), title=claim.name, marks=notes, value=claim.name
            ),
            TableCell(claim.sentence),
            TableCell(claim.basis),
            TableCell(claim.word, float(WORDS.index(claim.word)), classes=CLASSES[claim.word], small=small),
            _effect(part),
            TableCell(with_unit(bounds_text(part), part.unit)),
            TableCell(seeds_text(claim), -float(max(one.seeds for one in claim.parts))),
            TableCell(minutes_text(claim.seconds), claim.seconds, value=claim.seconds / 60),
            TableCell(registered_word(known)),
        )
    )


def _effect(part: PartVerdict) -> TableCell:
    order = math.nan if part.estimate is None else part.estimate
    small = (interval_text(part),) if interval_text(part) else ()
    return TableCell(estimate_text(part), order, small=small, value=part.estimate)
