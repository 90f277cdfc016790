"""After a worker nothing is left: no process that it started, no temporary file, no semaphore; and nobody else is touched."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchsuite import control_groups
from benchsuite.execution import containment
from benchsuite.execution.containment import Contained, without_forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is that of Linux")

# Each writes down its process number and does not go by itself. They keep all descriptors that they have.
FAMILY = """
import os, subprocess, sys, time
lasting = ["/bin/sh", "-c", "trap '' TERM HUP; echo $$ >> pids; exec sleep 300"]
subprocess.Popen(lasting)
subprocess.Popen(lasting, start_new_session=True)
subprocess.Popen(lasting, start_new_session=True, env={})
if not os.fork():  # a daemon by the book
    os.setsid()
    if not os.fork():
        os.execve(lasting[0], lasting, {})
    os._exit(0)
if not os.fork():
    with open("pids", "a") as file: print(os.getpid(), file=file)
    time.sleep(300)
open("done", "w").close()
"""
STUCK = "import re; re.match('(a+)+$', 'a' * 60 + 'b')\n"  # in C code that holds the GIL, for longer than anybody lives
LASTING = "import time; time.sleep(300)\n"


@pytest.fixture
def contain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Contained]]:
    """Run a program under guard, in a folder of the test."""
    monkeypatch.chdir(tmp_path)
    started: list[Contained] = []

    def run(code: str, memory: int = 0) -> Contained:
        theirs, ours = os.pipe()
        with open(tmp_path / "log", "ab") as log:
            command = [sys.executable, "-I", "-S", "-c", code]
            started.append(Contained(command, os.environ, log.fileno(), theirs, memory))
        os.close(theirs)
        os.close(ours)
        return started[-1]

    yield run
    for one in started:
        one.end()


def until(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def is_there(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def family(folder: Path, size: int = 5) -> list[int]:
    """Wait for the children of a worker, and return their process numbers."""
    pids = folder / "pids"
    assert until(lambda: pids.exists() and pids.read_text(encoding="utf-8").count("\n") == size)
    found = [int(line) for line in pids.read_text(encoding="utf-8").split()]
    assert all(map(is_there, found))
    return found


@pytest.mark.parametrize("how", ["it ends", "it is ended", "it is killed", "it is stuck"])
def test_however_a_worker_goes_its_children_go_with_it(
    how: str, contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    wait = "while len(open('pids').readlines()) < 5: time.sleep(0.01)\n"
    worker = contain(FAMILY + {"it ends": wait + "os._exit(7)", "it is stuck": STUCK}.get(how, LASTING))
    if how == "it ends":
        assert until(lambda: worker.poll() is not None)
        assert worker.poll() == 7
        children = [int(line) for line in (tmp_path / "pids").read_text(encoding="utf-8").split()]
        assert len(children) == 5
    else:
        children = family(tmp_path)
        assert worker.pid is not None
        if how == "it is killed":
            os.kill(worker.pid, signal.SIGKILL)
            assert until(lambda: worker.poll() is not None)
        assert worker.end() == -signal.SIGKILL
    assert not any(map(is_there, children))  # at once: nobody waits for them


RUN = """
import os, sys, time
from benchsuite.execution.containment import Contained
theirs, ours = os.pipe()
one = Contained([sys.executable, "-I", "-S", "-c", sys.argv[1]], os.environ, 2, theirs)
if sys.argv[2:] and not os.fork():  # as a hook might: it holds the pipe to the guard open
    time.sleep(300)
