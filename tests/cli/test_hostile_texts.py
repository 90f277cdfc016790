"""Every verb at 80 columns, with names, paths and texts that would steer a terminal or pass for rich's markup."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchsuite.cli import main
from benchsuite.cli.console import Harmless, cell, quote, say
from benchsuite.cli.progress import Progress
from benchsuite.conformance import Finding, Told, TriedOn
from benchsuite.conformance.step import Looked
from benchsuite.record_json import record_from_json
from benchsuite.registry import Registry
from benchsuite.store import Store
from benchsuite.text import CONTROLS
from tests.factories import component, make_json, make_record, of_nobody

EVIL = "\x1b[2J\x1b]0;owned\x07[red]m[/red] [/] [bold \r\u202egnp.\u200b\x9b5m"
LINE = EVIL.replace("\r", "")
"""A summary must be one line."""
SHOWN = r"\x1b[2J\x1b]0;owned\x07[red]m[/red] [/] [bold "
FOLDER = "[/]y\x1b[2J\u202e[red]"
PLUGIN = f"""{"about " + EVIL!a}
import benchsuite as bs

print({EVIL!a})

def make(rate):
    raise ValueError({EVIL!a})

def data():
    raise ValueError({EVIL!a})

def model(blocks, inputs):
    return blocks.output(10)(inputs)

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="evil_opt", make=make, summary={LINE!a}, reference={EVIL!a}, formula={EVIL!a},
        space={{"rate": bs.Choice([{EVIL!a}, "other"], default={EVIL!a})}})]

@bs.hookimpl
def register_tasks():
    return [bs.Task(name="evil_task", version=1, tier="quick", data=data, split=bs.HoldOut(0.6, 0.2, 0.2),
        model=model, loss="cross_entropy", metrics=["accuracy"], primary="accuracy", targets=[0.9], batch_size=32,
        epochs=2, baseline={{"optimizer": "adam"}}, compares=["optimizer"], summary={LINE!a}, license={EVIL!a},
        citation={EVIL!a}, source={EVIL!a}, download=data)]
"""
BROKEN = f"import benchsuite as bs\nbs.hookimpl\nraise ValueError({EVIL!a})\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a name that is no better than what lies in it."""
    folder = tmp_path / FOLDER
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins/evil.py").write_text(PLUGIN, encoding="utf-8")
    (folder / f"plugins/broken{FOLDER.replace('/', '')}.py").write_text(BROKEN, encoding="utf-8")
    store = Store(folder / "results")
    for seed in range(2):
        for changes, ending in (
            ({}, {"value": 0.9}),
            ({"optimizer": [component("sgd", learning_rate=EVIL)]}, {"value": 0.8}),
            ({"regularization": [component("dropout", rate=EVIL)]}, {"value": 0.85}),
            ({"regularization": [component("dropout[rate=0.1,0.5]")]}, {"outcome": "crashed", "reason": EVIL}),
        ):
            found = of_nobody(make_json(changes=changes, seed=seed, **ending))
            store.write(record_from_json(json.dumps(found).encode()))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run a verb in this process; return exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
        for name, stream in zip(("stdout", "stderr"), streams, strict=True):
            monkeypatch.setattr(sys, name, stream)
        monkeypatch.setattr(sys, "argv", ["benchsuite", *arguments])
        monkeypatch.setenv("COLUMNS", "80")
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *(stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]

    return run


