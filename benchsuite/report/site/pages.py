"""A page of the site, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Section = Literal[
    "start",
    "leaderboards",
    "components",
    "tasks",
    "comparisons",
    "grids",
    "failures",
    "costs",
    "claims",
    "provenance",
    "statements",
]
"""An entry of the navigation."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Args:
        path: Relative to the site, with slashes.
        title: Plain text.
        template: A file in ``templates/`` that extends ``base.html`` and fills its block ``main``.
        context: What the template shows; Jinja2 escapes every text.
        section: The entry of the navigation that it belongs to.
        words: What else the search finds it by.
        trail: Name and path of the pages above it, the uppermost first.
    """

    path: str
    title: str
    template: str
    context: Mapping[str, Any]
    section: Section
    words: str = ""
    trail: tuple[tuple[str, str], ...] = ()

    @property
    def up(self) -> str:
        """The way from the page to the folder of the site, empty or ``../`` so many times."""
        return "../" * self.path.count("/")
