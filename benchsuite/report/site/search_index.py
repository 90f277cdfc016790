"""What the search of the site looks through: one list of all pages, as a script, since a file may fetch nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable

from benchsuite.report.site.pages import Page
from benchsuite.text import shortened, without_controls

LONGEST = 300
"""Letters of a title, and of the other words of a page."""


def search_script(pages: Iterable[Page]) -> str:
    """Return a script that sets ``BENCHSUITE_SEARCH`` to title, path, section and words of every page."""
    entries = [[_plain(page.title), page.path, page.section, _plain(page.words)] for page in pages]
    text = json.dumps(entries, separators=(",", ":"))  # of ASCII letters alone
    return f"window.BENCHSUITE_SEARCH = {text.replace('<', chr(92) + 'u003c')};\n"


def _plain(text: str) -> str:
    return shortened(without_controls(text), LONGEST)
