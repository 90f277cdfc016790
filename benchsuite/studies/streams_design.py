"""Trials of which one stream of the seed is drawn anew while the others stay: what splits the spread between seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.trial import STREAMS, Trial

MOST_DRAWS = 1000
"""Of one stream for each seed: so the seeds of any two draws differ."""


def read_streams(text: str) -> tuple[str, ...]:
    """Read ``initial,order`` as names of streams, in their usual order.

    Raises:
        BenchsuiteError: If there is no such stream, or one stands twice.
    """
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in STREAMS:
            raise unknown("stream in --vary", name, STREAMS)
    if len(set(names)) < len(names):
        raise BenchsuiteError(f"--vary names a stream twice. Received: {text!r}.")
    return tuple(name for name in STREAMS if name in names)


def stream_trials(trials: Iterable[Trial], streams: Sequence[str], draws: int) -> list[Trial]:
    """Return the trials, and of each for every stream as many in which that stream alone is another one.

    What the other stream is follows from the trial's own seed: more seeds or draws leave the trials that there are.

    Args:
        trials: Ordinary ones.
        streams: Names.
        draws: Of each stream, for each trial.
    """
    found = []
    for trial in trials:
        found.append(trial)
        for stream in streams:
            first = MOST_DRAWS * (trial.seed + 1)
            found += [replace(trial, streams=((stream, first + number),)) for number in range(draws)]
    return found
