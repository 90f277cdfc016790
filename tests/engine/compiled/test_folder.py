"""Compiled code on the disk: whole or not there, and never somebody else's."""

import os
import signal
import subprocess
import sys
import time

import pytest

from benchsuite.engine.compiled.folder import CompiledFolder, Held, problem_of

FILES = {"one.pb": b"code" * 100, "two.pb": b""}


@pytest.fixture
def folder(tmp_path):
    kept = CompiledFolder(tmp_path / "cache" / "compiled", "kind")
    kept.put("f_1", FILES)
    return kept


def path(folder, name="f_1"):
    return folder.root / folder.kind / name


def test_what_was_put_is_found_by_its_name_and_kind(folder):
    assert folder.get("f_1") == FILES
    assert folder.get("f_2") is None
    assert CompiledFolder(folder.root, "other").get("f_1") is None
    assert folder.held().files == 1


def test_nobody_else_can_read_it(folder):
    assert [one.stat().st_mode & 0o777 for one in (folder.root, path(folder).parent, path(folder))] == [
        0o700,
        0o700,
        0o600,
    ]


def torn(content):
    return content[:-1]


def flipped(content):
    return content[:200] + bytes([content[200] ^ 1]) + content[201:]


@pytest.mark.parametrize(
    "change", [torn, flipped, lambda _: b"", lambda content: content[:32], lambda content: content + b"x"]
)
def test_a_file_that_was_changed_is_removed_and_can_be_kept_again(folder, change):
    place = path(folder)
    place.write_bytes(change(place.read_bytes()))
    assert folder.get("f_1") is None
    assert not place.exists()
    folder.put("f_1", FILES)
    assert folder.get("f_1") == FILES


def test_a_file_of_another_function_or_another_machine_is_not_believed(folder):
    os.rename(path(folder), path(folder, "f_2"))
    assert folder.get("f_2") is None
    other = CompiledFolder(folder.root, "other")
    other.put("f_1", FILES)
    folder.put("f_1", FILES)
    os.rename(path(other), path(folder))
    assert folder.get("f_1") is None


def test_no_link_is_followed_and_no_huge_file_read(folder, tmp_path, monkeypatch):
    outside = tmp_path / "outside"
    os.rename(path(folder), outside)
    path(folder).symlink_to(outside)
    assert folder.get("f_1") is None
    folder.put("f_1", FILES)
    assert folder.get("f_1") == FILES
    monkeypatch.setattr("benchsuite.engine.compiled.folder.LARGEST", 100)
    assert folder.get("f_1") is None
    folder.put("f_1", FILES)
    assert not path(folder).exists()
    assert outside.exists()


@pytest.mark.parametrize("place", ["root", "kind", "file"])
def test_what_others_can_write_to_is_not_believed(folder, place):
    where = {"root": folder.root, "kind": path(folder).parent, "file": path(folder)}[place]
    where.chmod(where.stat().st_mode | 0o020)
    assert folder.get("f_1") is None
    if place == "root":
        assert problem_of(folder.root) == f"others can write to {folder.root}; run: chmod go-w {folder.root}"


def test_what_stands_above_the_folder_is_not_looked_at(folder):
    folder.root.parent.chmod(0o777)
    assert folder.get("f_1") == FILES
    assert problem_of(folder.root) == ""


def test_a_folder_that_is_a_link_or_a_file_is_told(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        assert problem_of(tmp_path / name) == f"{tmp_path / name} is no folder, or a link"
        CompiledFolder(tmp_path / name, "kind").put("f_1", FILES)
    assert problem_of(tmp_path / "file" / "deeper")
    assert problem_of(tmp_path / "new") == ""
    assert sorted(os.listdir(tmp_path)) == ["file", "link", "new"]


def test_what_was_used_longest_ago_goes_first(folder):
    size = folder.held().size
    kept = CompiledFolder(folder.root, "newer", most=3 * size + 20)
    for number in (2, 3):
        kept.put(f"f_{number}", FILES)
    for age, (of, name) in enumerate([(folder, "f_1"), (kept, "f_2"), (kept, "f_3")], 1):
        os.utime(path(of, name), (age, age))
    assert kept.get("f_2") == FILES  # used now
    kept.put("f_4", FILES)
    kept.tidy()
    assert [one.name for one in sorted(path(kept).parent.iterdir())] == ["f_2", "f_3", "f_4"]
    assert not (folder.root / "kind").exists()


def test_a_process_that_writes_one_file_makes_room_as_well(folder):
    kept = CompiledFolder(folder.root, "newer", most=folder.held().size + 20)
    kept.put("f_2", FILES)
    assert (folder.get("f_1"), kept.get("f_2")) == (None, FILES)


def test_a_file_that_is_too_large_for_the_folder_is_not_kept(tmp_path):
    kept = CompiledFolder(tmp_path / "small", "kind", most=100)
    kept.put("f_1", FILES)
    assert kept.held() == Held(0, 0)


WRITER = """
import sys
from pathlib import Path
from benchsuite.engine.compiled.folder import CompiledFolder
kept = CompiledFolder(Path(sys.argv[1]), "kind")
print("ready", flush=True)
while True:
    for letter in b"ab":
        kept.put("f_1", {"one.pb": bytes([letter]) * 2_000_000})
"""


def test_a_reader_sees_whole_files_whatever_becomes_of_the_writer(tmp_path):
    kept = CompiledFolder(tmp_path / "compiled", "kind")
    whole = {bytes([letter]) * 2_000_000 for letter in b"ab"}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(kept.root)], stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        seen = 0
        until = time.monotonic() + 60
        while seen < 10 and time.monotonic() < until:
            if (found := kept.get("f_1")) is not None:
                assert found["one.pb"] in whole
                seen += 1
        writer.send_signal(signal.SIGKILL)
    assert seen == 10
    assert kept.get("f_1")["one.pb"] in whole
    (path(kept).parent / "f_1.0123456789abcdef.part").touch()
    for left in path(kept).parent.glob("*.part"):
        os.utime(left, (1, 1))
    kept.tidy()
    assert [one.name for one in path(kept).parent.iterdir()] == ["f_1"]
