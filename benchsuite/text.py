"""Texts that plugins, records and files bring along: of any length, with any letters, and from errors that cannot even be printed."""

from __future__ import annotations

import re
import traceback
from functools import lru_cache
from pathlib import Path

from benchsuite.errors import BenchsuiteError

LONGEST_REASON = 500
"""Letters of a message that stands in one line: the reason of a record, a broken plugin."""
LONGEST_TRACEBACK = 16_000
"""Letters of a traceback that a record keeps."""

_UNSEEN = (
    *range(0x20), *range(0x7F, 0xA0), 0xAD, 0x34F, *range(0x600, 0x606), 0x61C, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2,
    0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
    0x3164, 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFFC), 0x110BD, 0x110CD, *range(0x13430, 0x13440),
    *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE0080),
)  # fmt: skip
CONTROLS = {code: ascii(chr(code))[1:-1] for code in _UNSEEN if chr(code) not in "\n\t"}
"""Letter that is not seen → its escape. A terminal obeys some of them: they would hide, move or rename what is shown. Others,
such as a space of no width, let two names look like one."""
BREAKS = {ord("\n"): "\\n", ord("\t"): "\\t"}


_STYLES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


def without_styles(text: str) -> str:
    """Return a text without the sequences by which a terminal shows it bold or coloured, as some libraries write errors."""
    return _STYLES.sub("", text) if "\x1b" in text else text


_NUMBERS = re.compile(r"((?:(?<==)-)?\d+(?:\.\d+)?(?:e[-+]?\d+)?)", re.ASCII)


@lru_cache(maxsize=1 << 16)  # few names, and a table asks for the same ones again with each of its rows
def by_numbers(text: str) -> tuple[tuple[object, ...], str]:
    """Return what sorts texts by the numbers in them: ``t~2`` before ``t~10``, ``noise=-1`` before ``noise=0.5``."""
    parts = _NUMBERS.split(text)
    return tuple(float(part) if at % 2 else part for at, part in enumerate(parts)), text


def without_controls(text: str) -> str:
    """Return a text with the letters that are not seen shown as escapes; lines and tabs stay."""
    return text.translate(CONTROLS)


def one_line(text: str) -> str:
    """Return a text of one line: what is not seen is shown as escapes, the ends of lines too."""
    return without_controls(text).translate(BREAKS)


def shortened(text: str, most: int, where: str = "") -> str:
    """Return a text of at most so many letters: of a longer one the beginning and the end, and how many are left out.

    Args:
        text: The text.
        most: Letters; 100 or more.
        where: What has the whole.
    """
    return text if len(text) <= most else _ends_of(text, text, len(text), most, where)


def middle_cut(text: str, most: int) -> str:
    """Return a text of at most so many letters whose last sentence, which says what to do, stays whole if that leaves room."""
    last = re.split(r"(?<=[.!?]) (?=[A-Z])", text)[-1]
    if len(text) <= most or len(last) > most - 100:
        return shortened(text, most)
    cause = text[: -len(last)].rstrip()
    told = f" [… {len(text) - most:,} characters left out …] "
    return f"{cause[: most - len(last) - len(told)]}{told}{last}"


def _ends_of(head: str, end: str, whole: int, most: int, where: str = "") -> str:
    """Return the beginning of one text and the end of another, as those of a text that had so many letters."""
    told = f"{', ' + where if where else ''} …]"
    kept = most - len(f" [… {whole:,} characters left out{told} ")
    first, last = 2 * kept // 3, kept - 2 * kept // 3
    gap = "\n" if "\n" in head[:first] else " "
    return f"{head[:first]}{gap}[… {whole - kept:,} characters left out{told}{gap}{end[len(end) - last :]}"


def reason_of(error: BaseException) -> str:
    """Return what an error says in one line of bounded length, whatever its author wrote; our own without their type."""
    said = text_of(error)
    if isinstance(error, BenchsuiteError) and said:
        return as_reason(said)
    if isinstance(error, SyntaxError) and error.filename:
        return as_reason(f"SyntaxError: {error.msg} ({Path(str(error.filename)).name}, line {error.lineno})")
    name = type.__dict__["__name__"].__get__(type(error))  # a class may have another idea of its name
    return as_reason(f"{name}: {said}" if said else name)


def as_reason(text: str, longest: int = LONGEST_REASON) -> str:
    """Return a message as it stands in a record: one line of bounded length."""
    most = 20 * longest  # a message of a gigabyte is cut before it is taken apart
    if len(text) > most:
        head, end = (" ".join(part.split()) for part in (text[: most // 2], text[-most // 2 :]))
        text = _ends_of(head, end, len(text), longest)
    return " ".join(shortened(" ".join(without_styles(text).split()), longest).split())


MOST_CALLS = 100
"""Calls of a traceback: enough to see where a recursion begins and what it does."""
MOST_ERRORS = 200
"""Errors of one traceback: causes and members of groups."""


def traceback_of(error: BaseException) -> str:
    """Return an error's traceback, of whatever length; one of deep recursion has its first and last calls."""
    try:
        return _traceback_of(error)
    except BaseException as another:  # of the error's own attributes, or of a loader that knows its source
        return f"its traceback cannot be shown: that raised {type(another).__name__}\n{reason_of(error)}\n"


def _traceback_of(error: BaseException) -> str:
    if _many(error):
        calls = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__))
        rest = f"with more than {MOST_ERRORS} causes and members, which are left out"
        return "".join([*_ends(calls).format(), f"{reason_of(error)}\n{rest}\n"])
    told = traceback.TracebackException.from_exception(error)
    todo = [told]
    while todo:
        one = todo.pop()
        one.stack = _ends(one.stack)
        todo += filter(None, (one.__cause__, one.__context__, *(one.exceptions or ())))
    return "".join(told.format())


def _many(error: BaseException) -> bool:
    """Whether an error has more causes and members than can be told: groups may share theirs, over and over."""
    todo, count, linked = [error], 0, {id(error)}
    while todo and count <= MOST_ERRORS:
        one = todo.pop()
        count += 1
        todo += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        for link in (one.__cause__, one.__context__):
            if link is not None and id(link) not in linked:  # an error may be its own cause
                linked.add(id(link))
                todo.append(link)
    return count > MOST_ERRORS


def _ends(calls: traceback.StackSummary) -> traceback.StackSummary:
    """Return the first and the last calls of very many."""
    if len(calls) <= MOST_CALLS:
        return calls
    left = traceback.FrameSummary(f"{len(calls) - MOST_CALLS:,} calls are left out", 0, "…", lookup_line=False, line="")
    return traceback.StackSummary.from_list([*calls[: MOST_CALLS // 2], left, *calls[-MOST_CALLS // 2 :]])


def text_of(error: BaseException) -> str:
    """Return what an error says, of whatever length; an author's ``__str__`` may raise anything."""
    try:
        return str.__str__(str(error))  # a plain text, even of a class that derives from it
    except BaseException as another:
        return f"(its text cannot be shown, which raised {type(another).__name__})"
