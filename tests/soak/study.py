"""The study of a soak: bundled components beside a plugin that fails, hangs, leaks and litters, as much of both as the time takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

PLUGIN = Path(__file__).parent / "plugins" / "troublesome.py"
TASKS = ("noisy_quadratic", "digits_mlp")
BUNDLED = (
    "sgd",
    "momentum",
    "nesterov",
    "adam",
    "adamw",
    "adamax",
    "nadam",
    "rmsprop",
    "lion",
    "adagrad",
    "radam",
    "amsgrad",
)
SEEDS, EPOCHS, TIMEOUT, WORKERS = 4, 60, 60, 2
BUNDLED_AN_HOUR = 6_000
"""Trials of bundled components: about what one worker does."""
PROGRAMS_AN_HOUR: Mapping[str, int] = {
    "well": 400, "prints": 60, "leaks_memory": 60, "leaks_descriptors": 60, "leaks_threads": 40, "leaves_files": 40,
    "leaves_children": 40, "raises": 20, "dies": 15, "hangs": 12,
}  # fmt: skip
"""Optimizer of the plugin → its programs, each of which trains :data:`SEEDS` trials of one task: more than an hour of one worker."""
OUTCOMES: Mapping[str, str] = {"raises": "crashed", "dies": "crashed", "hangs": "timed_out"}
"""Optimizer of the plugin → what its trials must come to; all others complete, or diverge."""


def study_file(minutes: float) -> str:
    """Return a study file with at least so many minutes of work.

    Args:
        minutes: How long the soak takes.
    """
    hours = minutes / 60
    rates = max(2, round(BUNDLED_AN_HOUR * hours / (len(BUNDLED) * len(TASKS) * SEEDS)))
    words = ",".join(f"{rate:.6g}" for rate in np.geomspace(1e-4, 0.05, rates))
    selections = [f"{name}[learning_rate={words}]" for name in BUNDLED]
    for name, programs in PROGRAMS_AN_HOUR.items():
        numbers = ",".join(f"n{number}" for number in range(max(1, round(programs * hours))))
        selections.append(f"{name}[number={numbers}]")
    given: dict[str, Any] = {"task": TASKS, "optimizer": selections, "seeds": SEEDS, "epochs": EPOCHS}
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items())


def wrong(record: Mapping[str, Any]) -> str:
    """Return what a record should not be, in words; empty if it is as it should.

    Args:
        record: Its JSON.
    """
    name = record["spec"]["recipe"]["optimizer"][0]["name"]
    wanted = (OUTCOMES[name],) if name in OUTCOMES else ("completed", "diverged")
    if record["outcome"] in wanted:
        return ""
    return f"a trial of {name} is {record['outcome']}: {record['reason'][:200]}"
