"""Counting what Python does: how work grows is a question of steps, which no clock and no busy machine can blur."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import benchsuite

HOME = str(Path(benchsuite.__file__).parent)
ROOM = 1.6
"""How much faster than the number of things a line may grow: sorting takes n·log n."""
LEAST = 10
"""Runs for each thing below which a line is cheap, however it came to them."""


def steps(call: Callable[[], object]) -> Counter[str]:
    """Return how often each line of benchsuite runs in ``call``; each turn of a loop or comprehension is a run of its line."""
    counts: Counter[str] = Counter()

    def lines(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            counts[f"{frame.f_code.co_filename[len(HOME) + 1 :]}:{frame.f_lineno}"] += 1
        return lines

    def calls(frame: FrameType, event: str, argument: Any) -> Any:
        return lines if frame.f_code.co_filename.startswith(HOME) else None

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        call()
    finally:
        sys.settrace(before)
    return counts


def superlinear(prepare: Callable[[int], Callable[[], object]], few: int = 12, times: int = 8) -> list[str]:
    """Return the lines that run more than ``times`` as often for ``times`` as many things; none where no loop is in a loop.

    Args:
        prepare: Number of things → what to count.
        few: A number of things.
        times: How many times as many they become.
    """
    first, second = prepare(few), prepare(few * times)
    first()  # imports and caches
    usual, many = steps(first), steps(second)
    assert many, "nothing ran"
    return [
        f"{line} ran {usual[line]:,} times for {few} and {count:,} times for {few * times}"
        for line, count in many.most_common()
        if count > ROOM * times * max(usual[line], LEAST * few)
    ]
