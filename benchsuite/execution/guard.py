"""The guard of a worker: a small program that starts it, and ends all that it has started.

One guard stands between the run and each worker. It is a file that runs by itself, with nothing but the standard
library: 30 ms of processor time and 11 MB. On Linux all orphans below it become its own children ("child subreaper"),
whatever session, group or environment they gave themselves. So when its worker has gone, all that is left of it are
children of the guard, and it kills exactly those; nobody else's can be among them. It does so however the worker went,
and however the run did: its standard input is a pipe that ends with the run.

It says on its standard output ``pid N``; ``code N`` when the worker has gone, its exit code or the negative number of the
signal that killed it; before that ``kills N``, how many processes of its groups the kernel has killed for want of memory, and
``full N``, how often they had reached their own limit, if these count it; and ``clear`` when nothing is left.

Where the user may make control groups, the worker begins in one of its own, which a process can leave no more than it can
leave its ancestors; the kernel ends all that is in it at once, whoever its parent is by then (version 2). There may be one of
version 1 besides, which limits memory.

Called as ``guard.py FOLDER RUN GROUP...``: the folder for temporary files that it makes and removes, the process number of
the run, and the folders of the worker's control groups, which it removes. On its standard input comes
what to start: a line with the number of bytes, then, with zero bytes between them, the descriptor that the worker needs
and the worker's command. After that a byte each: ``s`` stops the worker, ``c`` continues it. The worker prints where the
guard's standard error leads.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import sys
import time

LOOK_EVERY = 0.5
"""Seconds between two looks at whether the run is still there: a fork of the run may hold the pipe open."""
TRACKER_SECONDS = 1.0
"""So long may Python's resource tracker go on alone: it removes semaphores and shared memory once all others have gone."""
SINGLY_SECONDS = 1.5
"""What is still there then forks faster than it is found one by one."""
CLEAR_SECONDS = 8.0
"""So long is tried to kill what goes on starting processes."""

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
IGNORED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGPIPE", "SIGXFSZ")
"""Signals that are sent to all processes of a terminal, a service or a batch job: the run hears them too, and decides."""


def main(folder: str, run: int, groups: list[str]) -> None:
    """Guard one worker from its start to its end.

    Args:
        folder: For its temporary files.
        run: Process number of the run.
        groups: Folders of the worker's control groups.
    """
    for name in IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    awake = _wakes_with_children()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    _prctl(PR_SET_PDEATHSIG, signal.SIGCONT)  # somebody may have stopped this, and then killed the run
    told = _told()
    if not told:  # the run was killed this very moment
        end_groups(groups)
        return
    try:
        os.mkdir(folder, 0o700)
    except OSError as error:
        sys.exit(f"cannot make {folder} for a worker's temporary files: {error.strerror}")
    with contextlib.suppress(OSError):  # tells a later run that somebody is here, as long as this lives
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        worker = _start(int(told[0]), told[1:], folder, groups)
        _say(f"pid {worker}")
        code = _watch(worker, run, awake)
        if code is None:
            code = _end(worker)
        elif not LINUX:
            _send(worker, signal.SIGKILL)
        for group in groups:
            if (kills := _kills(group)) is not None:
                _say(f"full {full(group)}")
                _say(f"kills {kills}")
        _say(f"code {code}")
        cleared = _clear()
        clear = end_groups(groups) and cleared
    finally:
        _remove(folder)
    if clear and not os.path.lexists(folder):  # or the run tries it once more
        _say("clear")


def _die_with(parent: int) -> None:
    """Do what :func:`benchsuite.processes.die_with` does: this file runs without benchsuite."""
    if LINUX:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _told() -> list[bytes]:
    """Read what to start; nothing if the run ends before it has said it."""
    size, content = b"", b""
    while not size.endswith(b"\n"):
        if not (more := os.read(0, 1)):
            return []
        size += more
    while len(content) < int(size):
        if not (more := os.read(0, int(size) - len(content))):
            return []
        content += more
    return content.split(b"\0")


def _start(channel: int, command: list[bytes], folder: str, groups: list[str]) -> int:
    """Start the worker in a session and group of its own, to be killed by the kernel if the guard is."""
    guard = os.getpid()
    worker = os.fork()
    if worker:
        os.close(channel)  # or it would not end with the worker
        return worker
    try:
        _die_with(guard)
        for group in groups:
            with contextlib.suppress(OSError):
                _write(f"{group}/cgroup.procs", b"0")  # the writer
        os.setsid()
        for name in (*IGNORED, "SIGCHLD"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.set_inheritable(channel, True)
        os.environ["TMPDIR"] = folder
        os.execv(command[0], command)
    except OSError as error:
        os.write(2, f"cannot start a worker: {error}\n".encode())
    finally:
        os._exit(127)


def _watch(worker: int, run: int, awake: int) -> int | None:
    """Return the worker's exit code when it has gone; ``None`` when it is to go."""
    while True:
        ready, _, _ = select.select([0, awake], [], [], LOOK_EVERY)
        if awake in ready:
            os.read(awake, 4096)
        code = _reap(worker)
        if code is not None:
            return code
        said = os.read(0, 4096) if 0 in ready else b""
        if (0 in ready and not said) or os.getppid() != run:
            return None
        for letter in said:
            _send(worker, {ord("s"): signal.SIGSTOP, ord("c"): signal.SIGCONT}[letter])


def _reap(worker: int) -> int | None:
    """Bury what has died; return the worker's exit code if it is among that."""
    with contextlib.suppress(ChildProcessError):
        while (died := os.waitpid(-1, os.WNOHANG))[0]:
            if died[0] == worker:
                return os.waitstatus_to_exitcode(died[1])
    return None


def _end(worker: int) -> int:
    """Kill the worker, whatever it does, and return its exit code."""
    if LINUX:
        os.kill(worker, signal.SIGKILL)  # its children become ours, and some are to go last
    else:
        _send(worker, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])


