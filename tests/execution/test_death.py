"""What the end of a worker process says, and what the kernel says of its own killing."""

import signal
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("RLIMIT_CPU", -signal.SIGXCPU, "7000 seconds of processor time for each process (ulimit -t)"),
        ("RLIMIT_CPU", -signal.SIGKILL, ""),
        ("RLIMIT_CPU", -signal.SIGSEGV, ""),
        ("RLIMIT_AS", -signal.SIGSEGV, "4 GiB of addresses for each process (ulimit -v)"),
        ("RLIMIT_AS", 127, "4 GiB of addresses for each process (ulimit -v)"),
        ("RLIMIT_AS", -signal.SIGTERM, ""),
    ],
)
def test_a_limit_of_the_shell_may_be_what_a_worker_died_of(name: str, code: int, said: str) -> None:
    script = (
        "import resource, sys\nfrom benchsuite.execution.death import Death, inherited_limit\n"
        f"death = Death({code}, True, '')\nassert inherited_limit(death, True) == ''\n"
        f"resource.setrlimit(resource.{name}, ({7000 if name == 'RLIMIT_CPU' else 4 * 2**30}, resource.RLIM_INFINITY))\n"
        "print(inherited_limit(death, True))\n"
        "assert 'ulimit -v' not in inherited_limit(death, False)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.rstrip("\n"), done.stderr) == (said, "")
