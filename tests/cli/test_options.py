"""Every option alike on the command line and in a study file, and a new one by one line: generated from the tables."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from benchsuite.checks import whole
from benchsuite.cli.options import command
from benchsuite.cli.run import prepare, searches_of
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Options
from benchsuite.execution.ray.cluster import Node
from benchsuite.options import Option, Table, option, options_of
from benchsuite.registry import Registry
from benchsuite.studies.file import read_study_file
from benchsuite.study import TABLES, Execution, Invocation, Study

IN_FILES = [line for line in options_of(*TABLES) if line.in_file]
RUNNER = CliRunner(env={"COLUMNS": "200"})


def application(verb: Callable[..., None], *tables: type[Table]) -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command(verb, *tables))
    return app


def asked(*arguments: str, tables: tuple[type[Table], ...] = TABLES) -> Any:
    """What the verb is called with."""
    calls = []
    app = application(lambda *values: calls.append(values), *tables)
    done = RUNNER.invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (call,) = calls
    return call


def typed(values: dict[str, Any]) -> list[str]:
    """Values as a user types them."""
    lines = {line.name: line for line in options_of(*TABLES)}
    words = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            words += [lines[name].flag] if item is True else [lines[name].flag, str(item)]
    return words


def written(folder: Path, values: dict[str, Any]) -> str:
    """Values in a study file; JSON and TOML write such values alike."""
    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items())
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return "study.toml"


def base(line: Option) -> dict[str, Any]:
    """A small study that the option's example changes."""
    small = {"optimizer": ["sgd"], "seeds": 1, "epochs": 2, "task": ["digits_mlp"]}
    if line.name == "tier":  # it counts where no task is named
        del small["task"]
    if line.name in (
        "budget",
        "tuner",
        "search",
        "tuning_seeds",
        "tuning_folds",
    ):  # these count where something is searched
        small["track"] = "tuned"
    return {name: value for name, value in small.items() if name != line.name}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.engine.device.count_gpus", lambda: 2)
    monkeypatch.setattr("benchsuite.engine.device.Device.workers", lambda self, *given: 1)
    nodes = [Node("0", "alder", 4.0)]
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: SimpleNamespace(nodes=lambda: nodes))
    monkeypatch.setattr("benchsuite.execution.ray.room.agreeing", lambda cluster, share, here: nodes)
    return tmp_path


def prepared(request: tuple[Study, Execution, Invocation], known: Registry) -> tuple[list[str], Options]:
    planned, options = prepare(*request, known)
    searches = searches_of(request[0], planned, known)
    if searches is None:
        return list(planned.trials), options
    return [trial.id for source in searches.sources() for trial in source.propose()], options


@pytest.mark.parametrize("line", IN_FILES, ids=lambda line: line.name)
def test_a_study_file_and_the_command_line_give_the_same_trials(line: Option, folder: Path, bundled: Registry) -> None:
    values = {**base(line), line.name: line.example}
    from_line = asked(*typed(values))
    from_file = asked(written(folder, values))
    assert from_file[:2] == from_line[:2]
    trials, options = prepared(from_line, bundled)
    assert (trials, options) == prepared(from_file, bundled)
    # And it does something: to the trials if it decides them, else to how they run.
    without, usual = prepared(asked(*typed(base(line))), bundled)
    if line in options_of(Study):
        assert trials != without
    else:
        assert trials == without
        assert options != usual or line.name in (
            "timeout",
            "observer",
        )  # handed to the cells; known to the main process alone
        assert from_line[1] != Execution()


def test_which_gpu_it_is_goes_to_the_workers_and_not_into_an_id(folder: Path, bundled: Registry) -> None:
    first, second = (
        prepared(asked("--task", "digits_mlp", "--device", device), bundled) for device in ("gpu:0", "gpu:1")
    )
    assert first[0] == second[0]
    assert (first[1].device, second[1].device) == ("gpu:0", "gpu:1")


