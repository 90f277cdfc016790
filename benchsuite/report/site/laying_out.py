"""Lay out the site: the families of pages, and one environment of Jinja2 for all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchsuite.report.site import (
    archive_page,
    claims_page,
    comparison_page,
    component_page,
    costs_page,
    failures_page,
    grid_page,
    leaderboards_page,
    provenance_page,
    records_page,
    start_page,
    statements_page,
    task_page,
)
from benchsuite.report.site.assets import FIRST_SCRIPT, SCRIPTS, STYLES, assets, library_license
from benchsuite.report.site.pages import Page
from benchsuite.report.site.search_index import search_script
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.sort_keys import sort_key
from benchsuite.report.site.summary import versions_of
from benchsuite.report.site.words import breakable
from benchsuite.text import shortened, without_controls

if TYPE_CHECKING:
    import jinja2
    from jinja2.bccache import Bucket

Family = Callable[[SiteData], Iterator[Page]]
PAGES: list[Family] = [
    start_page.pages,
    leaderboards_page.pages,
    component_page.pages,
    task_page.pages,
    comparison_page.pages,
    grid_page.pages,
    failures_page.pages,
    costs_page.pages,
    claims_page.pages,
    provenance_page.pages,
    records_page.pages,
    statements_page.pages,
    archive_page.pages,
]
"""The families of pages, in the order in which they are made. Each is a module with this one function."""
LONGEST_TEXT = 5_000
"""Letters of one text, whatever it is: the longest that is of use are tracebacks."""
TEMPLATES = Path(__file__).parent / "templates"
NAVIGATION = (
    ("start", "Start"),
    ("leaderboards", "Leaderboards"),
    ("components", "Components"),
    ("tasks", "Tasks"),
    ("comparisons", "Comparisons"),
    ("grids", "Interactions"),
    ("failures", "Failures"),
    ("costs", "Costs"),
    ("claims", "Claims"),
    ("provenance", "Provenance"),
    ("statements", "Verified"),
)
"""Section and its name; the navigation shows those that have pages, and leads to the first page of each."""


def site_files(data: SiteData, families: Sequence[Family] | None = None) -> Iterator[tuple[str, bytes]]:
    """Make the site: path and content of every file, the pages first. Equal data give equal files in equal order.

    Args:
        data: What it shows.
        families: Of pages; all unless given.
    """
    environment = _environment()
    pages = [page for family in (PAGES if families is None else families) for page in family(data)]
    first: dict[str, str] = {}
    for page in pages:
        first.setdefault(page.section, page.path)
    versions = versions_of(data.records)
    environment.globals |= {
        "navigation": [(section, name, first[section]) for section, name in NAVIGATION if section in first],
        "made_with": f"Made with {'; '.join(versions)}." if versions else "",
        "library_license": library_license(),
        "styles": STYLES,
        "first_script": FIRST_SCRIPT,
        "scripts": SCRIPTS,
    }
    for page in pages:
        text = environment.get_template(page.template).render(page=page, links=data.links(page.path), **page.context)
        yield page.path, text.encode()
    yield "assets/search.js", search_script(pages).encode()
    yield from ((f"assets/{name}", content) for name, content in assets().items())
    yield from sorted(data.files.items())


@functools.cache
def _compiled() -> jinja2.BytecodeCache:
    """Return what keeps the code of the templates while this process lives: a study's report is written many times."""
    import jinja2

    class Kept(jinja2.BytecodeCache):
        code: ClassVar[dict[tuple[str, str], Any]] = {}

        def load_bytecode(self, bucket: Bucket) -> None:
            bucket.code = self.code.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Bucket) -> None:
            self.code[bucket.key, bucket.checksum] = bucket.code

    return Kept()


def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(),
    )
    environment.filters["breakable"] = lambda text: breakable(_shown(text))
    environment.filters["sort_key"] = sort_key
    return environment


def _shown(value: Any) -> Any:
    """Return a text as the page shows it, whoever wrote it: of bounded length, and with the letters that are not seen.

    They would turn a line around in a browser as they do on a terminal.
    """
    if type(value) is not str or (len(value) <= LONGEST_TEXT and value.isprintable()):
        return value
    return shortened(without_controls(value), LONGEST_TEXT)
