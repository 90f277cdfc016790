"""The committed reference numbers: complete, of the present versions, and as good as tasks promise."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from benchsuite.components import Task
from benchsuite.trial import ENGINE_VERSION
from tests.bundled import REGISTRY

FILE = Path(__file__).parent.parent / "results" / "reference" / "baselines.csv"
EMBEDDED = [name for name in REGISTRY.names("task") if REGISTRY.task(name).tier in ("quick", "full")]
SEEDS = 5
AGAIN = "run `make reference` and commit what it writes"

with FILE.open(encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))


def of(task: str, column: str) -> list[float]:
    return [float(row[column]) for row in ROWS if row["task"] == task]


def test_every_embedded_task_has_five_seeds_of_its_present_version():
    assert Counter(row["task"] for row in ROWS) == Counter(dict.fromkeys(EMBEDDED, SEEDS)), AGAIN
    for row in ROWS:
        task = REGISTRY.task(row["task"])
        assert isinstance(task, Task)
        now = (str(task.version), str(ENGINE_VERSION), str(task.epochs), task.primary)
        assert (row["version"], row["engine"], row["epochs"], row["primary"]) == now, AGAIN
        assert row["outcome"] == "completed"
        assert len(row["epochs_to_targets"].split()) == len(task.targets)
    for name in EMBEDDED:
        assert sorted(of(name, "seed")) == list(range(SEEDS))


@pytest.mark.parametrize(
    ("task", "at_least", "at_most"),
    [
        ("digits_mlp", 0.97, 1),
        ("digits_cnn", 0.97, 1),
        ("mnist5k_cnn", 0.965, 1),
        ("diamonds_mlp", 0.98, 1),
        ("adult_mlp", 0.85, 1),
        ("watch_gestures", 0.70, 1),
        ("mnist1d_cnn", 0.90, 1),
        ("kjv_lstm", 0, 2.6),
    ],
)
def test_baselines_are_as_good_as_they_should_be(task, at_least, at_most):
    assert at_least <= median(of(task, "test")) <= at_most


def test_a_deeper_plain_network_trains_worse_and_a_deeper_residual_one_does_not():
    losses = {name: of(name, "train_loss") for name in EMBEDDED if name.startswith(("digits_plain", "digits_residual"))}
    assert max(losses["digits_plain_20"]) < min(losses["digits_plain_56"])
    assert median(losses["digits_residual_56"]) < 1.2 * median(losses["digits_residual_20"])
    assert max(losses["digits_residual_56"]) < 0.5 * min(losses["digits_plain_56"])


def test_workers_stay_below_two_gigabytes():
    assert max(int(row["peak_megabytes"]) for row in ROWS) <= 2000