while one.pid is None: time.sleep(0.01)
print(one.pid, one.folder, flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("how", ["killed", "forked", "stopped"])
def test_when_the_run_is_killed_nothing_is_left(how: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, FAMILY + STUCK, *(["fork"] if how == "forked" else [])]
    run = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert run.stdout is not None
        pid, folder = run.stdout.readline().split()
        children = [int(pid), *family(tmp_path)]
        guard = psutil.Process(int(pid)).ppid()
        assert Path(os.fsdecode(folder)).is_dir()
        if how == "stopped":
            for one in (guard, int(pid)):
                os.kill(one, signal.SIGSTOP)
        run.kill()
        run.wait()
        assert until(lambda: not any(map(is_there, [*children, guard])), 5.0)
        assert not Path(os.fsdecode(folder)).exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.stdout.close()


def test_when_the_guard_is_killed_the_worker_goes_and_the_rest_is_found_by_its_mark(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    """And nobody else is touched, who looks the same."""
    bystander = subprocess.Popen(["/bin/sh", "-c", "exec sleep 300"], env={**os.environ, containment.MARK: "another"})
    neighbour = contain(LASTING)
    worker = contain(FAMILY.replace(", env={}", "").replace("lasting, {}", "lasting, os.environ") + STUCK)
    try:
        children = family(tmp_path)
        assert worker.pid is not None
        assert neighbour.pid is not None
        psutil.Process(worker.pid).parent().kill()
        assert until(lambda: worker.poll() is not None)
        assert worker.poll() == -signal.SIGKILL
        assert until(lambda: not any(map(is_there, [worker.pid or 0, *children])), 2.0)
        assert not worker.folder.exists()
        assert is_there(neighbour.pid)
        assert neighbour.folder.is_dir()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_when_the_guard_is_killed_a_control_group_holds_even_what_hides_from_everybody(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    """In sessions of their own, orphans, without a mark in their environment."""
    worker = contain(FAMILY + STUCK)
    children = family(tmp_path)
    group = Path(*worker._groups[:1])
    if not worker._groups:
        for child in children:
            psutil.Process(child).kill()
        pytest.skip("this user may make no control group here")
    try:
        assert {worker.pid, *children} <= set(map(int, (group / "cgroup.procs").read_text(encoding="ascii").split()))
        assert worker.pid is not None
        psutil.Process(worker.pid).parent().kill()
        assert until(lambda: worker.poll() is not None)
        assert until(lambda: not any(map(is_there, children)), 2.0)
    finally:
        worker.end()
    assert not group.exists()


def test_where_run_and_guard_are_killed_together_the_next_start_ends_what_hides(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    """In another process: its guard and it get SIGKILL at the same moment, and nobody is left who could end the family."""
    started = (
        "import os, sys\nfrom benchsuite.execution.containment import Contained\n"
        "theirs, ours = os.pipe()\n"
        "one = Contained([sys.executable, '-I', '-S', '-c', sys.argv[1]], os.environ, 2, theirs)\n"
        "print(one._guard.pid, one._groups[0] if one._groups else '-', one.folder, flush=True)\nsys.stdin.read()\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", started, FAMILY + STUCK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    pid, group, folder = run.stdout.readline().split()
    children = family(tmp_path)
    os.kill(int(pid), signal.SIGKILL)  # that run looks at nothing: it buries nobody
    run.kill()
    run.communicate()
    try:
        if group == "-":
            pytest.skip("this user may make no control group here")
        assert until(lambda: not is_there(int(pid)))
        assert sum(map(is_there, children)) >= 3  # the kernel has killed the worker alone
        os.utime(folder, (0, 0))  # a young folder may be that of a guard that has not locked it yet
        containment._sweep.cache_clear()
        contain(LASTING)
        assert until(lambda: not any(map(is_there, children)), 2.0)
        assert not Path(group).exists()
        assert not Path(folder).exists()
    finally:
        for child in filter(is_there, children):
            psutil.Process(child).kill()


def test_what_forks_faster_than_it_is_found_ends_as_well(contain: Callable[[str], Contained]) -> None:
    """Each process starts the next and goes: the one that is found is no longer there."""
    worker = contain("import os\nwhile True:\n    if os.fork(): os._exit(0)\n")
    begun = time.monotonic()
    assert until(lambda: worker.poll() is not None, 20.0)
    assert worker.poll() == 0
    assert time.monotonic() - begun < 15.0
    assert b"clear" in worker._heard


def test_semaphores_and_shared_memory_of_a_killed_worker_are_removed(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    """By Python's own tracker, which is left alone until it has done so; here a fork keeps it from it."""
    worker = contain(
        "import multiprocessing, os, time\n"
        "from multiprocessing import shared_memory\n"
        "semaphore = multiprocessing.get_context('spawn').Semaphore()\n"
        "memory = shared_memory.SharedMemory(create=True, size=100)\n"
        "if os.fork():\n"
        "    with open('names', 'w') as file: print('sem.' + semaphore._semlock.name[1:], memory.name, file=file)\n"
        "time.sleep(300)\n"
    )
    names = tmp_path / "names"
    assert until(lambda: names.exists() and names.read_text(encoding="utf-8").endswith("\n"))
    files = [Path("/dev/shm", name) for name in names.read_text(encoding="utf-8").split()]
    assert all(file.exists() for file in files)
    worker.end()
    assert not any(file.exists() for file in files)


def test_a_worker_has_a_private_folder_for_temporary_files_that_goes_with_it(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    (outside / "kept").touch()
    worker = contain(
        "import os, tempfile, time\n"
        "inner = tempfile.mkdtemp()\n"
        "open(inner + '/file', 'w').close()\n"
        f"os.symlink({str(outside)!r}, inner + '/link')\n"
        "os.chmod(inner, 0)\n"
        "open('done', 'w').write(inner)\n" + LASTING
    )
    assert until(lambda: (tmp_path / "done").exists() and (tmp_path / "done").read_text(encoding="utf-8"))
    assert Path((tmp_path / "done").read_text(encoding="utf-8")).parent == worker.folder
    assert stat.S_IMODE(worker.folder.stat().st_mode) == 0o700
    worker.end()
    assert not worker.folder.exists()
    assert (outside / "kept").exists()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o750


def test_pausing_stops_the_whole_group_and_a_stopped_worker_can_be_ended(
    contain: Callable[[str], Contained], tmp_path: Path
) -> None:
    worker = contain(FAMILY + LASTING)
    first = family(tmp_path)[0]
    containment.pause_all()
    assert until(lambda: worker.status == psutil.STATUS_STOPPED)
    containment.resume_all()
    assert until(lambda: worker.status != psutil.STATUS_STOPPED)
    containment.pause_all()
    assert until(lambda: worker.status == psutil.STATUS_STOPPED)
    assert worker.pid is not None
    os.kill(psutil.Process(worker.pid).ppid(), signal.SIGSTOP)  # the guard too
    worker.end()
    assert not is_there(first)
    assert not worker.folder.exists()


def test_a_command_that_does_not_exist_is_an_exit_code_and_a_line_in_the_log(tmp_path: Path) -> None:
    with open(tmp_path / "log", "ab") as log:
        worker = Contained(["/nowhere/python"], os.environ, log.fileno(), log.fileno())
    assert until(lambda: worker.poll() is not None)
    assert worker.poll() == 127
    assert (tmp_path / "log").read_text(encoding="utf-8") == (
        "cannot start a worker: [Errno 2] No such file or directory\n"
    )


def test_where_no_temporary_folder_can_be_made_the_log_says_so(
    tmp_path: Path, contain: Callable[[str], Contained], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    worker = contain(LASTING)
    assert until(lambda: worker.poll() is not None)
    assert worker.poll() == 1
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert said == f"cannot make {worker.folder} for a worker's temporary files: No such file or directory\n"


def test_a_fork_by_a_hook_waits_until_a_start_is_done() -> None:
    """Its child would inherit the pipes of the start, which would wait for the child."""
    forked = threading.Event()

    def fork() -> None:
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        forked.set()

    hook = threading.Thread(target=fork)
    with without_forks():
        hook.start()
        assert not forked.wait(0.3)
    assert forked.wait(10)
    hook.join()


def groups() -> set[str]:
    return {str(path) for root in control_groups._own() for path in root.glob(f"{containment.PREFIX}*")}


def needs_limits() -> None:
    """Skip the test where no group that limits memory can be made."""
    made = control_groups.new_groups(f"{containment.PREFIX}test-limits-{os.getpid()}", limited=True)
    limited = control_groups.kills_in(made) is not None and control_groups.limit_groups(made, 2**30)
    containment.guard.end_groups(made)
    if not limited:
        pytest.skip("this user may limit no memory of control groups here")


def test_a_start_that_fails_leaves_no_control_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def new_groups(name: str, limited: bool) -> tuple[str, ...]:
        made.extend(control_groups.new_groups(name, limited))
        return tuple(made)

    monkeypatch.setattr(containment, "new_groups", new_groups)
    monkeypatch.setattr(containment.guard, "__file__", "\0")
    with open(tmp_path / "log", "ab") as log, pytest.raises(ValueError, match="null byte"):
        Contained(["true"], os.environ, log.fileno(), log.fileno(), 2**30)
    if not made:
        pytest.skip("this user may make no control group here")
    assert not groups() & set(made)


def test_a_guard_that_is_told_nothing_leaves_no_control_group(tmp_path: Path) -> None:
    """The run was killed before it could say what to start."""
    made = control_groups.new_groups(f"{containment.PREFIX}test-{os.getpid()}")
    if not made:
        pytest.skip("this user may make no control group here")
    command = [
        sys.executable,
        "-I",
        "-S",
        containment.guard.__file__,
        str(tmp_path / "folder"),
        str(os.getpid()),
        *made,
    ]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60)
    assert not groups() & set(made)


def test_empty_control_groups_without_a_guard_are_removed_once_they_are_old() -> None:
    name = f"{containment.PREFIX}test-{os.getpid()}"
    made = set(control_groups.new_groups(name))
    if not made:
        pytest.skip("this user may make no control group here")
    control_groups.remove_empty(name, 3600.0)
    assert groups() >= made
    control_groups.remove_empty(name, 0.0)
    assert not groups() & made


ENDS = """
import importlib.util, os, sys
found = importlib.util.spec_from_file_location("guard", sys.argv[1])
guard = importlib.util.module_from_spec(found)
found.loader.exec_module(guard)
guard.CLEAR_SECONDS = 0.1
os.chdir(sys.argv[2])
if not os.getuid():
    os.setuid(65534)  # root may read what nobody may
guard.end_groups(["."])
"""


def test_a_group_is_ended_by_a_file_that_may_be_written_and_not_read(tmp_path: Path) -> None:
    """As the kernel gives it to whom a group was delegated; a group without that file gets none."""
    group, kill = tmp_path / "group", tmp_path / "group" / "cgroup.kill"
    group.mkdir()
    command = [sys.executable, "-I", "-S", "-c", ENDS, containment.guard.__file__, str(group)]
    group.chmod(0o777)
    subprocess.run(command, check=True, timeout=60)
    assert not kill.exists()
    group.mkdir(exist_ok=True)
    kill.touch()
    kill.chmod(0o200)
    if not os.getuid():
        os.chown(kill, 65534, -1)
    subprocess.run(command, check=True, timeout=60)
    kill.chmod(0o600)
    assert kill.read_text(encoding="ascii") == "1"


def test_what_a_worker_hides_in_a_group_within_its_own_is_ended_and_that_group_goes(
    contain: Callable[..., Contained], tmp_path: Path
) -> None:
    """Of both versions: in that of version 1 they are found one by one."""
    hides = (
        "import os, time\n"
        "if not os.fork():\n"
        "    for group in {groups}:\n"
        "        os.mkdir(group + '/inner')\n"
        "        open(group + '/inner/cgroup.procs', 'w').write('0')\n"
        "    os.execve('/bin/sh', ['/bin/sh', '-c', 'echo $$ >> pids; exec sleep 300'], {{}})\n"
    )
    code = "while not __import__('os').path.exists('code'): pass\nexec(open('code').read())\n" + LASTING
    worker = contain(code, 2**30)
    if not worker._groups:
        pytest.skip("this user may make no control group here")
    (tmp_path / "written").write_text(hides.format(groups=list(worker._groups)), encoding="utf-8")
    (tmp_path / "written").rename(tmp_path / "code")
    (child,) = family(tmp_path, 1)
    begun = time.monotonic()
    guard = psutil.Process(worker._guard.pid)
    guard.kill()
    worker.end()
    assert not is_there(child)
    assert time.monotonic() - begun < 5.0
    assert not any(Path(group).exists() for group in worker._groups)


@pytest.mark.parametrize("what", ["children", "shared memory"])
def test_a_limit_of_memory_holds_for_all_that_a_worker_has(
    what: str, contain: Callable[..., Contained], tmp_path: Path
) -> None:
    """And the count of its own group says that the kernel killed there."""
    needs_limits()
    eat = {
        "children": "for _ in range(4):\n    if not os.fork():\n        held = b'x' * (40 * 2**20)\n        time.sleep(60)\n",
        "shared memory": "shared = mmap.mmap(-1, 160 * 2**20)\nshared[:] = bytes(len(shared))\n",
    }[what]
    worker = contain(f"import mmap, os, time\n{eat}while True: time.sleep(1)\n", 96 * 2**20)
    worker.limit()
    assert until(lambda: worker.kills or 0)
    assert worker.full
    if what == "shared memory":
        assert until(lambda: worker.poll() is not None)
        assert worker.poll() == -signal.SIGKILL
    worker.end()
    assert worker.kills
    assert not any(Path(group).exists() for group in worker._groups)


def test_what_a_worker_started_is_seen_wherever_it_hides(contain: Callable[..., Contained], tmp_path: Path) -> None:
    quiet = contain("open('quiet', 'w').close()\n" + LASTING)
    worker = contain(FAMILY + LASTING)
    pids = family(tmp_path)
    assert until((tmp_path / "quiet").exists)
    assert worker.left_behind
    assert not quiet.left_behind
    for pid in pids:
        orphan = psutil.Process(pid).ppid() != worker.pid
        if not orphan:
            os.kill(pid, signal.SIGKILL)
    assert worker.left_behind  # the daemon
