"""What the site needs beside MkDocs: the same Markdown is read on GitHub, and the same docstrings in an editor.

``mkdocs.yml`` names this file as a hook of MkDocs and as an extension of griffe, which reads the docstrings.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import griffe

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"(\]\()((?:\.\./)+[^)\s#]+)(#[^)\s]*)?(\))")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Let links to files outside of docs/ lead to the repository: they are no part of the site."""
    folder = PurePosixPath("docs", page.file.src_uri).parent

    def outside(found: re.Match[str]) -> str:
        path = normpath(folder / found[2])
        if path.startswith(("docs/", "../")) or not (ROOT / path).exists():
            return found[0]  # MkDocs says what it thinks of a link that leads nowhere
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"{found[1]}{config['extra']['repository']}/{kind}/main/{path}{found[3] or ''}{found[4]}"

    return LINK.sub(outside, markdown)


class Roles(griffe.Extension):
    """Shows the roles of reStructuredText in our docstrings, such as ``:class:`~benchsuite.Arrays```, as code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring:
            obj.docstring.value = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", obj.docstring.value)
