"""Whether the baseline starts and learns on a variant as on the published instance, whatever its targets are.

Targets are quantiles of what tuned methods reach on the *published* instance: on another one the baseline may miss the first
or reach the last at once, and nothing is wrong. What must hold for every instance is that it starts within what seeds
make of the published one, and learns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchsuite.components import Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.measured import Measurement
from benchsuite.engine.device import Device, configure
from benchsuite.registry import Registry

SEEDS = 5
"""Networks of the published instance whose losses at the start say how much of one is chance."""
RATIO = 3.0
"""Factor beyond the range of their losses: five draws do not show the ends, and a variant may have another width and split."""
HALF = 0.5
"""Share of what the baseline gains on the published instance that it must gain on a variant."""


@dataclass(frozen=True)
class PublishedTraining:
    """How the baseline trains on the published instance.

    Args:
        starts: Losses at the start, of as many seeds.
        start: Primary measure on the validation part at the start, of seed 0; ``None`` where training takes too long.
        best: The best that it reaches after an evaluation; likewise.
    """

    starts: tuple[float, ...]
    start: float | None = None
    best: float | None = None


def published_training(task: Task, registry: Registry) -> PublishedTraining:
    """Measure how the baseline trains on the published instance.

    Raises:
        Exception: Whatever the task raises.
    """
    configure(Device("cpu"))
    facts = Measurement(task, registry)
    starts = tuple(facts.starts(range(SEEDS)))
    reached = facts.targets()
    return (
        PublishedTraining(starts) if reached is None else PublishedTraining(starts, reached["start"], reached["best"])
    )


def judge_training(task: Task, found: Mapping[str, Any], published: PublishedTraining) -> list[Finding]:
    """Compare how the baseline starts and learns on a variant with how it does on the published instance.

    Args:
        task: The variant.
        found: What was measured of it.
        published: The same of its task.
    """
    findings = [_starts(found["loss"]["start"], published.starts)]
    reached = found["targets"]
    if reached is not None and published.start is not None and published.best is not None:
        sign = 1.0 if task.direction == "max" else -1.0
        findings.append(
            _learns(sign * reached["start"], sign * reached["best"], sign * published.start, sign * published.best)
        )
    return findings


def _starts(start: float, known: tuple[float, ...]) -> Finding:
    """Compare a first loss with those that seeds alone make: outputs are random before training, and so is their loss."""
    promise = "the loss at the start is like that of the published instance"
    low, high = min(known), max(known)
    if min(low / RATIO, low * RATIO) <= start <= max(high / RATIO, high * RATIO):  # a loss may be negative
        return Finding(promise)
    return Finding(promise, f"{start:.5g}, {low:.5g} to {high:.5g} over {len(known)} seeds of the published one")


def _learns(start: float, best: float, published_start: float, published_best: float) -> Finding:
    """Ask for half the way that both have to go, larger better.

    From the better of both starts: how bad a network is before training is chance, and would be gained first.
    """
    promise = "the baseline learns as on the published instance"
    way = max(0.0, published_best - max(start, published_start))
    gained = best - start
    if gained > 0 and gained >= HALF * way:
        return Finding(promise)
    return Finding(
        promise,
        f"it gains {gained:.4g} from start to best, and must gain {HALF * way:.4g}: half of the way to the best of the published one",
    )
