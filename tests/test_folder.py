"""A held folder: files are whole or absent, nothing goes through a link, and none that took its place is taken for it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchsuite import drafts
from benchsuite.folder import Folder, Gone, identity

CAN_BE_NAMELESS = sys.platform == "linux"


@pytest.fixture(params=["nameless", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a file is written: without a name until it is whole, or, where that cannot be, under a temporary one."""
    if request.param == "named":
        monkeypatch.setattr(drafts, "_NAMELESS", 0)
    elif not CAN_BE_NAMELESS:
        pytest.skip("files without a name are Linux's own")
    return str(request.param)


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


# Whole or absent


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_is_there_once_it_is_whole(way: str, before: bytes | None, tmp_path: Path) -> None:
    folder, path = Folder(tmp_path), tmp_path / "a" / "b.json"
    if before is not None:
        folder.write("a/b.json", before)
    with folder.writing("a/b.json") as file:
        file.write(b"half")
        file.flush()
        assert (path.read_bytes() if before else None) == before
        assert len(below(tmp_path)) == (way == "named") + bool(before)
        file.write(b" and half")
    assert (below(tmp_path), path.read_bytes()) == (["a/b.json"], b"half and half")


@pytest.mark.parametrize("before", [None, b"old"])
@pytest.mark.parametrize("step", ["write", "fsync", "link", "replace"])
def test_what_goes_wrong_on_the_way_leaves_what_was_there(
    way: str, step: str, before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    if before is not None:
        folder.write("a.json", before)

    def full(*arguments: object, **keywords: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step != "write":
        monkeypatch.setattr(os, step, full)
    wrong = False
    try:
        with folder.writing("a.json") as file:
            file.write(b"half")
            if step == "write":
                full()
    except OSError as error:
        wrong = error.errno == errno.ENOSPC
    reached = step in ("write", "fsync") or {"link": way == "nameless", "replace": way == "named" or bool(before)}[step]
    assert wrong == reached
    if wrong:
        assert below(tmp_path) == (["a.json"] if before else [])
        assert before is None or (tmp_path / "a.json").read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from benchsuite import drafts
from benchsuite.folder import Folder
if sys.argv[2] == "named":
    drafts._NAMELESS = 0
with Folder(Path(sys.argv[1])).writing("trials/a.json") as file:
    file.write(b"half")
    file.flush()
    if sys.argv[3] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_a_writer_that_is_killed_leaves_nothing_or_what_the_next_one_sweeps_away(way: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, way, "killed"], check=False)
    assert done.returncode == -signal.SIGKILL
    left = below(tmp_path)
    assert len(left) == (way == "named")
    assert "trials/a.json" not in left
    Folder(tmp_path).sweep("trials", "weights")
    assert below(tmp_path) == []


def test_what_somebody_is_writing_is_not_swept_away(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), "named", "alive"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        assert len(below(tmp_path)) == 1
        Folder(tmp_path).sweep("trials")
        writer.communicate("")
    assert writer.returncode == 0
    assert (below(tmp_path), (tmp_path / "trials" / "a.json").read_bytes()) == (["trials/a.json"], b"half")


def test_only_our_own_temporary_files_are_swept_away(tmp_path: Path) -> None:
    (tmp_path / "trials").mkdir()
    (tmp_path / "mine").mkdir()
    ours = [".a.json.0123456789abcdef.part", "trials/.b.json.0123456789abcdef.part"]
    others = [".a.json.part", "a.json.0123456789abcdef.part", "trials/.hidden", "mine/.c.0123456789abcdef.part"]
    for name in (*ours, *others):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".a.0123456789abcdef.part").write_bytes(b"x")
    (tmp_path / "weights").symlink_to(tmp_path / "elsewhere")
    Folder(tmp_path).sweep("trials", "weights", "never made")
    assert below(tmp_path) == sorted([*others, "elsewhere/.a.0123456789abcdef.part"])


def test_many_writers_make_one_folder(way: str, tmp_path: Path) -> None:
    """Each of them may be the first to need it."""
    wrong: list[BaseException] = []
    together = threading.Barrier(8)

    def write(number: int) -> None:
        try:
            for turn in range(20):
                together.wait(timeout=30)
                Folder(tmp_path).write(f"{turn}/deep/{number}", str(number).encode())
                Folder(tmp_path).write(f"{turn}/same", str(number).encode())
        except BaseException as error:
            wrong.append(error)
            together.abort()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(below(tmp_path)) == 20 * 9


