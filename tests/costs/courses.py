"""Courses of contests that nobody held, with numbers that a test can compute by hand."""

from __future__ import annotations

from typing import Any

from benchsuite.costs.request import Contest, Contestant
from benchsuite.costs.said import ContestTimed, Timed
from benchsuite.recipe import Recipe, Setting

ENVIRONMENT = {
    "device": "cpu",
    "device_name": "cpu",
    "precision": "float32",
    "processor": "AMD EPYC 7B13",
    "cores": 2,
    "machine": "Linux x86_64",
    "numerics": "0123456789abcdef",
    "versions": {"python": "3.11.9", "tensorflow": "2.21.0"},
}


def _contestant(label: str) -> Contestant:
    setting = Setting("optimizer", "adam", 1, (("beta_1", 0.5), ("learning_rate", 0.001)))
    settings = {"adam": setting} if label.startswith("adam") else {}
    return Contestant(label, Recipe(()), settings, dict.fromkeys(settings, "0123456789abcdef"))


def course(
    *more: Timed, task: str | None = "digits_mlp", cpu_share: float | None = 1.0, **changed: Any
) -> ContestTimed:
    """A yardstick of 2 ms in every round, beside others."""
    first = Timed("sgd", (0.002, 0.002, 0.002, 0.002, 0.002), 0, 1000, 0.5)
    timed = (first, *more)
    contestants = tuple(_contestant(one.label) for one in timed)
    contest = Contest("optimizer", task, 1, contestants)
    return ContestTimed(contest, 10, cpu_share, timed, {**ENVIRONMENT, **changed})


OTHER = Timed("adam[beta_1=0.5]", (0.003, 0.004, 0.005, 0.004, 0.006), 8000, 1000, 1.25)
"""1.5, 2, 2.5, 2 and 3 times the yardstick: median 2, quartiles 2 and 2.5."""
FAILED = Timed("l_bfgs", reason="Unsupported: it needs the whole training part")
