"""What ``check`` prints: short on a terminal, whole in a file, stable as JSON, with tracebacks in a file of their own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

import benchsuite.conformance
from benchsuite.cli.app import app
from benchsuite.cli.check import Shown
from benchsuite.conformance import Finding, Told, TriedOn
from benchsuite.conformance.account import CheckAccount, in_words
from benchsuite.conformance.step import Looked

LONG = "a word and another " * 20
BROKEN = Finding("it trains", LONG.strip(), "line\n" * 500, "a/very/long/path" * 8 + ".py:3, in f", "Write x.", "x = y")
CRASHED = TriedOn("tiny_b", False, Finding("", "crashed: ValueError: no", "Traceback of b", "p.py:1", "Do.", "b()"))


def told(*_: object, **__: object) -> Iterator[Told]:
    yield Told("optimizer", "sgd", "described", Looked((Finding("its summary says what it is"),)))
    yield Told("optimizer", "sgd", "trains:tiny_a", Looked((), TriedOn("tiny_a", True)))
    yield Told("optimizer", "sgd", "trains:tiny_b", Looked((), CRASHED, over=True))
    yield Told("optimizer", "sgd", "trains", Looked((BROKEN,)), last=True)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.cli.check.surround", lambda: None)
    monkeypatch.setattr(benchsuite.conformance, "tried_apart", told)

    def run(*more: str) -> str:
        arguments = ["check", "optimizer:sgd", "--tracebacks", "kept", "--no-local", *more]
        done = CliRunner(env={"COLUMNS": "80"}).invoke(app, arguments)
        assert done.exit_code == 1, done.output
        return done.stdout

    return run


def test_a_file_has_every_line_whole(run) -> None:
    lines = run().splitlines()
    assert lines[0] == "optimizer sgd"
    assert f"      {LONG.strip()}" in lines
    assert f"      at {BROKEN.where}" in lines
    assert lines[-4:] == [
        "      Write x.",
        "  tried on tiny_a ✓, tiny_b ✗ crashed: ValueError: no",
        f"  tracebacks: {Path('kept').absolute() / 'optimizer-sgd.txt'}",
        "1 broken promise.",
    ]
    assert len(lines) == 10
    text = Path("kept/optimizer-sgd.txt").read_text(encoding="utf-8")
    assert text.count("line\n") == 500  # all of it
    assert "on tiny_b: crashed: ValueError: no\n\nTraceback of b" in text


def test_a_terminal_has_the_sentence_that_says_what_to_do_whole() -> None:
    file = io.StringIO()
    problem = f"on tiny_classes crashed: {LONG.strip()}. Write keras.ops.{'x' * 80} instead."
    Shown(Console(file=file, width=80, force_terminal=True, color_system=None)).findings(
        (Finding("it trains", problem),)
    )
    said = " ".join(file.getvalue().split())
    assert "characters left out …] Write keras.ops." in said
    assert said.endswith(f"{'x' * 80} instead.")
    assert said.startswith("✗ it trains on tiny_classes crashed: a word and another")
    assert len(said) < 320


def test_json_has_all_that_is_known_under_stable_keys(run) -> None:
    found = json.loads(run("--json"))
    assert {key: value for key, value in found.items() if key != "checked"} == {"format": 1, "broken": 1}
    (one,) = found["checked"]
    file = str(Path("kept").absolute() / "optimizer-sgd.txt")
    nothing = dict.fromkeys(("problem", "where", "source", "cure", "traceback_file"))
    assert one == {
        "kind": "optimizer",
        "name": "sgd",
        "plugin": "bundled",
        "kept": False,
        "promises": [
            {"promise": "its summary says what it is", "kept": True, **nothing},
            {
                "promise": "it trains",
                "kept": False,
                "problem": LONG.strip(),
                "where": BROKEN.where,
                "source": "x = y",
                "cure": "Write x.",
                "traceback_file": file,
            },
        ],
        "tried_on": [
            {"task": "tiny_a", "trained": True, **nothing},
            {
                "task": "tiny_b",
                "trained": False,
                "problem": "crashed: ValueError: no",
                "where": "p.py:1",
                "source": "b()",
                "cure": "Do.",
                "traceback_file": file,
            },
        ],
    }


def test_a_file_of_tracebacks_goes_when_there_are_none_any_more(tmp_path: Path) -> None:
    broken = CheckAccount("optimizer", "mine", findings=[BROKEN])
    file = broken.write_tracebacks(tmp_path / "new")
    assert file is not None
    assert file.is_file()
    assert CheckAccount("optimizer", "mine", findings=[Finding("kept")]).write_tracebacks(tmp_path / "new") is None
    assert not file.exists()


def test_a_file_of_tracebacks_has_no_sequences_of_a_terminal(tmp_path: Path) -> None:
    bold = Finding("kept", "broken", "Traceback:\n\x1b[1mtoo long\x1b[0m \x07")
    file = CheckAccount("optimizer", "mine", findings=[bold]).write_tracebacks(tmp_path)
    assert file is not None
    assert "Traceback:\ntoo long \\x07" in file.read_text(encoding="utf-8")


def test_where_no_tracebacks_can_be_written_is_told(run, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "optimizer:sgd", "--tracebacks", "kept", "--no-local"])
    assert "tracebacks cannot be written to" in str(done.exception)
    assert "--tracebacks" in str(done.exception)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_limit_is_a_number_of_seconds(run, seconds: str) -> None:
    done = CliRunner().invoke(app, ["check", "optimizer:sgd", f"--seconds={seconds}"])
    assert "--seconds must be a number above 0" in str(done.exception)


def test_the_text_of_a_failed_test_is_the_finding() -> None:
    assert in_words(
        Finding("it trains", "crashed: no", "Traceback", "p.py:3, in f", "Write x.", "x = y")
    ).splitlines() == [
        "it trains",
        "  crashed: no",
        "  at p.py:3, in f",
        "    x = y",
        "  Write x.",
    ]
