"""What it costs that data lie on the host and are staged in chunks, instead of whole on the device."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from benchmarks.ours import Ours
from benchsuite.engine.program.feed import HEAD_EXAMPLES, Feed, Streamed

ROUNDS = 15
WANTED = 1.15
CHUNKS = {"whole": 2**26, "small": 2**20}
"""Bytes of a chunk: the usual size, which holds all of MNIST-5k, and one that cuts an epoch into ten or more."""


@pytest.mark.parametrize("name", ["mnist5k_mlp", "mnist5k_cnn"])
def test_streaming(name: str, built: Callable[[str], Ours], benchmark: Any, table: Callable[[str, str], None]) -> None:
    """Time an epoch and its evaluation; all feeds take turns."""
    ours = built(name)
    dataset, program = ours.dataset, ours.program
    feeds: dict[str, Feed] = {"resident": ours.data}
    feeds |= {
        size: Streamed(dataset.x, dataset.y, program.device, HEAD_EXAMPLES, count) for size, count in CHUNKS.items()
    }
    seconds: dict[str, list[float]] = {feed: [] for feed in feeds}

    def epoch(feed: Feed) -> float:
        started = time.perf_counter()
        program.train(feed, ours.order, ours.rates, 0, float("inf"))
        program.evaluate(feed)
        return time.perf_counter() - started

    def turn() -> None:
        for label, feed in feeds.items():
            seconds[label].append(epoch(feed))

    turn()  # traces
    for times in seconds.values():
        times.clear()
    benchmark.pedantic(turn, rounds=ROUNDS)
    for label in CHUNKS:
        ratios = [streamed / resident for streamed, resident in zip(seconds[label], seconds["resident"], strict=True)]
        best = min(seconds[label]) / min(seconds["resident"])
        both = f"{best:.2f} ({median(ratios):.2f})"
        table("streaming", f"{name:16} {label:8} {1000 * min(seconds[label]):9.1f} {both:>16} {f'≤ {WANTED}':>8}")
