"""Output where the locale knows ASCII alone: real processes, as a cluster's batch system starts them."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchsuite.cli.console import PLAIN, WORDS, safe_output, say, show
from benchsuite.cli.progress import Progress
from benchsuite.components import RECIPE_KINDS
from benchsuite.record_json import record_from_json
from benchsuite.registry import Registry
from benchsuite.store import Store
from benchsuite.text import without_controls
from tests.factories import component, make_json, make_record, of_nobody

ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENCODED = {"PYTHONIOENCODING": "ascii"}


def benchsuite(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments, "--no-local"],
        env={**kept, **environment, "COLUMNS": "80"}, cwd=folder, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode(errors="replace")
    return done.stdout.decode("ascii")


@pytest.mark.parametrize("environment", [ASCII, ENCODED], ids=["LC_ALL=C", "PYTHONIOENCODING=ascii"])
def test_every_table_can_be_read_in_ascii(tmp_path: Path, environment: dict[str, str]):
    store = Store(tmp_path / "results")
    for seed in range(3):
        for changes, value in (({}, 0.9 + seed / 100), ({"optimizer": [component("métho∂")]}, 0.5)):
            found = of_nobody(make_json(changes=changes, seed=seed, value=value))
            store.write(record_from_json(json.dumps(found).encode()))
    text = benchsuite(tmp_path, environment, "report", "--results", "results")
    assert "accuracy ^" in text
    assert "0.9000-0.9200" in text
    assert "m\\xe9tho\\u2202" in text
    assert "^" not in benchsuite(tmp_path, environment, "list", "schedule")
    assert "formula" in benchsuite(tmp_path, environment, "info", "adam")


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("θ ← θ − η·m̂/(√v̂ + ε)", "theta <- theta - eta*m_hat/(sqrt v_hat + epsilon)"),
        ("v ← β₂·v + (1 − β₂)·g²", "v <- beta_2*v + (1 - beta_2)*g^2"),
        ("Δθ = −2π·∇f, λθ", "Delta theta = -2 pi*grad f, lambda theta"),
        ("√(a) + 1/√2, β₁ᵗ, e⁻ˣ", "sqrt(a) + 1/sqrt 2, beta_1^t, e^-^x"),
    ],
)
def test_a_formula_reads_right_in_ascii(formula: str, shown: str, monkeypatch: pytest.MonkeyPatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True, newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    safe_output()
    print(formula)
    assert stream.buffer.getvalue().decode() == f"{shown}\n"  # type: ignore[attr-defined]


def test_every_letter_of_a_bundled_formula_has_one_that_stands_for_it(bundled: Registry):
    lacking = {
        letter
        for kind in RECIPE_KINDS
        for name in bundled.names(kind)
        for letter in bundled.component(kind, name).formula
        if not letter.isascii() and letter not in PLAIN and letter not in WORDS
    }
    assert lacking == set()


def test_control_characters_are_shown_and_not_obeyed():
    assert without_controls("a\x1b[2Jb\r\x07\x9b\u202ec\td\n") == "a\\x1b[2Jb\\r\\x07\\x9b\\u202ec\td\n"
    console = Console(file=io.StringIO(), width=80)
    say(console, "{:4}|{:5.2f}|{}", "\x1b[31m[red]x[/red]\n", 0.5, "\\")
    say(console, "[red]{}[/]: {}", "[red", "]")
    assert console.file.getvalue() == "\\x1b[31m[red]x[/red]\\n| 0.50|\\\n[red: ]\n"  # type: ignore[attr-defined]


def test_a_run_shows_reasons_and_problems_without_obeying_them(bundled: Registry):
    console = Console(file=io.StringIO(), width=80)
    record = make_record(outcome="crashed", reason="ValueError: \x1b[2Jgone")
    with Progress(console, bundled, 1) as progress:
        progress.planned(0, 3, 0, 3.0)
        progress.problem("no \x9b[red]room")
        for _ in range(2):
            progress.finished(record.trial, 0, record, 0.0)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "! no \\x9b[red]room\n" in said
    assert said.count("ValueError: \\x1b[2Jgone\n") == 2
    assert not {"\x1b", "\x9b"} & {*said}


@pytest.mark.parametrize(
    "arguments", [("list", "schedule"), ("run", "--task", "digits_mlp", "--dry-run"), ("run", "--schedule", "no_such")]
)
def test_an_error_of_a_plugin_moves_no_cursor(arguments: tuple[str, ...], tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    text = "import benchsuite as bs\nbs.hookimpl\nraise ValueError('\\x1b[2Jgone\\x07')\n"
    (tmp_path / "plugins/evil.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments], cwd=tmp_path, capture_output=True, check=False, timeout=120
    )
    said = done.stdout + done.stderr
    assert b"ValueError: gone\\x07" in said, said  # sequences of a terminal are left out, other controls are named
    assert b"\x1b" not in said
    assert b"\x07" not in said


def test_every_letter_that_stands_for_another_is_plain():
    assert all(letters.isascii() for letters in (*PLAIN.values(), *WORDS.values()))
    assert not any(letter.isascii() for letter in (*PLAIN, *WORDS))


def test_bytes_that_are_no_text_are_escaped_even_where_the_locale_is_utf_8(monkeypatch: pytest.MonkeyPatch):
    for encoding, shown in (("utf-8", "\\udcff ↑\n"), ("ascii", "\\udcff ^\n"), ("latin-1", "\\udcff ^\n")):
        stream = io.TextIOWrapper(io.BytesIO(), encoding, write_through=True, newline="\n")
        monkeypatch.setattr(sys, "stdout", stream)
        safe_output()
        print("\udcff ↑")
        assert stream.buffer.getvalue().decode(encoding) == shown  # type: ignore[attr-defined]


def test_no_line_of_a_table_ends_with_blanks():
    from rich.table import Table
    from rich.text import Text

    file = io.StringIO()
    for colours in (None, "standard"):
        console = Console(width=40, file=file, color_system=colours, force_terminal=colours is not None)
        table = Table(box=None, title="title", caption=Text("short prose\nand more"), width=40, pad_edge=False)
        table.add_column("a")
        table.add_column("b", ratio=1)
        table.add_row("1", Text("two", "bold red"))
        show(console, table)
    lines = file.getvalue().splitlines()
    assert [line for line in lines if re.search(r" (\x1b\[0?m)?$", line)] == []
    assert sum("short prose" in line for line in lines) == 2


@pytest.mark.parametrize("terminal", [True, False])
def test_a_warning_is_broken_between_words_on_a_terminal_and_whole_in_a_file(terminal: bool):

    file = io.StringIO()
    console = Console(width=30, file=file, color_system=None, force_terminal=terminal)
    say(console, "[yellow]![/] {}", "words " * 12 + "and the last one")
    say(console, "{}", "a line of ours " * 4)
    *warning, said = file.getvalue().splitlines()
    assert said == "a line of ours " * 4
    assert max(map(len, warning)) <= 30 if terminal else len(warning) == 1