@pytest.fixture
def small_files() -> Iterator[Callable[[int], None]]:
    """Let no file of this process grow beyond a size: a disk that is full, without rights to make one."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_does_not_fit_is_not_there(way: str, tmp_path: Path, small_files: Callable[[int], None]) -> None:
    folder = Folder(tmp_path)
    folder.write("a/b.json", b"old")
    small_files(10_000)
    for name in ("a/b.json", "a/c.json"):
        with pytest.raises(OSError, match="File too large"):
            folder.write(name, bytes(20_000))
    assert (below(tmp_path), (tmp_path / "a" / "b.json").read_bytes()) == (["a/b.json"], b"old")


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002, 0o027])
def test_files_and_folders_have_the_rights_that_the_user_wants(way: str, mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        folder = Folder(tmp_path)
        for content in (b"new", b"replaced"):
            folder.write("a/b.json", content)
        os.close(folder.open("a/log", os.O_WRONLY | os.O_CREAT))
    finally:
        os.umask(before)
    found = [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b.json", "a/log")]
    assert found == [0o777 & ~mask, 0o666 & ~mask, 0o666 & ~mask]


# Never through a link


def write(folder: Folder, name: str) -> None:
    folder.write(name, b"ours")


def append(folder: Folder, name: str) -> None:
    os.close(folder.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT))


def move_there(folder: Folder, name: str) -> None:
    folder.write("source", b"ours")
    folder.move("source", name)


@pytest.mark.parametrize("act", [write, append, move_there, Folder.remove])
@pytest.mark.parametrize("link", ["weights", "weights/ab"])
@pytest.mark.parametrize("dangling", [False, True], ids=["there", "dangling"])
def test_no_folder_on_the_way_may_be_a_link(
    act: Callable[[Folder, str], None], link: str, dangling: bool, tmp_path: Path
) -> None:
    elsewhere, results = tmp_path / "elsewhere", tmp_path / "results"
    if not dangling:
        (elsewhere / "ab").mkdir(parents=True)
        (elsewhere / "ab" / "x.npz").write_bytes(b"theirs")
        (elsewhere / "x.npz").write_bytes(b"theirs")
    (results / link).parent.mkdir(parents=True)
    (results / link).symlink_to(elsewhere)
    before = below(tmp_path)
    with pytest.raises(OSError, match="is a symbolic link") as caught:
        act(Folder(results), "weights/ab/x.npz")
    assert caught.value.errno == errno.ELOOP
    assert caught.value.strerror == (
        f"{results / link} is a symbolic link, and nothing in a results folder is written through one"
    )
    assert [name for name in below(tmp_path) if not name.endswith("source")] == before
    assert all(path.read_bytes() == b"theirs" for path in elsewhere.rglob("x.npz"))


@pytest.mark.parametrize("act", [write, append])
@pytest.mark.parametrize("dangling", [False, True], ids=["there", "dangling"])
def test_a_file_that_is_a_link_is_named_and_stays(
    act: Callable[[Folder, str], None], dangling: bool, tmp_path: Path
) -> None:
    elsewhere, results = tmp_path / "elsewhere", tmp_path / "results"
    results.mkdir()
    if not dangling:
        elsewhere.write_bytes(b"theirs")
    (results / "a.json").symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"results/a\.json is a symbolic link, and nothing"):
        act(Folder(results), "a.json")
    assert (results / "a.json").is_symlink()
    assert elsewhere.exists() != dangling
    Folder(results).remove("a.json")
    assert below(tmp_path) == ([] if dangling else ["elsewhere"])


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk" / "trials").mkdir(parents=True)
    (tmp_path / "results").symlink_to(tmp_path / "disk")
    folder = Folder(tmp_path / "results")
    with folder.hold("trials"):
        folder.write("trials/a.json", b"1")
    assert below(tmp_path / "disk") == ["trials/a.json"]


def test_a_pipe_or_a_folder_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with pytest.raises(OSError, match="pipe is not a regular file"):
            Folder(tmp_path).open("pipe", flags)
        with pytest.raises(OSError, match=r"folder is not a regular file|Is a directory"):
            Folder(tmp_path).open("folder", flags)
    with pytest.raises(OSError, match=r"No such device|not a regular file"):
        Folder(tmp_path).open("pipe", os.O_WRONLY)


# The very folder


def delete(path: Path) -> None:
    shutil.rmtree(path)


def move(path: Path) -> None:
    path.rename(path.with_name("moved"))


def replace(path: Path) -> None:
    move(path)
    (path / "trials").mkdir(parents=True)


def link(path: Path) -> None:
    move(path)
    path.symlink_to(path.with_name("elsewhere"))
    path.with_name("elsewhere").mkdir()
    (path / "trials").mkdir()


@pytest.mark.parametrize("change", [delete, move, replace, link])
@pytest.mark.parametrize("what", ["", "trials"])
def test_a_folder_that_has_gone_is_not_made_again(what: str, change: Callable[[Path], None], tmp_path: Path) -> None:
    results = tmp_path / "results"
    (results / "trials").mkdir(parents=True)
    folder = Folder(results)
    with folder.hold("trials"):
        folder.write("trials/a.json", b"1")
        change(results / what)
        before = sorted(tmp_path.rglob("*"))
        for act in (
            folder.check,
            lambda: folder.write("trials/b.json", b"2"),
            lambda: folder.write("weights/b.npz", b"2"),
            lambda: folder.remove("trials/a.json"),
            lambda: folder.move("trials/a.json", "stale/a.json"),
            lambda: append(folder, "logs/a.log"),
        ):
            with pytest.raises(Gone) as caught:
                act()
            gone = caught.value.strerror
            assert gone == f"{results / what if what else results} was deleted, moved or replaced meanwhile"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_to_the_very_folder_that_was_moved_will_do(tmp_path: Path) -> None:
    """That is how a user makes room during a long run: the folder is the same."""
    (tmp_path / "results").mkdir()
    folder = Folder(tmp_path / "results")
    with folder.hold():
        move(tmp_path / "results")
        (tmp_path / "results").symlink_to(tmp_path / "moved")
        folder.write("a.json", b"1")
    assert below(tmp_path / "moved") == ["a.json"]


def test_what_is_in_the_folder_may_not_be_linked_back(tmp_path: Path) -> None:
    (tmp_path / "results" / "trials").mkdir(parents=True)
    folder = Folder(tmp_path / "results")
    with folder.hold("trials"):
        move(tmp_path / "results" / "trials")
        (tmp_path / "results" / "trials").symlink_to(tmp_path / "results" / "moved")
        with pytest.raises(Gone, match="results/trials was deleted, moved or replaced"):
            folder.check()


def test_another_process_that_is_told_the_identity_writes_to_no_other_folder(tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    here = identity(results.stat())
    with Folder(results).hold():  # as long as it is held, no other can have its number
        Folder(results, here).write("a", b"1")
        replace(results)
        with pytest.raises(Gone):
            Folder(results, here).write("a", b"1")
        delete(results)
        with pytest.raises(Gone):
            Folder(results, here).write("a", b"1")
    with pytest.raises(FileNotFoundError):
        Folder(results).write("a", b"1")
    assert not results.exists()


def test_nothing_stays_open(tmp_path: Path) -> None:
    listing = Path("/proc/self/fd")
    if not listing.is_dir():
        pytest.skip("only Linux lists them there")
    before = len(list(listing.iterdir()))
    folder = Folder(tmp_path)
    for _ in range(3):
        folder.write("trials/ab/a.json", b"1")
        with folder.hold("trials"):
            folder.write("trials/ab/b.json", b"1")
            folder.sweep("trials")
        with pytest.raises(FileNotFoundError), folder.hold("trials", "nothing"):
            pass
        with pytest.raises(NotADirectoryError):
            folder.write("trials/ab/b.json/c", b"1")
    assert len(list(listing.iterdir())) == before


def test_what_is_no_folder_is_not_swept_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report")
    (tmp_path / "stale").write_bytes(b"a file")
    (tmp_path / "weights").symlink_to("stale")
    script = (
        "import sys\nfrom pathlib import Path\nfrom benchsuite.folder import Folder\n"
        f"Folder(Path({str(tmp_path)!r})).sweep('report', 'stale', 'weights')"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=20, check=False).returncode == 0
