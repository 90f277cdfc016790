"""What a container or a batch job may use of the machine, as the kernel tells it; and a real group, where this user may make one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchsuite import control_groups
from benchsuite.control_groups import (
    groups_of,
    kills_for_memory,
    kills_in,
    limit_groups,
    new_groups,
    shortages_elsewhere,
    usable_memory,
    usable_processors,
)
from benchsuite.execution.guard import full

GIB = 2**30


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the kernel's, empty, and the group of this process as a job of SLURM has it."""
    monkeypatch.setattr(control_groups, "MOUNTED", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "OURS", tmp_path / "ours")
    monkeypatch.setattr(control_groups, "MACHINE", tmp_path / "vmstat")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(16), raising=False)
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 2**24, "SC_PAGE_SIZE": 2**12}.__getitem__)  # 64 GiB
    (tmp_path / "cgroup").mkdir()
    return tmp_path / "cgroup"


def ours(mounted: Path, text: str) -> None:
    mounted.with_name("ours").write_text(text, encoding="ascii")


def say(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text, encoding="ascii")


def test_without_groups_all_of_the_machine_may_be_used(mounted: Path) -> None:
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (64 * GIB, 16, 0)
    mounted.with_name("vmstat").write_text("nr_free_pages 7\noom_kill 5\n", encoding="ascii")
    assert kills_for_memory() == 5


def test_a_job_has_the_smallest_limit_of_its_group_and_those_above(mounted: Path) -> None:
    ours(mounted, "0::/slurm/job_7/step_batch/task_0\n")
    job = mounted / "slurm" / "job_7"
    say(mounted, memory_events="oom_kill 90\n")
    say(
        job / "step_batch" / "task_0",
        memory_max="max\n",
        cpu_max="max 100000\n",
        memory_events="low 0\noom 2\noom_kill 1\n",
    )
    say(job / "step_batch", memory_max=f"{8 * GIB}\n", cpu_max="350000 100000\n", memory_events="oom_kill 4\n")
    say(job, memory_max=f"{6 * GIB}\n", cpu_max="800000 100000\n")
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (6 * GIB, 4, 1)


def test_in_a_container_its_group_is_the_root_of_what_is_shown(mounted: Path) -> None:
    ours(mounted, "0::/\n")
    say(mounted, memory_max=f"{2 * GIB}\n", cpu_max="50000 100000\n", memory_events="oom_kill 3\n")
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (2 * GIB, 1, 3)
    ours(mounted, "0::/../of/the/host\n")
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (2 * GIB, 1, 3)


def test_version_1_has_a_folder_for_each(mounted: Path) -> None:
    ours(mounted, "12:memory:/docker/a:b\n4:cpu,cpuacct:/docker/a:b\n1:name=systemd:/\n0::/\n")
    (mounted / "unified").mkdir()
    memory, processors = mounted / "memory", mounted / "cpu,cpuacct"
    say(memory, **{"memory_limit_in_bytes": f"{2**63 - 4096}\n", "memory_oom_control": "under_oom 0\noom_kill 9\n"})
    say(memory / "docker" / "a:b", memory_limit_in_bytes=f"{3 * GIB}\n", memory_oom_control="under_oom 0\noom_kill 2\n")
    say(processors, cpu_cfs_quota_us="-1\n", cpu_cfs_period_us="100000\n")
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (3 * GIB, 16, 2)
    say(processors / "docker" / "a:b", cpu_cfs_quota_us="150000\n", cpu_cfs_period_us="100000\n")
    assert usable_processors() == 2


@pytest.mark.parametrize("text", ["", "nonsense\n", "-5\n", "0\n"])
def test_what_is_no_number_limits_nothing(text: str, mounted: Path) -> None:
    ours(mounted, "0::/\n")
    say(mounted, memory_max=text, cpu_max=text, memory_events=text)
    assert (usable_memory(), usable_processors(), kills_for_memory()) == (64 * GIB, 16, 0)


def test_groups_give_no_more_than_there_is(mounted: Path) -> None:
    ours(mounted, "0::/\n")
    say(mounted, memory_max=f"{100 * GIB}\n", cpu_max="9900000 100000\n")
    assert (usable_memory(), usable_processors()) == (64 * GIB, 16)


