"""Figures of claims: every seed of each part, with the interval and the region in which it holds."""

from __future__ import annotations

from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.report.drawings.claim_effects import claim_picture
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.figures.asked import FigureChoice, FigureSource
from benchsuite.report.tables.claim_words import in_order


def claim_effects(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return a picture for each claim that is named, by number or name; for all of them where none is.

    Raises:
        BenchsuiteError: If there is no verdict, or none on a claim that is named.
    """
    claims = in_order(source.claims)
    if not claims:
        raise BenchsuiteError("there is no verdict on a claim. `benchsuite claim run NAMES` makes some.")
    chosen = [_of(name, claims) for name in asked.components] or claims
    return [claim_picture(claim, f"claim {claim.name}", f"{claim.label}: {claim.word}") for claim in chosen]


def _of(name: str, claims: list[ClaimVerdict]) -> ClaimVerdict:
    for claim in claims:
        if name in (claim.name, claim.number):
            return claim
    raise unknown("claim with a verdict:", name, [claim.label for claim in claims])
