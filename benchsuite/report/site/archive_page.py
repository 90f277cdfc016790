"""Pages of what stands beside the boards: earlier boards of other rules, and trials of which others have other numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine

ARCHIVE = "archive.html"
DISPUTES = "disputes.html"
TRAIL = (("Provenance", "provenance.html"),)


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page of earlier boards and that of disputes, each where there is something on it."""
    if data.older:
        lede = (
            "Scores compare only within one version of the rules: engine, protocol, record format and the versions of the tasks. "
            "These boards were published here by other ones, and are kept as they were."
        )
        tables = [data.table(_older(data.older))]
        context = {"lede": lede, "tables": tables}
        yield Page(
            ARCHIVE, "Earlier boards", "beside.html", context, "provenance", "archive older rules version", TRAIL
        )
    if data.disputes:
        links = data.links(DISPUTES)
        lede = (
            "Of these trials somebody else has other numbers. Both are shown; the boards hold the one that was here first, and no "
            "average is ever made of them."
        )
        tables = [data.table(_disputes(data.disputes, links))]
        context = {"lede": lede, "tables": tables}
        yield Page(DISPUTES, "Disputes", "beside.html", context, "provenance", "dispute other numbers", TRAIL)


def _older(boards: Any) -> DataTable:
    heads = (
        Head("Published"),
        Head("Author", name=True, words=True),
        Head("Engine", numeric=True),
        Head("Protocol", numeric=True),
        Head("Record format", numeric=True),
        Head("Tasks", numeric=True),
        Head("Records", numeric=True),
        Head("Hash", help="SHA-256 of its manifest, the first digits"),
    )
    rows = [
        TableLine(
            (
                TableCell(one["made"][:10], link=one["path"], value=one["made"]),
                TableCell(one["author"] or "not signed"),
                TableCell(str(one["engine"]), order=one["engine"]),
                TableCell(str(one["protocol"]), order=one["protocol"]),
                TableCell(str(one["record_format"]), order=one["record_format"]),
                TableCell(str(len(one["tasks"])), order=len(one["tasks"]), title=_versions(one["tasks"])),
                TableCell(f"{one['records']:,}", order=one["records"], value=one["records"]),
                TableCell(one["hash"][:16], title=one["hash"], value=one["hash"]),
            )
        )
        for one in boards
    ]
    return DataTable("Boards of earlier rules, oldest first", heads, tuple(rows), csv="archive")


def _disputes(disputes: Any, links: Links) -> DataTable:
    heads = (
        Head("Trial", name=True),
        Head("Task"),
        Head("What is compared"),
        Head("Seed", numeric=True),
        Head("Who"),
        Head("Outcome"),
        Head("Final test value", numeric=True),
        Head("First difference", help="Where the other one's numbers leave those of the record here"),
        Head("Numerics", help="Only results of the same numerics must agree bit for bit"),
    )
    rows = []
    for one in disputes:
        sides = [({"author": "here", **one["here"]}, links.record(one["id"]))] if one["here"] else []
        sides += [(other, None) for other in one["others"]]
        for side, link in sides:
            rows.append(_side(one, side, link))
    note = (
        "Where the numerics are the same, only one of the results can be what the code gives. Where they differ, last bits "
        "differ too, and training makes more of it."
    )
    return DataTable("Disputed trials", heads, tuple(rows), (note,), csv="disputes")


def _side(dispute: Mapping[str, Any], side: Mapping[str, Any], link: str | None) -> TableLine:
    final = side["final"]
    return TableLine(
        (
            TableCell(dispute["id"][:8], link=link, title=dispute["id"], value=dispute["id"]),
            TableCell(dispute["task"]),
            TableCell(side["compared"]),
            TableCell(str(side["seed"]), order=side["seed"]),
            TableCell(side["author"], classes="" if side["author"] != "here" else "base"),
            TableCell(side["outcome"], title=side["reason"]),
            TableCell(
                "–" if final is None else f"{final:.6g}", order=float("nan") if final is None else final, value=final
            ),
            TableCell(side.get("differs", "")),
            TableCell(side["numerics"] or "not recorded", classes="bad" if dispute["same_numerics"] else ""),
        )
    )


def _versions(tasks: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(tasks.items()))
