"""Make claims.md: a tour of the notes, claim by claim, from the verdicts of a results folder or a bundle.

    python docs/reference/make_claims.py RESULTS|BUNDLE [--output FILE] [--images FOLDER]

Nothing is run here: ``benchsuite claim run --all`` does that. The page and its pictures are the same for the same verdicts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchsuite.bundle import is_bundle, open_bundle
from benchsuite.claim_files import read_claims
from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.claim_effects import claim_picture, claim_words_of
from benchsuite.report.drawings.picture import write_picture
from benchsuite.report.tables.claim_edges import edge_sentences
from benchsuite.report.tables.claim_table import claim_markdown
from benchsuite.report.tables.claim_words import (
    bounds_text,
    claim_sentence,
    found_sentence,
    in_order,
    minutes_text,
    overall_sentence,
    seeds_text,
    with_unit,
)
from benchsuite.report.tables.markdown import escaped
from benchsuite.report.tables.numbers import count_of

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "explanation" / "claims.md"
IMAGES = DOCS / "images" / "claims"
COMMAND = "python docs/reference/make_claims.py results/reference/claims.zip"
BUNDLED = "bundled"
BASES = {
    "theorem": "a theorem: what is tried is that the code does it",
    "theory": "theory, derived for a simpler case than those it is said of",
    "experience": "experience: somebody saw it",
}
HEAD = f"""# The notes' claims, tried

Made by `{COMMAND}`; a change here is lost.

The course notes that this suite follows say how training behaves. Each of their sentences below was turned into a study that can
contradict it: what is compared, on which tasks and seeds, the number that decides, and the bounds within which that number must
lie. The bounds were written down with the study. A part *holds* where the whole interval of its number lies within its bounds, it
*does not hold* where the interval lies outside, and else nobody can tell;
[statistics](statistics.md#verdicts-on-claims) says more. *Does not hold* means: not on these tasks, at this size, with
these settings. What each outcome depends on stands beside it.

A verdict is that of the numbers below a sentence, not of each of its words: what a study does not try, such as how much tuning a
method needs, `benchsuite claim info` says under *about*. Where searches ended at an edge, or seeds differed much, some grids, numbers of
seeds and one measure were changed after a look at the first seeds, which decide as well; where that was so, it stands under *What it
depends on*. There the confidence is a little less than is printed, and an interval that ends close to a bound (C10, C15) is weaker
evidence than it looks. Whoever wants it stronger decides the claim anew on other seeds.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and its pictures; pictures of claims that have no verdict any more go."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="RESULTS|BUNDLE", help="a results folder or a published bundle")
    parser.add_argument("--output", type=Path, default=PAGE)
    parser.add_argument("--images", type=Path, default=IMAGES)
    asked = parser.parse_args(arguments)
    claims = shipped(verdicts(asked.source))
    asked.images.mkdir(parents=True, exist_ok=True)
    for old in asked.images.glob("*.svg"):
        if old.stem not in {claim.name for claim in claims}:
            old.unlink()
    for claim in claims:
        picture = claim_picture(claim, f"claim {claim.name}", f"{claim.label}: {claim.word}")
        write_picture(asked.images / f"{claim.name}.svg", picture.alone())
    asked.output.write_text(page(claims), encoding="utf-8")


def verdicts(source: Path) -> list[ClaimVerdict]:
    """Return the verdicts of a results folder or a bundle.

    Raises:
        BenchsuiteError: If there are none, or a file among them is damaged: a page without it would hide that.
    """
    if is_bundle(source):
        found = list(open_bundle(source).claims)
    else:
        damaged: list[Damage] = []
        found = list(read_claims(source, damaged))
        if damaged:
            raise BenchsuiteError(f"{source}: {damaged[0]}. Run that claim again, then make the page.")
    if not found:
        raise BenchsuiteError(f"{source} has no verdict on a claim. Run `benchsuite claim run --all` first.")
    return found


def shipped(claims: Sequence[ClaimVerdict]) -> list[ClaimVerdict]:
    """Return the claims that ship with benchsuite, in the order of their numbers: others are nobody's notes."""
    return in_order(claim for claim in claims if claim.origin == BUNDLED)


def page(claims: Sequence[ClaimVerdict]) -> str:
    """Return the page of some claims, in the order in which they are given."""
    parts = [
        HEAD.rstrip(),
        f"**{overall_sentence(claims)}**",
        claim_markdown(claims, lambda claim: f"#{anchor(claim)}").rstrip(),
        "*Effect* is that of the part which decided, with its interval, and where all hold that of the first; *wanted* for which effects "
        "that part holds; *minutes* are those of one worker. ∞ is the number of a seed where a training diverged that decides, or never "
        "got where the number looks. In the pictures each dot is one seed, the first on top, a triangle at an edge one whose number is "
        "infinite, the bar is the interval and the tick its middle; a part holds where its bar, or what else there is of it, lies within "
        "the shaded region. The command below each claim makes its verdict again.",
    ]
    for claim in claims:
        parts += section(claim)
    return "\n\n".join(parts) + "\n"


def section(claim: ClaimVerdict) -> Iterator[str]:
    """Yield the section of a claim, part by part."""
    yield f"## {heading(claim)}"
    yield f"> {escaped(claim.sentence)}"
    yield f"{_sentence(escaped(claim.source))} It rests on {BASES[claim.basis]}."
    yield f"**{escaped(claim_sentence(claim))}**"
    yield f"![{_alternative(claim)}](../images/claims/{claim.name}.svg)"
    yield "\n".join(_part(part) for part in claim.parts)
    if claim.depends:
        yield f"What it depends on: {_sentence(escaped(claim.depends))}"
    yield f"`benchsuite claim run {claim.label}{' --quick' if claim.quick else ''}` · {' · '.join(_cost(claim))}"


def heading(claim: ClaimVerdict) -> str:
    """Return the heading of a claim, of letters, digits and underscores alone: both GitHub and the site make one anchor of it."""
    return f"{claim.number} {claim.name}".strip()


def anchor(claim: ClaimVerdict) -> str:
    """Return what an address leads to a claim by."""
    return heading(claim).lower().replace(" ", "-")


def _part(part: PartVerdict) -> str:
    name = escaped(part.name.replace("_", " "))
    wanted = escaped(with_unit(bounds_text(part), part.unit))
    told = [
        f"Wanted: {wanted}.",
        *([_sentence(escaped(part.because))] if part.because else []),
        escaped(found_sentence(part)),
        *map(escaped, edge_sentences(part)),
    ]
    return f"- **{name}: {part.word}.** {_sentence(escaped(part.says))} {' '.join(told)}"


def _cost(claim: ClaimVerdict) -> Iterator[str]:
    trials = {id for part in claim.parts for id in part.trials}
    tasks = [one.removeprefix("task ") for one in claim.components if one.startswith("task ")]
    if trials:
        yield count_of(len(trials), "trial") + (f" of {', '.join(f'`{task}`' for task in tasks)}" if tasks else "")
    else:
        yield "computed, without a trial" + (f", on {', '.join(f'`{task}`' for task in tasks)}" if tasks else "")
    if seeds_text(claim) != "–":
        yield f"{seeds_text(claim)} seeds"
    yield f"{minutes_text(claim.seconds)} minutes"


def _alternative(claim: ClaimVerdict) -> str:
    return escaped(claim_words_of(claim))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


if __name__ == "__main__":
    try:
        main()
    except BenchsuiteError as error:
        raise SystemExit(f"Error: {error}") from None
