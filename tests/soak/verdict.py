"""What a soak came to: a table of slopes and largest values, and what did not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchsuite.execution.study_records import HELD
from tests.soak.sampling import Sample
from tests.soak.slopes import DAY, slope

SETTLED = 0.2
"""Of the time, at the beginning, in which processes come to their usual size; slopes are of the rest, and of what follows the first
:data:`HELD` records, which the main process holds."""
LEAST = 1_200.0
"""Seconds that must be left for it to be told that something grows."""
MOST_LOGS = 2 * 8.5
"""MB of one worker's log and the one before."""


@dataclass(frozen=True)
class Flat:
    """Something that must not grow: the upper end of its slope, over a day, may be so much.

    Args:
        name: What.
        of: Takes it from a sample.
        most_a_day: In the same unit.
    """

    name: str
    of: Callable[[Sample], float]
    most_a_day: float


FLAT = (
    Flat("main process, resident MB", lambda one: one.main, 256),
    Flat("main process, descriptors", lambda one: one.main_descriptors, 64),
    Flat("main process, threads", lambda one: one.main_threads, 64),
    Flat("page server, resident MB", lambda one: one.page, 256),
    Flat("page server, descriptors", lambda one: one.page_descriptors, 64),
)
"""What lives as long as the study."""


@dataclass(frozen=True)
class Bounded:
    """Something that comes and goes: it may never be more than so much.

    Args:
        name: What.
        of: Takes it from a sample.
        most: In the same unit.
    """

    name: str
    of: Callable[[Sample], float]
    most: float


def bounded(workers: int) -> tuple[Bounded, ...]:
    """Return what is made anew from time to time.

    Args:
        workers: How many workers there are.
    """
    return (
        Bounded("largest worker, resident MB", lambda one: one.largest_worker, 2_500),
        Bounded("workers together, resident MB", lambda one: one.workers_memory, 2_500 * workers),
        Bounded("worker, descriptors", lambda one: one.worker_descriptors, 900),
        Bounded("processes of run and page", lambda one: one.processes, 6 * workers + 80),
        Bounded("writer of the page, resident MB", lambda one: one.writer, 1_200),
        Bounded("temporary files", lambda one: one.temporary_files, 2_000),
        Bounded("temporary files, MB", lambda one: one.temporary, 1_000),
        Bounded("logs of workers, MB", lambda one: one.logs, MOST_LOGS * workers),
        Bounded("other files in the results folder", lambda one: one.strays, 0),
    )


def table(samples: Sequence[Sample], workers: int) -> tuple[list[str], list[str], list[str]]:
    """Return the lines of two tables in Markdown, what did not hold, and of what nobody can tell in so short a time.

    Args:
        samples: In order.
        workers: How many workers there were.
    """
    end = samples[-1].seconds
    first = min(HELD, samples[-1].records / 2)
    settled = [one for one in samples if one.seconds >= SETTLED * end and one.records >= first]
    seconds = [one.seconds for one in settled]
    broken, untold = [], []
    lines = [
        f"| {len(settled)} samples of the last {(end - seconds[0]) / 60:.0f} minutes | first | last | largest | a day more (95 %) "
        "| may be | held |",
        "|---|---|---|---|---|---|---|",
    ]
    for flat in FLAT:
        values = [float(flat.of(one)) for one in settled]
        grows = slope(seconds, values)
        grown = end - seconds[0] >= LEAST and grows.low * DAY > flat.most_a_day
        held = True if grows.high * DAY <= flat.most_a_day else False if grown else None
        broken += [f"{flat.name}: {grows.a_day()} a day"] if held is False else []
        untold += [flat.name] if held is None else []
        lines.append(
            f"| {flat.name} | {values[0]:,.0f} | {values[-1]:,.0f} | {max(values):,.0f} | {grows.a_day()} | {flat.most_a_day:,.0f} "
            f"| {_held(held)} |"
        )
    lines += ["", "| of all samples | median | largest of the first half | of the second half | may be | held |"]
    lines.append("|---|---|---|---|---|---|")
    for bound in bounded(workers):
        values = [float(bound.of(one)) for one in samples]
        half = max(1, len(values) // 2)
        held = max(values) <= bound.most
        broken += [] if held else [f"{bound.name}: {max(values):,.0f}"]
        lines.append(
            f"| {bound.name} | {sorted(values)[half]:,.0f} | {max(values[:half]):,.0f} | {max(values[half:], default=0):,.0f} "
            f"| {bound.most:,.0f} | {_held(held)} |"
        )
    return lines, broken, untold


def _held(held: bool | None) -> str:
    return "cannot tell" if held is None else "yes" if held else "**no**"
