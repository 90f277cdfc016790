"""What it costs to make a used program as good as new: the price of one more seed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from benchmarks.ours import Ours
from benchsuite.registry import PluginSearch, load_registry

REGISTRY = load_registry(PluginSearch(local=False))
TASKS = [name for name in REGISTRY.names("task") if REGISTRY.task(name).tier == "quick"]
WANTED = 50


@pytest.mark.parametrize("name", TASKS)
def test_reset(name: str, built: Callable[[str], Ours], benchmark: Any, table: Callable[[str, str], None]) -> None:
    ours = built(name)
    seeds = count(1)
    benchmark.pedantic(lambda: ours.reset(next(seeds)), rounds=30, warmup_rounds=2)
    stats = benchmark.stats.stats
    table("reset", f"{name:16} {1000 * stats.median:9.1f} {1000 * stats.max:9.1f} {f'≤ {WANTED}':>7}")