def _send(worker: int, what: int) -> None:
    """Send a signal to the worker's group: all that did not leave it."""
    with contextlib.suppress(OSError):
        os.killpg(worker, what)


def _clear() -> bool:
    """Kill all children, and those that they leave, resource trackers last; return whether none is left."""
    begun = time.monotonic()
    alone_since = None
    while (now := time.monotonic()) - begun < CLEAR_SECONDS:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        children = _children()
        doomed = [child for child in children if not tracks(child)]
        if doomed:
            alone_since = None
        else:
            alone_since = alone_since or now
            if now - alone_since > TRACKER_SECONDS:
                doomed = children
        for child in doomed:
            with contextlib.suppress(OSError):
                if now - begun < SINGLY_SECONDS:
                    os.kill(child, signal.SIGKILL)
                else:  # a whole group at once; ours is in another session, so it is never this one
                    os.killpg(os.getpgid(child), signal.SIGKILL)
        time.sleep(0.005)
    return False


def end_groups(groups: list[str] | tuple[str, ...]) -> bool:
    """Kill all that is in control groups, and remove them; return whether nothing is left in any.

    Args:
        groups: Their folders.
    """
    left = [group for group in groups if not _end_group(group)]  # each is tried
    return not left


def _end_group(group: str) -> bool:
    begun = time.monotonic()
    while time.monotonic() - begun < CLEAR_SECONDS:
        try:
            _write(f"{group}/cgroup.kill", b"1")
        except OSError:  # version 1 has nothing that ends all at once; where it was refused, it is tried again
            _kill_in(group)
        for inner, _, _ in os.walk(group, topdown=False):  # groups that were made in it, first
            with contextlib.suppress(OSError):  # the kernel is still at it
                os.rmdir(inner)
        if not os.path.lexists(group):
            return True
        time.sleep(0.005)
    return False


def _write(path: str, content: bytes) -> None:
    """Write to a file of the kernel's, which is never made here: some may be written and not read, by their owner too."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _kill_in(group: str) -> None:
    """Kill what is in a group and in those within it, one by one."""
    for inner, _, _ in os.walk(group):
        with contextlib.suppress(OSError), open(f"{inner}/cgroup.procs") as file:
            for line in file:
                with contextlib.suppress(OSError):
                    os.kill(int(line), signal.SIGKILL)


def _kills(group: str) -> int | None:
    """Return how many of a group the kernel has killed for want of memory; ``None`` if it does not count them."""
    for name in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError), open(f"{group}/{name}") as file:
            for line in file:
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return None


def full(group: str) -> int:
    """Return how often a group has reached its own limit of memory; version 1 counts too what could be made room for.

    Args:
        group: Its folder.
    """
    for name, before in (("memory.events", "oom "), ("memory.failcnt", "")):
        with contextlib.suppress(OSError), open(f"{group}/{name}") as file:
            for line in file:
                if line.startswith(before):
                    return int(line.removeprefix(before))
    return 0


def _children() -> list[int]:
    """Return the process numbers of this process' children; Linux only."""
    found, ours = [], str(os.getpid()).encode()
    for name in os.listdir("/proc") if LINUX else ():
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                if file.read().rpartition(b")")[2].split()[1] == ours:
                    found.append(int(name))
    return found


def tracks(child: int) -> bool:
    """Return whether a process is a resource tracker of Python's."""
    try:
        with open(f"/proc/{child}/cmdline", "rb") as file:
            return b"resource_tracker" in file.read()
    except OSError:
        return False


def _remove(folder: str) -> None:
    """Remove the folder for temporary files, also what was made unreadable in it."""
    import shutil  # a third of the time that a guard takes to start

    for at, folders, _ in os.walk(folder):
        for name in folders:
            inner = os.path.join(at, name)
            if not os.path.islink(inner):
                with contextlib.suppress(OSError):
                    os.chmod(inner, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _wakes_with_children() -> int:
    """Return a descriptor that can be read once a child has gone."""
    awake, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return awake


def _prctl(option: int, value: int) -> None:
    """Ask the kernel of Linux for something; elsewhere there is nothing like it."""
    if LINUX:
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # the run has gone
        os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
