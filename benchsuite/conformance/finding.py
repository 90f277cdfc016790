"""What became of one promise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What became of one promise.

    Args:
        promise: The promise, in words.
        problem: Why it is broken, in words; empty if kept.
        traceback: Of the error behind it, if there was one.
        where: The author's file and line, such as ``my_opt.py:12, in update_step``; empty where none is to blame.
        cure: The likely mistake, and what to write instead.
        line: The source of the author's line.
    """

    promise: str
    problem: str = ""
    traceback: str = ""
    where: str = ""
    cure: str = ""
    line: str = ""
