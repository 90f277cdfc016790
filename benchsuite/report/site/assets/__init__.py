"""What every page of the site shares: its look, its scripts and the library of its tables, each a file beside the pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchsuite.report.drawings.palette import (
    COLOURS,
    DIVERGING,
    DIVERGING_LEVELS,
    OUTCOME_COLOURS,
    SEQUENTIAL,
    SEQUENTIAL_LEVELS,
    mixed,
)
from benchsuite.report.site.assets.library import NAMES, library, library_license

__all__ = ["FIRST_SCRIPT", "SCRIPTS", "STYLES", "assets", "colours_css", "library_license"]
HERE = Path(__file__).parent
STYLES = (NAMES[1], "site.css", "charts.css")
"""The style sheets in the order in which a page names them."""
FIRST_SCRIPT = "theme.js"
"""What a page loads before anything is painted, so that it never flashes in the wrong scheme."""
SCRIPTS = (NAMES[0], "search.js", "tables.js", "search_box.js", "probes.js", "site.js")
"""The other scripts in their order, all deferred. ``search.js`` is made with the pages."""


@cache
def assets() -> Mapping[str, bytes]:
    """Return name and content of every file that the pages share, sorted; all but ``search.js``.

    Raises:
        BenchsuiteError: The installed itables does not hold its library in a form that can be used from a file.
    """
    own = [name for name in (FIRST_SCRIPT, *SCRIPTS) if name not in {NAMES[0], "search.js"}]
    held = {name: (HERE / name).read_bytes() for name in own}
    held["charts.css"] = (HERE / "charts.css").read_bytes()
    held["site.css"] = (colours_css() + (HERE / "site.css").read_text(encoding="utf-8")).encode()
    return dict(sorted((held | dict(zip(NAMES, library(), strict=True))).items()))


def colours_css() -> str:
    """Return the colours of components, outcomes and heat maps as CSS, for a light ground, a dark one and paper.

    A class names one of them, ``s3`` the fourth component's, and sets ``--of`` to it; whatever draws takes that.
    """
    levels = (("h", SEQUENTIAL, SEQUENTIAL_LEVELS), ("d", DIVERGING, DIVERGING_LEVELS))
    names = [f"s{number}" for number in range(len(COLOURS))]
    names += [f"{letter}{level}" for letter, _, count in levels for level in range(count)]
    grounds = []
    for scheme in (0, 1):
        colours = [pair[scheme] for pair in COLOURS]
        colours += [colour for _, ramps, count in levels for colour in mixed(ramps[scheme], count)]
        grounds.append("".join(f"--{name}:{colour};" for name, colour in zip(names, colours, strict=True)))
    rules = [
        f":root{{{grounds[0]}}}",
        f"@media screen{{:root[data-theme=dark]{{{grounds[1]}}}}}",
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{grounds[1]}}}}}",
        *(f".{name}{{--of:var(--{name})}}" for name in names),
        *(f".o-{outcome.value}{{--of:{colour}}}" for outcome, colour in OUTCOME_COLOURS.items()),
    ]
    return "\n".join(rules) + "\n"
