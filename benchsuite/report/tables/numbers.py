"""Numbers as a reader wants them: one precision per column, units named, a failed or censored value said in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from benchsuite.analysis import Entry, Interval, TargetSteps

FAILED = "failed"
Format = Callable[[float], str]


def column_format(values: Iterable[float | None], beyond: str = FAILED, *, counts: bool = False) -> Format:
    """Return the format for a column of metric values: four digits of the largest, so that the points line up.

    ``beyond`` is the word for a value that is worse than any number, ``counts`` whether the other values are counts, such as
    steps. Where the values span more than three powers of ten, fixed digits would hide the small ones: then each value has
    three significant digits of its own.
    """
    if counts:
        return lambda value: beyond if math.isinf(value) else whole(value)
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value != 0]
    if not sizes:
        return lambda value: beyond if math.isinf(value) else f"{value:.4f}"
    if max(sizes) / min(sizes) > 1e3 or max(sizes) < 1e-3 or max(sizes) >= 1e6:
        return lambda value: beyond if math.isinf(value) else f"{value:.3g}"
    # A hair less than the largest: an accuracy of exactly 1 is no reason to show the others with one digit less.
    digits = max(0, 3 - math.floor(math.log10(max(sizes) * (1 - 1e-9))))
    return lambda value: beyond if math.isinf(value) else f"{value:.{digits}f}"


def interval_text(interval: Interval, form: Format) -> str:
    """Return the bounds as ``0.951 – 0.960``; one word if all of it is failed."""
    if math.isinf(interval.low) and math.isinf(interval.high):
        return form(interval.low)
    return f"{form(interval.low)} – {form(interval.high)}"


def deviation_text(entry: Entry, form: Format) -> str:
    """Return the deviation over the folds; nothing without folds or beside a failed median."""
    if entry.deviation is None or entry.final is None or math.isinf(entry.final.estimate):
        return ""
    return form(entry.deviation)


def percent(share: float) -> str:
    """Return a share as a percentage that never rounds up to 100 %: a confidence of 100 % does not exist."""
    return f"{math.floor(share * 1000) / 10:g} %"


def whole(number: float) -> str:
    """Return a count with thousands separated; halves, which medians of counts have, are kept."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def steps_text(target: TargetSteps) -> str:
    """Return the median number of steps; ``> N`` where the median seed missed the target within N steps."""
    return whole(target.median) if target.median is not None else f"> {whole(target.budget_steps)}"


def milliseconds(value: float) -> str:
    """Return a time per step with three significant digits."""
    return f"{value:.3g} ms" if value < 1000 else f"{value:,.0f} ms"


def size(count: float) -> str:
    """Return a number of bytes in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def duration(seconds: float) -> str:
    """Return a time a person can take in: 41 s, 12 min 5 s, 3 h 20 min, 2 d 4 h."""
    total = round(seconds)
    if total < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{total} s"
    for large, small, many, few in (("min", "s", 60, 1), ("h", "min", 3600, 60), ("d", "h", 86400, 3600)):
        if total < {"min": 3600, "h": 86400, "d": math.inf}[large]:
            return f"{total // many} {large} {total % many // few} {small}"
    raise AssertionError("unreachable")


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 trial``, ``3 trials``."""
    return f"{whole(number)} {noun if number == 1 else plural or noun + 's'}"


def folds_text(counts: Iterable[int]) -> str:
    """Return ``10 folds``, ``folds`` where columns differ in their number, nothing where there are none."""
    known = sorted({count for count in counts if count})
    return "" if not known else count_of(known[0], "fold") if len(known) == 1 else "folds"


def number_text(value: float) -> str:
    """Return a declared number, such as a target, as its author wrote it."""
    return f"{value:g}"


def outcome_word(outcome: str) -> str:
    """Return an outcome as a word of a sentence."""
    return outcome.replace("_", " ")
