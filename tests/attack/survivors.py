"""What is left of a run: processes by a mark in their environment, temporary files, shared memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Process:
    """A process.

    Args:
        pid: Its number.
        command: What it was started with.
    """

    pid: int
    command: str

    @property
    def is_worker(self) -> bool:
        """Whether it trains."""
        return "import serve" in self.command

    def signal(self, number: int) -> None:
        """Send it a signal, if it is there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.signal(signal.SIGKILL)

    def __str__(self) -> str:
        """Name it."""
        return f"process {self.pid} ({self.command[:160]})"


def processes(mark: str) -> list[Process]:
    """Return the living processes that were started with a variable, wherever in the tree of processes they are.

    Args:
        mark: ``NAME=VALUE``. A forked child has it too, whatever it does to its environment.
    """
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if f"{mark}\0".encode() in (folder / "environ").read_bytes() + b"\0":
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                found.append(Process(int(folder.name), " ".join(command.split())))
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found


def files(temporary: Path, results: Path) -> list[str]:
    """Return the temporary files that a run left: in the folder for them, and beside what it wrote, where locks stay."""
    found = [path for path in temporary.rglob("*") if not path.is_dir() or not any(path.iterdir())]
    for folder, folders, names in os.walk(results):
        found += [
            Path(folder, name) for name in (*folders, *names) if name.startswith(".") and not name.startswith(".lock")
        ]
    return [str(path) for path in sorted(found)]


def shared(mark: str) -> list[str]:
    """Return the names in shared memory that hold a mark: others use it too."""
    with contextlib.suppress(OSError):
        return [str(entry) for entry in SHARED_MEMORY.iterdir() if mark in entry.name]
    return []


def remove(folder: Path) -> None:
    """Empty a folder."""
    with contextlib.suppress(OSError):
        for entry in list(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
