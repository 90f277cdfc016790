"""A part of ``python -m tests.faults``, and whether what it judges by would notice a fault of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import injection
from tests.faults.__main__ import FEW
from tests.faults.command import MARK

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, socket, subprocess, sys
from tests.faults import injection
from tests.faults.__main__ import FEW
injection.install("main")
os.chdir(os.environ["BENCHSUITE_FAULTS_STUDY"])
def act():
    {act}
act()
"""


def injected(folder: Path, act: str, point: tuple[str, int, str] | None = None) -> tuple[int, str]:
    """Do something in a process with a fault; return how it ended, and what it said of an error."""
    study, faults = folder / "study", folder / "faults"
    (study / "results").mkdir(parents=True, exist_ok=True)
    faults.mkdir(exist_ok=True)
    (faults / "trace").touch()
    if point:
        (faults / "point").write_text(json.dumps(point))
    variables = {injection.FOLDER: str(faults), injection.STUDY: str(study)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(act=act)], env={**os.environ, **variables}, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.strip().rpartition("\n")[2]


def traced(folder: Path) -> list[tuple[str, int]]:
    lines = (folder / "faults/trace").read_text().splitlines()
    return [(key, number) for key, number, _ in map(json.loads, lines)]


def test_every_door_is_watched_and_what_is_elsewhere_is_not(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    act = (
        "open('results/a', 'w').write('x'); os.replace('results/a', 'results/b'); os.mkdir('results/trials'); "
        "f = os.open('results/trials', os.O_WRONLY | os.O_TMPFILE); os.write(f, b'x'); os.fsync(f); "
        "d = os.open('results/trials', os.O_RDONLY); "
        "os.link(f'/proc/self/fd/{f}', 'c', dst_dir_fd=d, follow_symlinks=True); os.unlink('results/b'); "
        "a, b = socket.socketpair(); a.sendall(b'x'); subprocess.run(['true']); os.write(1, b'printed')"
        f"; open({str(elsewhere)!r}, 'w').write('x')"
    )
    assert injected(tmp_path, act) == (0, "")
    done = [key.split()[1:4] for key, _ in traced(tmp_path)]
    assert done[:8] == [
        ["create", "open", "a"], ["write", "write", "a"], ["name", "replace", "b"], ["name", "mkdir", "trials"],
        ["create", "open", "trials"], ["write", "write", "trials#"], ["fsync", "fsync", "trials#"],
        ["name", "link", "trials"],
    ]  # fmt: skip
    assert done[8:11] == [
        ["unlink", "unlink", "b"],
        ["message", "sendall", "socket"],
        ["spawn", "fork_exec", "process"],
    ]
    assert elsewhere.read_text() == "x"
    assert not [one for one in done if "elsewhere" in one]


WRITES = (
    "f = os.open('results/a', os.O_WRONLY | os.O_CREAT); os.write(f, b'12'); rest = b'34'\n"
    "    while rest: rest = rest[os.write(f, rest):]"
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of what :data:`WRITES` does twice."""
    folder = tmp_path_factory.mktemp("traced")
    injected(folder, WRITES)
    found = traced(folder)[1][0]
    assert found.startswith("main write write a ")
    return found


@pytest.mark.parametrize(
    ("how", "code", "said", "held"),
    [
        ("EIO", 1, "OSError: [Errno 5] Input/output error", b"12"),
        (injection.SHORT, 1, "OSError: [Errno 28] No space left on device", b"123"),
        (injection.BEFORE, -9, "", b"12"),
        (injection.TORN, -9, "", b"123"),
        (injection.AFTER, -9, "", b"1234"),
    ],
)
def test_the_second_write_fails_as_asked(how: str, code: int, said: str, held: bytes, key: str, tmp_path: Path) -> None:
    found = injected(tmp_path, WRITES, (key, 2, how))
    assert found == (code, said)
    assert (tmp_path / "study/results/a").read_bytes().ljust(4, b"?")[: len(held)] == held
    if how == injection.TORN:
        assert injected(tmp_path, WRITES, (key, 2, how)) == (0, ""), "a point fails once"


@pytest.mark.slow
def test_a_few_faults_and_kills_cost_nothing() -> None:
    variables = {name: value for name, value in os.environ.items() if name != MARK}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--few"], cwd=ROOT, env=variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"| together | {len(FEW)} | {len(FEW)} | {len(FEW)} |" in done.stdout, "every fault was met"
    assert "3 kills" in done.stdout