@pytest.fixture(autouse=True)
def without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes seconds and prints nothing: what is tried here is what is said."""

    def raises(*_: Any) -> Any:
        raise ValueError(EVIL)

    for verb in ("check", "certify", "trace"):
        monkeypatch.setattr(f"benchsuite.cli.{verb}.surround", lambda: None)
    for verb in ("certify", "data", "trace"):
        monkeypatch.setattr(f"benchsuite.cli.{verb}.tensorflow_on_cpu", lambda: None)
    monkeypatch.setattr("benchsuite.cli.quiet.surround", lambda: None)
    monkeypatch.setattr("benchsuite.cli.doctor._devices", lambda: [(EVIL, False)])
    monkeypatch.setattr("benchsuite.cli.doctor._data_problem", lambda _: EVIL)
    monkeypatch.setattr("benchsuite.conformance.measure", raises)
    found = Looked(
        (Finding(EVIL), Finding(EVIL, EVIL, f"a\n{EVIL}", EVIL, EVIL, EVIL)), TriedOn(EVIL, False, Finding("", EVIL))
    )
    told = Told("optimizer", "evil_opt", EVIL, found, last=True)
    monkeypatch.setattr("benchsuite.conformance.tried_apart", lambda *_, **__: iter([told]))


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, ["list"]),
        (0, ["list", "optimizer"]),
        (2, ["list", EVIL]),
        (0, ["info", "evil_opt"]),
        (0, ["info", "task:evil_task"]),
        (2, ["info", EVIL]),
        (2, ["info", "evil_opt", "--plot", "--output", f"{FOLDER}.png"]),
        (1, ["check", "evil_opt", "--tracebacks", "kept"]),
        (1, ["check", "evil_opt", "--tracebacks", "kept", "--json"]),
        (2, ["check", EVIL]),
        (1, ["certify", "evil_task"]),
        (0, ["run", "--task", "digits_mlp", "--optimizer", "evil_opt", "--dry-run", "--results", FOLDER]),
        (2, ["run", "--task", "digits_mlp", "--optimizer", EVIL]),
        (2, ["run", "--plugin", f"{FOLDER}/none.py", "--optimizer", "sgd"]),
        (2, ["run", "--task", "digits_mlp", "--device", EVIL]),
        (0, ["report"]),
        (2, ["report", "--results", FOLDER]),
        (1, ["doctor"]),
        (0, ["data"]),
        (0, ["data", "evil_task"]),
        (1, ["data", "evil_task", "--check"]),
        (1, ["data", "fetch", "evil_task"]),
        (2, ["trace", EVIL]),
        (2, ["trace", "surface_rosenbrock", "--output", f"{FOLDER}.txt"]),
        (2, ["lr-range", "digits_mlp", "--optimizer", EVIL]),
        (0, ["new", "optimizer", "my_opt", "--folder", f"{FOLDER}/inner"]),
        (2, ["new", "optimizer", EVIL]),
        (2, [f"--{EVIL}"]),
        (2, [EVIL]),
        (2, ["run", f"--seeds={EVIL}"]),
    ],
    ids=lambda value: " ".join(value).encode("ascii", "replace").decode()[:30] if isinstance(value, list) else "",
)
def test_no_verb_obeys_a_text(code: int, arguments: list[str], folder: Path, said: Any) -> None:
    ended, out, err = said(*arguments)
    text = out + err
    assert ended == code, text
    assert text.strip()
    assert not {letter for letter in text if ord(letter) in CONTROLS}
    assert "Traceback" not in err
    if err:
        assert code == 2
        assert "benchsuite: " in err or "Usage: " in err
    if code == 2 and err.startswith("benchsuite: "):
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "evil_opt"],
        ["check", "evil_opt", "--tracebacks", "kept"],
        ["data", "fetch", "evil_task"],
        ["doctor"],
        ["report"],
    ],
)
def test_every_letter_of_a_text_is_shown(arguments: list[str], folder: Path, said: Any) -> None:
    _, out, _ = said(*arguments)
    flat = "".join(out.split())
    assert "".join(SHOWN.split()) in flat


def test_what_is_printed_of_one_text_is_bounded() -> None:
    console = Console(file=io.StringIO(), width=80)
    say(console, "{}", "x" * 10**6)
    quote(console, "line\n" * 10**5)
    console.print(cell("y" * 10**6))
    assert len(console.file.getvalue()) < 70_000  # type: ignore[attr-defined]


def test_two_settings_of_one_component_are_two_columns(folder: Path, said: Any) -> None:
    _, out, _ = said("report", "--no-local")
    # Broken between the name and its settings, never within either.
    assert "dropout" in out
    assert "[rate=0.1,0.5]" in out


def test_what_a_hook_prints_stands_above_the_live_display_and_steers_nothing(
    bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    console = Console(file=file, width=80, force_terminal=True)
    record = make_record(outcome="crashed", reason=EVIL)
    with Progress(console, bundled, 1) as progress:
        progress.planned(0, 3, 0, 3.0)
        progress.started(record.trial, 0)
        print(f"printed {EVIL}")
        print("to the other stream", file=sys.stderr)
        progress.finished(record.trial, 0, record, 0.0)
    assert isinstance(sys.stdout, io.StringIO)  # and the streams are as they were
    text = file.getvalue()
    for steers in ("\x1b[2J", "\x1b]0", "\x07", "\u202e", "\u200b", "\x9b"):
        assert steers not in text
    assert r"printed \x1b[2J\x1b]0;owned\x07[red]m[/red] [/] [bold " in text
    assert "to the other stream" in text
    assert "[red]m[/red] [/] [bold " in text.replace("printed", "", 1)


def test_a_stream_of_plain_prints_is_harmless_and_nobody_colours_it() -> None:
    inner = io.StringIO()
    stream = Harmless(inner)
    print(EVIL, "two\nlines", file=stream)
    stream.writelines(["50 %\r", "100 %\r\n"])
    assert inner.getvalue() == EVIL_AS_PRINTED + " two\nlines\n50 %\n100 %\n"
    assert not stream.isatty()
    assert not hasattr(stream, "buffer")
    with pytest.raises(TypeError):
        stream.write(b"bytes")  # type: ignore[arg-type]


EVIL_AS_PRINTED = "".join(CONTROLS.get(ord(letter), letter) if letter != "\r" else "\n" for letter in EVIL)
