"""What verbs show of broken plugins and of components that have too much to say."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cli.info import LONGEST_TEXT

PLUGIN = '''"""{doc}"""
import benchsuite as bs

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="talks", make=lambda a: None, summary="It talks.", space={{"a": bs.Choice(range({options}))}})]
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "plugins").mkdir()
    return tmp_path


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_fifty_broken_plugins_are_fifty_lines_of_a_screen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        text = "from benchsuite import hookimpl\nraise ValueError('[red]\\x1b[2J ' + 'x' * 5000)\n"
        (folder / f"plugins/p{number:02}.py").write_text(text)
    whole = [line for line in shown("list", "loss").splitlines() if line.startswith("broken ")]
    assert len(whole) == 50
    assert all(450 < len(line) < 550 for line in whole)
    assert "ValueError: [red] xxx" in whole[0]  # without what steers a terminal

    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = shown("list", "loss").replace("\x1b[31m", "").replace("\x1b[0m", "").splitlines()
    cut = [line for line in lines if line.startswith("broken ")]
    assert len(cut) == 50
    assert all(len(line) == 100 and line.endswith("x…") for line in cut)
    assert "`benchsuite doctor` shows these lines whole." in lines[-1]


def test_of_a_huge_docstring_the_beginning_is_shown(folder: Path) -> None:
    (folder / "given.py").write_text(PLUGIN.format(doc="word " * 10**6, options=3))
    output = shown("info", "talks", "--plugin", "given.py")
    assert "It talks." in output
    assert LONGEST_TEXT < len(output) < 2 * LONGEST_TEXT
    assert "characters left out" in output


def test_of_a_long_list_of_options_the_beginning_is_shown(folder: Path) -> None:
    (folder / "plugins/given.py").write_text(PLUGIN.format(doc="", options=100_000))
    output = shown("info", "talks")
    assert "0 by default, one of 0, 1, 2" in output
    assert "characters left out" in output
    assert len(output) < 20_000


def test_a_broken_file_that_was_asked_for_ends_the_verb(folder: Path) -> None:
    (folder / "given.py").write_text("import os\nos._exit(3)\n")
    done = CliRunner().invoke(app, ["list", "--plugin", "given.py"])
    assert str(done.exception) == (
        "the plugin given with --plugin given.py is broken: importing it ended the process with exit code 3"
    )