@pytest.mark.parametrize("line", IN_FILES, ids=lambda line: line.name)
def test_what_is_typed_overrides_the_file(line: Option, folder: Path) -> None:
    name = written(folder, {line.name: line.example})
    (table,) = [table for table in (Study, Execution) if line in options_of(table)]
    place = TABLES.index(table)
    changed = asked(name)[place]
    assert changed != table()
    if line.type is bool:  # there is no flag that says no
        return
    other = {"kind": "loss", "cross": "loss,schedule", "tier": "large", "precision": "float32", "device": "cpu"}
    other |= {"with": "epochs=7", "track": "self_tuning", "budget": "large", "executor": "ray:alder:6379"}
    text = other.get(line.name, "7")
    overridden = asked(name, line.flag, text)[place]
    assert overridden == asked(line.flag, text)[place]
    assert overridden != changed


def test_a_default_that_is_typed_overrides_the_file_as_well(folder: Path) -> None:
    assert asked(written(folder, {"seeds": 5, "probe": "all"}), "--seeds", "3", "--probe", "") == asked(
        "study.toml", "--seeds", "3", "--probe", ""
    )
    study, execution, _ = asked("study.toml", "--seeds", "3", "--probe", "")
    assert (study, execution) == (Study(), Execution())


@pytest.mark.parametrize("line", [line for line in options_of(*TABLES) if not line.in_file], ids=lambda line: line.name)
def test_what_is_for_the_command_line_alone_stands_in_no_file(line: Option, folder: Path) -> None:
    written(folder, {line.name: "x.toml" if line.positional else True})
    with pytest.raises(BenchsuiteError, match=f"^{line.name} cannot stand in the study file study.toml: "):
        asked("study.toml")


# One line is enough


@dataclass(frozen=True)
class Bigger(Study):
    tuner_budget: int = option(8, "Trials a tuner may spend.", whole(1), metavar="N", example=16)


BIGGER = (Bigger, Execution, Invocation)


def test_a_new_option_is_on_the_command_line() -> None:
    app = application(lambda *values: None, *BIGGER)
    text = RUNNER.invoke(app, ["--help"]).output
    assert "--tuner-budget N" in text
    assert "Trials a tuner may spend.  [default: 8]" in text
    study, *_ = asked("--tuner-budget", "12", tables=BIGGER)
    assert study == Bigger(tuner_budget=12)
    assert asked(tables=BIGGER)[0].tuner_budget == 8


def test_a_new_option_is_a_key_of_a_study_file(folder: Path) -> None:
    name = written(folder, {"tuner-budget": 12})
    assert asked(name, tables=BIGGER)[0] == Bigger(tuner_budget=12)
    assert asked(name, "--tuner-budget", "3", tables=BIGGER)[0] == Bigger(tuner_budget=3)
    with pytest.raises(BenchsuiteError, match=r"unknown key in the study file study.toml: 'tuner_budget'"):
        read_study_file(Path(name))


def test_a_new_option_is_checked_wherever_it_stands(folder: Path) -> None:
    for arguments, message in (
        (["--tuner-budget", "0"], "--tuner-budget must be a whole number from 1. Received: 0."),
        (
            [written(folder, {"tuner_budget": "many"})],
            "tuner_budget in the study file study.toml must be a whole number from 1. Received: 'many'.",
        ),
    ):
        with pytest.raises(BenchsuiteError) as caught:
            asked(*arguments, tables=BIGGER)
        assert str(caught.value) == message
    with pytest.raises(BenchsuiteError, match="tuner_budget must be a whole number from 1"):
        Bigger(tuner_budget=-1)


def test_a_new_option_is_in_the_reference() -> None:
    path = Path(__file__).parents[2] / "docs" / "reference" / "make_pages.py"
    spec = importlib.util.spec_from_file_location("make_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = "\n".join(module.study_file(BIGGER))
    assert "| `tuner_budget = 16` | `--tuner-budget` | a whole number from 1 | `8` |" in rows
    assert rows.endswith("On the command line alone: `STUDY.toml`, `--no-local`, `--dry-run`, `--shard`.")


def test_help_loads_nothing_heavy_and_says_what_the_tables_say() -> None:
    app = application(lambda *values: None, *TABLES)
    text = " ".join(RUNNER.invoke(app, ["--help"]).output.split())
    for line in options_of(*TABLES):
        assert f"{line.flag} {line.metavar}" in text if line.metavar and not line.positional else line.flag in text
        assert " ".join(line.help.split()) in text
