"""A few of the kills of ``make attack``: nothing is lost, torn, doubled or falsely failed, and nothing survives."""

import random
from pathlib import Path

import pytest

from tests.attack.kills import SHORT, main_kills, worker_kills

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside the undisturbed run, which is one for both."""
    return tmp_path_factory.mktemp("attack")


def test_killing_the_main_process_costs_nothing_that_was_written_and_leaves_nothing(folder: Path) -> None:
    found = main_kills(folder / "main", 1, random.Random(7), SHORT)
    assert found.broken == []


def test_killing_workers_costs_no_trial(folder: Path) -> None:
    found = worker_kills(folder / "workers", 2, random.Random(5), SHORT)
    assert found.broken == []
