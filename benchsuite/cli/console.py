"""Output that no encoding stops: a terminal of another locale than UTF-8 shows plain letters instead of an error."""

from __future__ import annotations

import codecs
import io
import sys

PLAIN = {
    "↑": "^", "↓": "v", "→": ">", "←": "<", "–": "-", "—": "-", "−": "-", "×": "x", "·": "|", "…": ".", "±": "+-",
    "≤": "<=", "≥": ">=", "∞": "inf", "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "━": "-", "─": "-",
    "╺": "-", "╸": "-", "│": "|", "✓": "+", "✗": "x", "•": "*",
}  # fmt: skip
"""What stands for letters that an encoding lacks; others are written as an escape, as is a byte that is no text."""
HANDLER = "benchsuite.plain"


def safe_output() -> None:
    """Let standard output and standard error take any text, whatever the locale says. Every verb starts with it."""
    codecs.register_error(HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    found = (PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in letters)
    return "".join(found), error.end
