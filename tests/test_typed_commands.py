"""Typed commands: how a study was typed, with its paths, for who types it again; bundles have none of it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.typed_commands import TypedCommand, command_from_json, command_to_json, read_commands, write_command

STUDY = "0123456789abcdef" * 2


def typed(folder: Path, *words: str) -> TypedCommand:
    return TypedCommand(study=STUDY, folder=str(folder), words=("benchsuite", *words))


def test_it_is_read_as_it_was_written_and_the_last_one_stays(tmp_path: Path) -> None:
    for words in (("run", "st udy.toml"), ("run", "../st udy.toml")):
        write_command(tmp_path, typed(tmp_path, *words))
        damaged: list[Any] = []
        assert list(read_commands(tmp_path, damaged)) == [typed(tmp_path, *words)]
        assert not damaged
    path = tmp_path / "commands" / f"{STUDY}.json"
    before = path.stat()
    write_command(tmp_path, typed(tmp_path, "run", "../st udy.toml"))
    assert path.stat().st_ino == before.st_ino  # nothing new, so nothing is written


def test_its_line_leads_to_what_it_names_from_here_and_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = tmp_path / "a lab's", tmp_path / "here"
    for folder in (there, here):
        folder.mkdir()
    (there / "x y.txt").write_text("found", encoding="utf-8")
    found = typed(there, "x y.txt", "a*", "$HOME")
    for folder in (there, here):
        monkeypatch.chdir(folder)
        shell = f'benchsuite() {{ cat "$1"; printf " %s" "${{@:2}}"; }}; {found.line("--more")}'
        done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
        assert done.stdout == "found a* $HOME --more"
    # What was typed on a machine whose folders are not here is said as it is.
    assert shlex.split(typed(Path("/no/where"), "a b").line()) == ["benchsuite", "a b"]


def test_a_folder_that_cannot_be_written_down_is_none(tmp_path: Path) -> None:
    for name in ("a\nb", os.fsdecode(b"\xff")):
        write_command(tmp_path, typed(tmp_path / name, "run"))
    assert not (tmp_path / "commands").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(words=["rm", "-rf", "x"]), "the first one must be benchsuite"),
        (lambda data: data.update(words=[]), "words: "),
        (lambda data: data.update(folder="x"), "folder: "),
        (lambda data: data.update(study="x"), "study: "),
        (lambda data: data.update(more=1), "more: Unexpected keyword argument"),
        (lambda data: data["words"].append("a\x1b[2J"), "words.1: "),
    ],
)
def test_what_is_none_is_said(change: Callable[[dict[str, Any]], object], said: str) -> None:
    data = json.loads(command_to_json(typed(Path("/x"))))
    change(data)
    with pytest.raises(NotARecord, match=said):
        command_from_json(json.dumps(data).encode())


def test_a_newer_one_is_named_as_newer(tmp_path: Path) -> None:
    write_command(tmp_path, typed(tmp_path))
    path = tmp_path / "commands" / f"{STUDY}.json"
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 2'))
    damaged: list[Any] = []
    assert not list(read_commands(tmp_path, damaged))
    assert [one.newer for one in damaged] == [True]
    with pytest.raises(NewerFormat):
        command_from_json(path.read_bytes())
