"""Why a plugin is broken, said in one line whatever its exception does when it is asked."""

from __future__ import annotations

import traceback
from pathlib import Path

from benchsuite.errors import BenchsuiteError

LONGEST_REASON = 1000
"""Letters of a reason: a message may hold a whole array."""
LONGEST_TRACEBACK = 20_000
"""Letters of a traceback, its end kept: there the error stands."""
UNSAYABLE = "an error that cannot be shown: asked for its text, it raises another one"


def one_line(error: BaseException) -> str:
    """Return what an exception says in one line of bounded length; its ``__str__`` is a plugin's and may do anything."""
    try:
        return cut(_said(error))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"{type(error).__name__}: {UNSAYABLE}"


def _said(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"SyntaxError: {error.msg} ({Path(error.filename).name}, line {error.lineno})"
    text = " ".join(str(error)[: 4 * LONGEST_REASON].split())
    if isinstance(error, BenchsuiteError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def cut(text: str, longest: int = LONGEST_REASON) -> str:
    """Return a text of at most so many letters; where some are left out, it says how many."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} letters more)"


def traceback_of(error: BaseException) -> str:
    """Return the end of an exception's traceback."""
    try:
        # Locals are not looked at, and of a recursion Python names the repeated frames once.
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return ""
    return text if len(text) <= LONGEST_TRACEBACK else f"…{text[-LONGEST_TRACEBACK:]}"