def test_a_worker_has_a_group_that_limits_memory_where_the_controller_is_at_hand(
    mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel does it, a new group has its files at once; here the test makes them."""
    given: dict[str, tuple[str, ...]] = {}
    plain = Path.mkdir

    def mkdir(path: Path, *args: Any, **keywords: Any) -> None:
        plain(path, *args, **keywords)
        for name in given.get(str(path.parent), ()):
            (path / name).write_text("", encoding="ascii")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    ours(mounted, "3:memory:/job\n0::/job\n")
    memory, unified = mounted / "memory" / "job", mounted / "unified" / "job"
    say(memory, memory_limit_in_bytes="1\n")
    say(unified)
    assert new_groups("none", limited=True) == ()  # the kernel gives neither what it would need
    assert not (unified / "none").exists()
    given |= {str(unified): ("cgroup.kill", "cgroup.procs"), str(memory): ("memory.limit_in_bytes", "cgroup.procs")}
    assert new_groups("a", limited=True) == groups_of("a") == (str(unified / "a"), str(memory / "a"))
    assert (memory / "a" / "memory.limit_in_bytes").read_text(encoding="ascii") == ""
    assert limit_groups(groups_of("a"), GIB)
    assert (memory / "a" / "memory.limit_in_bytes").read_text(encoding="ascii") == str(GIB)
    assert new_groups("b") == (str(unified / "b"),)
    assert not limit_groups(groups_of("b"), GIB)
    given[str(unified)] += ("memory.max", "memory.oom.group")
    (group,) = new_groups("c", limited=True)
    assert limit_groups([group], GIB)
    assert Path(group, "memory.max").read_text(encoding="ascii") == str(GIB)
    assert Path(group, "memory.oom.group").read_text(encoding="ascii") == "1"
    assert kills_in([group]) is None
    Path(group, "memory.events").write_text("oom 3\noom_kill 2\n", encoding="ascii")
    assert kills_in([group]) == 2


def test_who_was_short_of_memory_is_told_by_a_group_of_version_2_and_else_by_what_lies_beyond(mounted: Path) -> None:
    """A full group of version 1 may have been made room in, and a process of it killed for want of memory elsewhere."""
    mounted.with_name("vmstat").write_text("allocstall_normal 5\nallocstall_movable 2\noom_kill 9\n", encoding="ascii")
    group = mounted / "unified" / "job" / "own"
    say(group, memory_events="low 0\nmax 7\noom 3\noom_kill 4\noom_group_kill 1\n")
    assert (full(str(group)), shortages_elsewhere([str(group)])) == (3, 0)
    old = mounted / "memory" / "job" / "own"
    say(old, memory_failcnt="6\n")
    say(old.parent, memory_failcnt="1\n")
    say(old.parent.parent, memory_failcnt="0\n")
    assert (full(str(old)), shortages_elsewhere([str(group), str(old)])) == (6, 8)


# A real one

LIMIT = 96 * 2**20
SCRIPT = """
import os, signal, sys
for group in sys.argv[1:]:
    with open(group + "/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
from benchsuite.control_groups import kills_for_memory, usable_memory
before = kills_for_memory()
child = os.fork()
if not child:
    held = [b"x" * 2**20 for _ in range(400)]
    os._exit(0)
_, status = os.waitpid(child, 0)
print(usable_memory(), kills_for_memory() - before, os.waitstatus_to_exitcode(status))
"""


@contextlib.contextmanager
def group(root: Path) -> Iterator[Path]:
    """Make a group with a limit of memory, and remove it."""
    own = root / f"benchsuite-test-{os.getpid()}"
    try:
        own.mkdir()
    except OSError as error:
        pytest.skip(f"this user may make no control group here: {error.strerror}")
    try:
        for name in ("memory.max", "memory.limit_in_bytes"):
            if (own / name).exists():
                (own / name).write_text(str(LIMIT), encoding="ascii")
                break
        else:
            pytest.skip("control groups limit no memory here")
        yield own
    finally:
        own.rmdir()


def test_a_real_group_tells_its_limit_and_counts_its_own_kill() -> None:
    root = Path("/sys/fs/cgroup/memory")
    with group(root if root.is_dir() else Path("/sys/fs/cgroup")) as own:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(own)], capture_output=True, text=True, check=False, timeout=60
        )
    assert done.stdout.split() == [str(LIMIT), "1", "-9"], done.stderr
