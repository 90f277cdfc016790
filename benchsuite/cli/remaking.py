"""What readers see of a bundle, made again from its records: pages, tables and summary must be what these give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from benchsuite.scratch import scratch
from benchsuite.verification.rule import NotApplicable, Objection, Rule

if TYPE_CHECKING:
    from benchsuite.bundle import Bundle
    from benchsuite.registry import Registry
    from benchsuite.verification.evidence import Evidence

LOCK = "requirements.txt"
"""File of the versions that the pages were made with."""
OF_PROBLEMS = ("site/index.html",)
"""Pages that say as well what was wrong with the folder that they were made from, which no bundle holds."""
FROM_FOLDER = ("costs/", "disputed/", "challenges/", "claims/", "registrations/", "computed/", "disputed_claims/")
"""Folders of what a results folder holds as a bundle does."""
NOT_MADE = (*FROM_FOLDER, "plugins/", "archive/")
"""Folders of what comes from elsewhere."""
BESIDE = ("probe", "store_predictions")
"""Options of studies whose pages show what no bundle holds."""
OF_CLAIMS = ("site/claims.html", "site/claims/", "site/data/claims.csv", "site/data/claim-")
"""Pages that show verdicts on claims, which a bundle holds, and nothing of probes or predictions."""


def rule(bundle: Bundle, known: Registry) -> Rule:
    """Return the rule that makes all pages of a bundle again.

    Where the bundle says that other code made them, bytes may differ for that alone. What it says of it, its author wrote: tables
    must hold the same values all the same, and of pages that differ nobody can say what they would be.

    Args:
        bundle: The bundle.
        known: The plugins that were found.
    """

    def find(evidence: Evidence) -> Iterator[Objection]:
        if evidence.made_elsewhere:  # which another rule says
            raise NotApplicable("some components are not installed here, with the same code.")
        why, beside = other_makers(bundle, known), not_held(bundle, known)
        again = remade(bundle, known, bundle.statement_files)
        found = list(differing(bundle, again, why, beside))
        if found and bundle.statement_files:  # they may have come later
            found = list(differing(bundle, remade(bundle, known, {}), why, beside))
        yield from found

    return Rule(
        "pages are what the records give",
        "Summary, tables and every page of the site, made again from the records, are the same bytes; of other code, the same "
        "values.",
        "Readers see pages and not records: there a number can be changed that stands in no record.",
        "our own; reproducible builds",
        find,
    )


def remade(bundle: Bundle, known: Registry, statements: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return name → content of all that a bundle holds, made from its records.

    Args:
        bundle: The bundle.
        known: The plugins that were found.
        statements: Those that its pages show.
    """
    from benchsuite.bundle.older import NOTHING
    from benchsuite.bundle.publishing import with_pages
    from benchsuite.bundle.reading import SITE, TABLE
    from benchsuite.bundle.writing import BundleContent, bundle_files
    from benchsuite.cli.report import write
    from benchsuite.store import Store

    manifest = bundle.manifest
    with scratch() as folder:
        results = folder / "results"
        for name, held in _as_results(bundle, statements):
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            (results / name).write_bytes(held)
        has_site = any(name.startswith(SITE) for name in manifest.files)
        written = write(Store(results), known, folder=folder / "site", pages=has_site)
        content = BundleContent(
            records=bundle.records, searches=bundle.searches, studies=bundle.studies, made=manifest.made,
            made_by=manifest.made_by, command=manifest.command, author=manifest.author, note=manifest.note,
            challenges=manifest.challenges, thin=manifest.thin,
        )  # fmt: skip
        site = written.index.parent if has_site else None
        content = with_pages(content, written.contents, site, NOTHING, written.claims)
        return bundle_files(content, bundle.path, table=TABLE in manifest.files)


