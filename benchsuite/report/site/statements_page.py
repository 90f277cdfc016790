"""What others found: statements of those who verified a bundle, and bundles that answer another with numbers of their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine

PATH = "statements.html"
CLASSES = {"PASS": "good", "FAIL": "bad", "INCONCLUSIVE": "warn", "SKIPPED": "quiet"}
AGREES = {
    "bits": "every number is the same",
    "tolerance": "within what other hardware explains",
    "beyond": "further apart than seeds are",
    "so far": "alike until time or memory ran out",
    "no": "does not repeat",
    "not run": "could not be trained again",
}
SHORT = 12
"""Digits of a hash that are shown."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A word of a verdict, and how many said so.

    Args:
        words: What stands on it.
        classes: Of the style sheet.
        link: The page of statements.
    """

    words: str
    classes: str
    link: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement as the page shows it."""

    anchor: str
    verdict: str
    classes: str
    who: str
    bundle: str
    about: bool
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    checks: DataTable
    rerun: DataTable | None


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A bundle that answers another, as the page shows it."""

    anchor: str
    by: str
    claim: str
    facts: tuple[tuple[str, str], ...]
    table: DataTable | None


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page, if anybody said something."""
    if not data.statements and not data.challenges:
        return
    links = data.links(PATH)
    ordered = sorted(data.statements, key=_newest)
    statements = [_statement(number, one, data, links) for number, one in enumerate(ordered, 1)]
    challenges = [_challenge(number, one, data, links) for number, one in enumerate(data.challenges, 1)]
    context = {"statements": statements, "challenges": challenges}
    yield Page(PATH, "What others found", "statements.html", context, "statements", "verified verify challenge claim")


def badges(data: SiteData, links: Links) -> list[Badge]:
    """Return what the start page says of statements and challenges, one badge for each verdict that somebody gave.

    A verdict is one on the records that it names: of statements on others than those that are shown, their number is told.

    Args:
        data: The site.
        links: From that page.
    """
    way = links.file(PATH)
    mine = [one for one in data.statements if _is_about(one, data)]
    counts = Counter(str(one["verdict"]) for one in mine)
    found = [
        Badge(f"{verdict}: {_times(counts[verdict])}", CLASSES[verdict], way) for verdict in CLASSES if counts[verdict]
    ]
    if others := len(data.statements) - len(mine):
        words = "1 statement" if others == 1 else f"{others} statements"
        found.append(Badge(f"{words} about other records", "quiet", way))
    if many := len(data.challenges):
        found.append(Badge(f"challenged {_times(many)}", "bad", way))
    return found


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _is_about(one: Mapping[str, Any], data: SiteData) -> bool:
    """Say whether a statement is about the numbers that are shown."""
    return bool(one["records"] == data.records_hash)


def _newest(one: Mapping[str, Any]) -> tuple[object, ...]:
    day = str(one.get("date") or "")
    return (
        tuple(-ord(letter) for letter in day),
        str(one["bundle"]),
        str(one["verifier"]),
        json.dumps(one, sort_keys=True),
    )


def _statement(number: int, one: Mapping[str, Any], data: SiteData, links: Links) -> StatementView:
    sample = one["sample"]
    checks = DataTable(
        "What each rule found",
        (Head("Rule", name=True, words=True), Head("Found"), Head("What it checks, and what it found")),
        tuple(
            TableLine(
                (
                    TableCell(check["name"]),
                    TableCell(check["verdict"].lower(), classes=CLASSES[check["verdict"]]),
                    TableCell(check["what"], small=tuple(check["reasons"])),
                )
            )
            for check in one["checks"]
        ),
        csv=f"statement-{number}-rules",
    )
    return StatementView(
        anchor=f"statement-{number}",
        verdict=one["verdict"],
        classes=CLASSES[one["verdict"]],
        who=one["verifier"] or "nobody signed it",
        bundle=one["bundle"],
        about=_is_about(one, data),
        facts=(
            (
                "about",
                "the records that are shown" if _is_about(one, data) else "other records than those that are shown",
            ),
            ("on", one["date"] or "no day"),
            ("sample", f"{len(one['rerun'])} of {sample['of']:,} trials, drawn by the number {sample['seed']}"),
            ("trained again on", one["machine"] or "nothing"),
        ),
        reasons=tuple(one["reasons"]),
        checks=data.table(checks),
        rerun=data.table(_rerun(number, one["rerun"], links)) if one["rerun"] else None,
    )


def _rerun(number: int, rerun: Sequence[Mapping[str, Any]], links: Links) -> DataTable:
    return DataTable(
        "The sample, trained again",
        (Head("Trial", name=True), Head("Agrees"), Head("How far off")),
        tuple(
            TableLine(
                (
                    TableCell(one["what"], link=links.record(one["id"])),
                    TableCell(
                        AGREES[one["agrees"]], classes="good" if one["agrees"] in ("bits", "tolerance") else "bad"
                    ),
                    TableCell(one["words"]),
                )
            )
            for one in rerun
        ),
        csv=f"statement-{number}-sample",
    )


def _challenge(number: int, one: Mapping[str, Any], data: SiteData, links: Links) -> ChallengeView:
    differs = list(one["differs"])
    return ChallengeView(
        anchor=f"challenge-{number}",
        by=one["author"] or "nobody signed it",
        claim=one["claim"],
        facts=(
            ("on", str(one["made"])[:10]),
            ("against bundle", one["against"][:SHORT]),
            ("its own bundle", one["hash"][:SHORT]),
            ("trials of both", f"{len(differs):,} differ, {one['agrees']:,} agree"),
        ),
        table=data.table(_disputed(number, one["hash"], differs, data, links)) if differs else None,
    )


def _disputed(number: int, hash: str, differs: Sequence[str], data: SiteData, links: Links) -> DataTable:
    """Return the claim beside what answers it: each trial of which the two have other numbers."""
    disputes = {one["id"]: one for one in data.disputes}
    rows = []
    for id in differs:
        found = disputes.get(id)
        theirs = next((other for other in found["others"] if other["origin"] == hash), None) if found else None
        if found is None or theirs is None:
            rows.append(
                TableLine(
                    (
                        TableCell(id[:SHORT], link=links.record(id)),
                        TableCell(""),
                        TableCell("not kept here"),
                        TableCell("not kept here"),
                    )
                )
            )
            continue
        rows.append(
            TableLine(
                (
                    TableCell(id[:SHORT], link=links.record(id), small=(f"{found['task']}, seed {theirs['seed']}",)),
                    TableCell(f"test {theirs['primary']}"),
                    _value(found["here"]),
                    _value(theirs),
                )
            )
        )
    heads = (Head("Trial", name=True), Head("Measure"), Head("Claimed", numeric=True), Head("Answered", numeric=True))
    return DataTable("The claim, and what answers it", heads, tuple(rows), csv=f"challenge-{number}")


def _value(side: Mapping[str, Any] | None) -> TableCell:
    if side is None:
        return TableCell("gone")
    final = side["final"]
    if final is None:
        return TableCell(str(side["outcome"]), order=float("inf"), classes="bad", title=str(side["reason"]))
    return TableCell(f"{final:.5g}", order=float(final), value=float(final))
