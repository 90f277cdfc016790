"""Folders for what a command writes on its way: empty, locked, gone at the end, and swept where their command was killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from benchsuite import scratch as module
from benchsuite.errors import BenchsuiteError
from benchsuite.scratch import PREFIX, scratch


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_gone_at_the_end_however_that_comes(place: Path) -> None:
    def interrupted() -> None:
        with scratch() as folder:
            assert folder.parent == place
            (folder / "site").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(place.iterdir()) == []


def test_what_a_killed_command_left_is_removed_and_what_lives_is_not(place: Path) -> None:
    (place / f"{PREFIX}dead" / "site").mkdir(parents=True)
    (place / f"{PREFIX}dead" / "site" / "index.html").write_text("torn")
    (place / "stranger").mkdir()
    with scratch() as one, scratch() as other:
        assert {path.name for path in place.iterdir()} == {one.name, other.name, "stranger"}
        assert list(one.iterdir()) == []


def test_one_that_is_swept_before_it_is_locked_is_made_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[Path] = []
    lock = module.fcntl.flock

    def late(descriptor: int, what: int) -> None:
        if not swept:
            swept.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
            swept[0].rmdir()
        lock(descriptor, what)

    monkeypatch.setattr(module.fcntl, "flock", late)
    with scratch() as folder:
        assert folder.is_dir()
        assert folder not in swept


def test_where_none_can_be_made_that_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place / "missing"))
    with (
        pytest.raises(BenchsuiteError, match=r"no folder can be made among the temporary files .*Set TMPDIR"),
        scratch(),
    ):
        raise AssertionError
