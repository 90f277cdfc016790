"""A figure as an ``<svg>`` element for a page: small, offline, in the page's own font and colours."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from benchsuite.report.drawings.marks import PREFIX, whose
from benchsuite.report.drawings.palette import GRID, INK, MUTED, PAPER, variables
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VARIABLES = {
    **{colour: name for name, colour in variables().items()},
    INK: "ink",
    MUTED: "muted",
    GRID: "line",
    PAPER: "paper",
}
"""Colour as it is drawn → the variable by which a page puts another in its place."""
_GROUP = re.compile(r'<g id="([^"]*)"')


def to_svg(figure: Figure, name: str, description: str, title: str = "") -> str:
    """Return the figure as an ``<svg>`` element for a page: text as text, no outside address, equal bytes each time.

    Marks of a component (:func:`~benchsuite.report.drawings.marks.belongs`) are groups of class ``of`` with
    ``data-component="kind/name"``, which say their label when pointed at.

    Args:
        figure: The figure.
        name: What makes the ids of this figure differ from those of all others on the page.
        description: What the figure shows, for readers who do not see it.
        title: What it is called; the description unless given.
    """
    import matplotlib as mpl
    from markupsafe import escape
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    with theme(), mpl.rc_context({"svg.hashsalt": name}):
        FigureCanvasSVG(figure).print_svg(text, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))  # type: ignore[no-untyped-call]
    svg = text.getvalue()
    width, height = (72 * inches for inches in figure.get_size_inches())
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _GROUP.sub(_group, body)
    body = re.sub(r'\b(?:d|x|y|transform)="[^"<>]*"', lambda found: _rounded(found.group()), body)
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    # A style element would rule the whole page, not this figure; the page's own style sheet has its one line.
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"\n\s*", "\n", _page_colours(body))
    head = f'<svg class="figure" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(description)}">'
    return f"{head}\n<title>{escape(title or description)}</title>{body}"


def _group(found: re.Match[str]) -> str:
    """Return the beginning of a group: whose it is, or nothing of matplotlib's own names, which are the same in every figure."""
    from markupsafe import escape

    if not found[1].startswith(PREFIX):
        return "<g"
    component, label = whose(found[1])
    told = f' data-label="{escape(label)}"' if label else ""
    return f'<g class="of" data-component="{escape(component)}"{told}'


def _page_colours(svg: str) -> str:
    """Let the page decide fonts and colours by CSS variables; outside of the page the light ones stay in force."""
    svg = re.sub(r"font-family: [^;\"]+", "font-family: var(--sans, sans-serif)", svg)
    return re.sub(
        r"(fill|stroke): (#[0-9a-f]{6})",
        lambda found: (
            f"{found[1]}: var(--{VARIABLES[found[2]]}, {found[2]})" if found[2] in VARIABLES else found.group()
        ),
        svg,
    )


def _rounded(attribute: str) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found.group()):.2f}".rstrip("0").rstrip("."), attribute)
