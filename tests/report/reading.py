"""How tests read a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.site.laying_out import Family, site_files
from benchsuite.report.site.site import SiteData

HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}<img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """Collects ids, links and the nesting of a page; void elements and SVG's own closing are the parser's business."""

    void = frozenset({"meta", "input", "br", "wbr", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.void:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value or "")
            assert not name.startswith("on"), f"an inline handler: {name}"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"


def site(records: Contents | Iterable[Record], only: Sequence[Family] | None = None, **options: Any) -> dict[str, str]:
    """Return path → text of every file of the site, without the places where a narrow column may break a name.

    Args:
        records: The records.
        only: The families of pages that are made; all unless given.
        options: Of :class:`SiteData`.
    """
    data = SiteData(Contents.of(records), **options)
    return {
        path: content.decode().replace("<wbr>", "")
        for path, content in site_files(data, only)
        if not path.startswith("assets/")
    }


def render(records: Contents | Iterable[Record], only: Sequence[Family] | None = None, **options: Any) -> str:
    """Return all pages of the site in one text, the start page first; see :func:`site`."""
    return "\n".join(text for path, text in site(records, only, **options).items() if path.endswith(".html"))


def words(page: str) -> str:
    """Return the words of a page without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
