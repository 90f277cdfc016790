"""What each optimizer costs: step time relative to sgd and bytes of state, on an MLP of a million parameters."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.ours import make_program
from benchsuite.costs.standard import standard
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import baseline

MILLION = standard()
STEPS = 4  # a round of one optimizer
ROUNDS = 9


@dataclass
class Contestant:
    """A warm program with one optimizer."""

    epochs: Callable[[int], None]
    bytes_per_parameter: float
    milliseconds: list[float]


def contestant(name: str, registry: Registry) -> Contestant:
    component = registry.component("optimizer", name)
    recipe = baseline(MILLION, registry).replaced("optimizer", (Setting.of(component),))
    ours = make_program(MILLION, recipe, registry)
    # A method that works on every tenth step is seen by rounds of four: nine of them hold 36 steps.
    ours.epochs(2)
    return Contestant(ours.epochs, ours.program.optimizer.state_bytes / ours.program.network.parameters, [])


def test_optimizers(registry: Registry, benchmark: Any, table: Callable[[str, str], None]) -> None:
    field = {name: contestant(name, registry) for name in registry.names("optimizer")}

    def one_round() -> None:
        # All in turns, so that whatever else the machine does hits them alike.
        for one in field.values():
            started = time.perf_counter()
            one.epochs(1)
            one.milliseconds.append(1000 * (time.perf_counter() - started) / STEPS)

    benchmark.pedantic(one_round, rounds=ROUNDS)
    sgd = field["sgd"]
    lines = []
    for name, one in field.items():
        ratio = statistics.median(a / b for a, b in zip(one.milliseconds, sgd.milliseconds, strict=True))
        mean = statistics.fmean(one.milliseconds) / statistics.fmean(sgd.milliseconds)
        lines.append(
            (ratio, f"{name:20} {min(one.milliseconds):8.2f} {ratio:9.2f} {mean:9.2f} {one.bytes_per_parameter:9.1f}")
        )
    benchmark.extra_info.update({name: one.milliseconds for name, one in field.items()})
    for _, line in sorted(lines):
        table("optimizers", line)
