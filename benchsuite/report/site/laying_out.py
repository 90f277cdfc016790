"""Lay out the site: the families of pages, and one environment of Jinja2 for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.report.drawings.heat_scale import DIVERGING_LEVELS, SEQUENTIAL_LEVELS
from benchsuite.report.drawings.palette import COLOURS, DIVERGING, OUTCOME_COLOURS, SEQUENTIAL, mixed
from benchsuite.report.site import failures_page, leaderboards_page, start_page
from benchsuite.report.site.entry_view import DOTS_WIDTH
from benchsuite.report.site.pages import Page
from benchsuite.report.site.search_index import search_script
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.summary import versions_of
from benchsuite.report.site.words import breakable
from benchsuite.text import shortened, without_controls

if TYPE_CHECKING:
    import jinja2

PAGES: list[Callable[[SiteData], Iterator[Page]]] = [
    start_page.pages,
    leaderboards_page.pages,
    failures_page.pages,
]
"""The families of pages, in the order in which they are made. Each is a module with this one function."""
LONGEST_TEXT = 5_000
"""Letters of one text, whatever it is: the longest that is of use are tracebacks."""
LARGEST = 1e308
"""What cells sort by that have no value: last, or first where larger is better."""
HERE = Path(__file__).parent
TEMPLATES, ASSETS = HERE / "templates", HERE / "assets"
NAVIGATION = (
    ("start", "Start"),
    ("leaderboards", "Leaderboards"),
    ("components", "Components"),
    ("tasks", "Tasks"),
    ("comparisons", "Comparisons"),
    ("grids", "Interactions"),
    ("failures", "Failures"),
    ("provenance", "Provenance"),
)
"""Section and its name; the navigation shows those that have pages, and leads to the first page of each."""


def site_files(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Make the site: path and content of every file, the pages first. Equal data give equal files in equal order."""
    environment = _environment()
    pages = [page for family in PAGES for page in family(data)]
    first: dict[str, str] = {}
    for page in pages:
        first.setdefault(page.section, page.path)
    versions = versions_of(data.records)
    environment.globals |= {
        "navigation": [(section, name, first[section]) for section, name in NAVIGATION if section in first],
        "made_with": f"Made with {'; '.join(versions)}." if versions else "",
        "styles": _assets(".css"),
        "scripts": ["search.js", *_assets(".js")],
        "dots_width": DOTS_WIDTH,
    }
    for page in pages:
        text = environment.get_template(page.template).render(page=page, links=data.links(page.path), **page.context)
        yield page.path, text.encode()
    yield "assets/search.js", search_script(pages).encode()
    colours = environment.get_template("colours.css")
    held = colours.render(colours=COLOURS, outcome_colours=OUTCOME_COLOURS, heat=_heat_colours())
    yield "assets/colours.css", held.encode()
    for file in sorted(ASSETS.iterdir()):
        yield f"assets/{file.name}", file.read_bytes()
    yield from sorted(data.files.items())


def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = lambda text: breakable(_shown(text))
    environment.filters["order"] = order
    return environment


def order(number: float) -> str:
    """Return a number that a script sorts by; one for infinity too, which no script reads."""
    return repr(float(max(-LARGEST, min(LARGEST, number))))


def _shown(value: Any) -> Any:
    """Return a text as the page shows it, whoever wrote it: of bounded length, and with the letters that are not seen.

    They would turn a line around in a browser as they do on a terminal.
    """
    if type(value) is not str or (len(value) <= LONGEST_TEXT and value.isprintable()):
        return value
    return shortened(without_controls(value), LONGEST_TEXT)


def _assets(ending: str) -> list[str]:
    return sorted(file.name for file in ASSETS.iterdir() if file.suffix == ending)


def _heat_colours() -> dict[str, list[list[str]]]:
    """Return the colours of all levels of both kinds of scale, on a light ground and on a dark one."""
    return {
        "sequential": [mixed(ramp, SEQUENTIAL_LEVELS) for ramp in SEQUENTIAL],
        "diverging": [mixed(ramp, DIVERGING_LEVELS) for ramp in DIVERGING],
    }
