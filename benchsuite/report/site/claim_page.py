"""The page of a claim: what it says, what must be so, the number of every seed, and why its verdict is what it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.report.drawings.claim_effects import caption, claim_picture
from benchsuite.report.site.claim_registration import moment, registration_lines
from benchsuite.report.site.known_claim import KnownClaim
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.claim_edges import edge_sentences
from benchsuite.report.tables.claim_words import (
    CANNOT_TELL,
    DOES_NOT_HOLD,
    HOLDS,
    bounds_text,
    claim_sentence,
    effect_text,
    estimate_text,
    interval_text,
    is_computed,
    minutes_text,
    number_text,
    part_sentence,
    seeds_text,
    with_unit,
)
from benchsuite.report.tables.numbers import count_of, percent

MOST_ARMS = 12
"""Columns of trials of one part; the file of the claim has all."""
CLASSES = {HOLDS: "verdict better", DOES_NOT_HOLD: "verdict worse", CANNOT_TELL: "verdict unknown"}
BADGES = {HOLDS: "good", DOES_NOT_HOLD: "bad", CANNOT_TELL: "warn"}
BASES = {
    "theorem": "a theorem: it is proved, and what is tried here is that the code does it",
    "theory": "theory: it is derived for a simpler case than those it is said of",
    "experience": "experience: somebody saw it, and says that it is so in general",
}


@dataclass(frozen=True, slots=True)
class PartView:
    """One part as the page shows it.

    Args:
        name: In words.
        anchor: What an address leads to it by.
        word: Its verdict.
        badge: Of the word, in the style sheet.
        says: What must be so.
        because: Why these bounds.
        found: What came of it, a sentence or two.
        edges: Where what it chose lies in its grids, a sentence each.
        seeds: The number of every seed and the trials that it is made of; ``None`` where one number was computed.
    """

    name: str
    anchor: str
    word: str
    badge: str
    says: str
    because: str
    found: str
    edges: list[str]
    seeds: DataTable | None


def claim_page(data: SiteData, known: KnownClaim) -> Page:
    """Return the page of a claim.

    Args:
        data: The site.
        known: The claim.
    """
    claim = known.verdict
    path = data.places.claims[claim.name]
    links = data.links(path)
    context = {
        "claim": claim,
        "badge": BADGES[claim.word],
        "found": claim_sentence(claim),
        "rests": BASES[claim.basis],
        "facts": list(_facts(claim)),
        "components": list(_components(claim, links)),
        "picture": claim_picture(claim, f"claim {claim.name}", f"{claim.label}: effects").svg(),
        "caption": caption(claim),
        "numbers": data.table(_numbers(claim)),
        "parts": [_part(data, links, claim, part) for part in claim.parts],
        "registration": list(registration_lines(known, data.by_id)),
        "others": data.table(_others(known)) if known.others else None,
    }
    title = f"{claim.label}: {claim.word}"
    words = f"{claim.name} {claim.number} {claim.sentence}"
    return Page(path, title, "claim.html", context, "claims", words, (("Claims", "claims.html"),))


def _facts(claim: ClaimVerdict) -> Iterator[tuple[str, str]]:
    trials = {id for part in claim.parts for id in part.trials}
    yield "Name", claim.name
    yield "Said in", claim.source
    yield "Rests on", BASES[claim.basis]
    yield "Seeds", f"{seeds_text(claim)}{', the fewest that can decide (--quick)' if claim.quick else ''}"
    yield "Trials", f"{len(trials):,}" if trials else "none: it is computed"
    yield "Took", f"{minutes_text(claim.seconds)} minutes of one worker"
    yield "Decided", moment(claim.decided_at)
    yield "Comes from", f"{claim.origin}, version {claim.version}"
    yield "Code", claim.fingerprint
    yield "Numerics", claim.numerics or "not recorded"


def _components(claim: ClaimVerdict, links: Links) -> Iterator[tuple[str, str | None]]:
    """Yield what decides it, each with its page where there is one."""
    for text in claim.components:
        kind, _, name = text.partition(" ")
        yield f"{kind.replace('_', ' ')} {name}", links.task(name) if kind == "task" else links.component(kind, name)


def _numbers(claim: ClaimVerdict) -> DataTable:
    heads = (
        Head("Part", name=True, words=True),
        Head("Verdict"),
        Head("Effect", True, "The middle of the seeds' numbers, by Hodges and Lehmann, with its exact interval"),
        Head("Wanted"),
        Head("Confidence", True, "What the interval attains; all parts of a claim share an error rate of 5 %"),
        Head("Seeds", True),
    )
    lines = tuple(
        TableLine(
            (
                TableCell(part.name.replace("_", " "), link=f"#{anchor(part)}", value=part.name),
                TableCell(part.word, classes=CLASSES[part.word]),
                TableCell(
                    with_unit(estimate_text(part), part.unit), math.nan if part.estimate is None else part.estimate,
                    small=tuple(filter(None, (interval_text(part),))), value=part.estimate,
                ),
                TableCell(bounds_text(part)),
                TableCell("–" if part.confidence >= 1 else percent(part.confidence), -part.confidence, value=part.confidence),
                TableCell(f"{part.seeds:,}", -float(part.seeds)),
            )
        )
        for part in claim.parts
    )  # fmt: skip
    return DataTable("What must be so, and what is", heads, lines, csv=f"claim-{claim.name}")


def anchor(part: PartVerdict) -> str:
    """Return what an address leads to a part by: names of parts are letters, digits and underscores, and others are escaped."""
    return "part-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in part.name)


def _part(data: SiteData, links: Links, claim: ClaimVerdict, part: PartVerdict) -> PartView:
    seeds = _seeds(links, claim, part) if part.seeds > 1 or part.arms else None
    return PartView(
        name=part.name.replace("_", " "),
        anchor=anchor(part),
        word=part.word,
        badge=BADGES[part.word],
        says=part.says,
        because=part.because,
        found=part_sentence(part),
        edges=edge_sentences(part),
        seeds=data.table(seeds) if seeds else None,
    )


def _seeds(links: Links, claim: ClaimVerdict, part: PartVerdict) -> DataTable:
    arms = list(part.arms.items())[:MOST_ARMS]
    heads = (
        Head("Seed", name=True, words=True),
        Head(f"Effect{f' ({part.unit})' if part.unit else ''}", True),
        *(Head(name.replace("_", " "), help="The trial of this arm") for name, _ in arms),
    )
    lines = tuple(
        TableLine(
            (
                TableCell(str(seed), float(seed)),
                TableCell(number_text(effect), math.inf if effect is None else effect, value=effect),
                *(_trial(links, ids, seed) for _, ids in arms),
            )
        )
        for seed, effect in enumerate(part.effects)
    )
    notes = []
    if more := len(part.arms) - len(arms):
        notes.append(f"{count_of(more, 'arm')} more are in the file of the claim.")
    if any(effect is None for effect in part.effects):
        notes.append(
            "A dash is a seed without a number, or with one beyond all numbers, such as where only one arm failed."
        )
    if is_computed(part):
        notes.append("Computed from networks, without a trial that is ranked.")
    title = f"Seeds of {part.name.replace('_', ' ')}"
    return DataTable(title, heads, lines, tuple(notes), csv=f"claim-{claim.name}-{part.name}")


def _trial(links: Links, ids: tuple[str, ...], seed: int) -> TableCell:
    if seed >= len(ids):
        return TableCell("–")
    id = ids[seed]
    link = links.record(id)
    return TableCell(
        id[:8],
        link=link or None,
        title=id if link else f"{id}: its record is not here",
        value=id,
        classes="" if link else "quiet",
    )


def _others(known: KnownClaim) -> DataTable:
    heads = (
        Head("Who", name=True, words=True),
        Head("Verdict"),
        Head("Effects of its parts"),
        Head("Decided"),
        Head("Code", help="Only verdicts of the same code are about the same claim"),
        Head("Numerics", help="Only results of the same numerics must agree bit for bit"),
    )
    sides = [("here", known.verdict), *((one.author, one.verdict) for one in known.others)]
    lines = tuple(
        TableLine(
            (
                TableCell(who),
                TableCell(verdict.word, classes=CLASSES[verdict.word], small=("quick",) * verdict.quick),
                TableCell("; ".join(f"{part.name.replace('_', ' ')}: {effect_text(part)}" for part in verdict.parts)),
                TableCell(moment(verdict.decided_at)),
                TableCell(
                    "the same" if verdict.fingerprint == known.verdict.fingerprint else "other code",
                    title=verdict.fingerprint,
                ),
                TableCell(verdict.numerics or "not recorded"),
            )
        )
        for who, verdict in sides
    )
    return DataTable("Verdicts of others", heads, lines, csv=f"claim-{known.verdict.name}-others")