def _as_results(bundle: Bundle, statements: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of a results folder that holds what a bundle does."""
    from benchsuite.record_json import record_to_json
    from benchsuite.search_files import search_file
    from benchsuite.searches import search_to_json
    from benchsuite.study_files import study_name, study_to_json

    for record in bundle.records:
        yield f"trials/{record.id[:2]}/{record.id}.json", record_to_json(record)
    for search in bundle.searches:
        yield search_file(search.id), search_to_json(search)
    for study in bundle.studies:
        yield study_name(study.id), study_to_json(study)
    yield from ((name, content) for name, content in bundle.files.items() if name.startswith(FROM_FOLDER))
    yield from statements.items()


def other_makers(bundle: Bundle, known: Registry) -> str:
    """Return why pages need not be the same bytes here, as far as their author is to be believed; empty if they must be.

    Args:
        bundle: The bundle.
        known: The plugins that were found.
    """
    from benchsuite.bundle.environment import requirements
    from benchsuite.provenance import made_now

    made, now = bundle.manifest.made_by, made_now(known)
    if made != now:
        there, here = (f"{one.benchsuite} {one.commit[:12]}".strip() for one in (made, now))
        return f"the bundle says that benchsuite {there} made them, and this is {here}"
    if bundle.files.get(LOCK) != requirements(bundle.records):
        return "the bundle says that they were made with other versions of what draws and lays out"
    if any(name.startswith("archive/") for name in bundle.manifest.files):
        return "the bundle says that there were earlier boards, which its pages name"
    return ""


def not_held(bundle: Bundle, known: Registry) -> str:
    """Return why pages may show what no bundle holds, as far as their author is to be believed; empty if they show nothing such.

    Args:
        bundle: The bundle.
        known: The plugins that were found.
    """
    from benchsuite.claim_judging import claim_code
    from benchsuite.components import Trained

    if any(study.options.get(name) for study in bundle.studies for name in BESIDE):
        return "the bundle says that its pages show probes or predictions, which no bundle holds"
    reason = ""
    for verdict in bundle.claims:
        if not any(part.arms for part in verdict.parts):
            continue
        claim = known.claim(verdict.name) if known.has("claim", verdict.name) else None
        if claim is None or claim_code(claim, known) != verdict.fingerprint.partition("-")[0]:
            what = "is not installed here" if claim is None else "is other code here"
            reason = (
                f"claim {verdict.label} {what} and may look into layers, and what probes found there no bundle holds"
            )
        elif any(isinstance(part.evidence, Trained) and part.evidence.probe for part in claim.parts):
            return f"claim {verdict.label} looks into layers, and what probes found there no bundle holds"
    return reason


def differing(bundle: Bundle, again: Mapping[str, bytes], why: str = "", beside: str = "") -> Iterator[Objection]:
    """Find what a bundle holds that its records do not give.

    Args:
        bundle: The bundle.
        again: What :func:`remade` made of it.
        why: Why bytes may differ for another reason; empty if none is known.
        beside: Why pages, those of claims excepted, may differ for another reason; see :func:`not_held`.
    """
    from benchsuite.bundle.container import opened
    from benchsuite.bundle.manifest import MANIFEST, sha256
    from benchsuite.bundle.reading import SITE
    from benchsuite.bundle.table_values import TABLES, other_value, other_words

    clean = not bundle.manifest.made_by.commit.endswith("+")
    made = {name: sha256(content) for name, content in again.items() if name != MANIFEST}
    held = {name: one.sha256 for name, one in bundle.manifest.files.items() if not name.startswith(NOT_MADE)}
    unknown: dict[str, list[str]] = {}
    with opened(bundle.path) as files:
        for name in sorted(made.keys() | held.keys()):
            if made.get(name) == held.get(name):
                continue
            reason = why or (beside if name.startswith(SITE) and not name.startswith(OF_CLAIMS) else "")
            if reason and name == LOCK:
                continue  # it is why
            if reason and name in held and name in made and name.endswith(TABLES):
                content = files.read(name)
                if said := other_value(name, content, again[name]):
                    yield Objection(f"{name} is not what the records give: {said}.")
                    continue
                if said == "" and not (name.endswith(".md") and other_words(content, again[name])):
                    continue
            if reason:
                unknown.setdefault(reason, []).append(name)
                continue
            what = (
                "is missing"
                if name not in held
                else "is made by nothing"
                if name not in made
                else "is not what they give"
            )
            more = "" if clean else "; but both were made by code that was being changed"
            yield Objection(
                f"{name} {what}: look at the records, not at this file{more}.", fails=clean and name not in OF_PROBLEMS
            )
    for reason, names in unknown.items():
        yield Objection(
            f"{len(names):,} files are not what the records give here, and nobody can say what they would be: {reason}. The first: "
            f"{names[0]}.",
            fails=False,
        )
