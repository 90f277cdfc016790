"""A few of the kills of ``make attack``: nothing is lost, torn, doubled or falsely failed, and nothing survives."""

import random
from pathlib import Path

import pytest

from tests.attack.kills import SHORT, main_kills, worker_kills

pytestmark = pytest.mark.slow


def test_killing_the_main_process_costs_nothing_that_was_written_and_leaves_nothing(tmp_path: Path) -> None:
    found = main_kills(tmp_path / "attack", 2, random.Random(7), SHORT)
    assert found.broken == []


def test_killing_workers_costs_no_trial(tmp_path: Path) -> None:
    found = worker_kills(tmp_path / "attack", 3, random.Random(5), SHORT)
    assert found.broken == []
