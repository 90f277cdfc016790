"""Whose mark is whose: curves, points and names in a figure say to which component they belong, for a page to light up or hide."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from matplotlib.artist import Artist

PREFIX = "of "
"""What the name of such a mark begins with; no artist of matplotlib's own has a blank in it."""
SEPARATOR = " "
"""Between component and label; in a quoted text there is none."""


def component_of(kind: str, name: str) -> str:
    """Return what tells a component from all others on a page: ``optimizer/adam``.

    Args:
        kind: Its kind.
        name: Its name.
    """
    return f"{kind}/{name}"


def belongs(artist: Artist, component: str, label: str = "") -> None:
    """Say that a mark is that of a component; one without a component stays nobody's.

    Args:
        artist: The curve, point or text.
        component: See :func:`component_of`.
        label: The label of its row, which tells rows of one component apart; told only where it is not the component's name.
    """
    if component:
        label = "" if label == component.partition("/")[2] else label
        # Artists of one component share the name; it never gets into a page as an id. Quoted: matplotlib writes names with
        # a quotation mark in another way than all others.
        artist.set_gid(f"{PREFIX}{quote(component)}{SEPARATOR}{quote(label)}")


def whose(name: str) -> tuple[str, str]:
    """Return component and label of the name that :func:`belongs` gave a mark."""
    component, _, label = name.removeprefix(PREFIX).partition(SEPARATOR)
    return unquote(component), unquote(label)
