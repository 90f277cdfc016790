"""What the end of a worker process says, and what the kernel says of its own killing."""

from pathlib import Path

import pytest

from benchsuite.execution import death
from benchsuite.execution.death import Death, kills_for_memory


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "ended with exit code 3"),
        (0, "ended with exit code 0"),
        (-9, "was killed by SIGKILL"),
        (-11, "was killed by SIGSEGV"),
        (-63, "was killed by signal 63"),
    ],
)
def test_an_end_in_words(code: int, text: str) -> None:
    assert str(Death(code, begun=False, printed="")) == text


def test_the_kernels_count_is_that_of_the_container_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, machine = tmp_path / "memory.events", tmp_path / "vmstat"
    monkeypatch.setattr(death, "MEMORY_EVENTS", (group, machine))
    assert kills_for_memory() == 0  # as on macOS
    machine.write_text("nr_free_pages 7\noom_kill 5\n", encoding="ascii")
    assert kills_for_memory() == 5
    group.write_text("low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\noom_group_kill 0\n", encoding="ascii")
    assert kills_for_memory() == 1
