"""What every page of the site shares: its look, its scripts and the library of its tables, each a file beside the pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchsuite.report.drawings.heat_scale import DIVERGING_LEVELS, SEQUENTIAL_LEVELS
from benchsuite.report.drawings.palette import COLOURS, DIVERGING, OUTCOME_COLOURS, SEQUENTIAL, mixed
from benchsuite.report.site.assets.library import NAMES, library, library_license

HERE = Path(__file__).parent
STYLE = "site.css"
SCRIPTS = ("theme.js", "tables.js", "search_box.js", "site.js")
__all__ = ["assets", "colours_css", "library_license"]


@cache
def assets() -> Mapping[str, bytes]:
    """Return the name and the content of every file that the pages share: ``site.css``, the scripts and the library.

    A page loads ``theme.js`` in its head at once, so that it never flashes in the wrong scheme, and the others deferred.

    Raises:
        BenchsuiteError: The installed itables does not hold the library in the form that can be used from a file.
    """
    style = colours_css() + (HERE / STYLE).read_text(encoding="utf-8")
    held = {STYLE: style.encode(), **{name: (HERE / name).read_bytes() for name in SCRIPTS}}
    return held | dict(zip(NAMES, library(), strict=True))


def colours_css() -> str:
    """Return the colours of components, outcomes and heat maps as CSS, for a light ground, a dark one and paper."""
    light, dark = (
        "".join(f"--s{number}:{pair[scheme]};" for number, pair in enumerate(COLOURS))
        + "".join(
            f"--{name}{level}:{colour};"
            for name, ramps, count in (("h", SEQUENTIAL, SEQUENTIAL_LEVELS), ("d", DIVERGING, DIVERGING_LEVELS))
            for level, colour in enumerate(mixed(ramps[scheme], count))
        )
        for scheme in (0, 1)
    )
    rules = [f":root{{{light}}}", f"@media screen{{:root[data-theme=dark]{{{dark}}}}}"]
    rules.append(f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}")
    rules += [f".s{number}{{--of:var(--s{number})}}" for number in range(len(COLOURS))]
    rules += [f".h{level}{{--of:var(--h{level})}}" for level in range(SEQUENTIAL_LEVELS)]
    rules += [f".d{level}{{--of:var(--d{level})}}" for level in range(DIVERGING_LEVELS)]
    rules += [f".o-{outcome.value}{{--of:{colour}}}" for outcome, colour in OUTCOME_COLOURS.items()]
    return "\n".join(rules) + "\n"
