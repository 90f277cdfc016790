"""Study files: what was asked for is written before anything runs, says nothing of the machine, and is read to the letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite import execution
from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.study_files import StudyFile, read_studies, study_from_json, study_name, study_to_json, write_study
from benchsuite.trial import identity
from tests.bundle import made


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[StudyFile]]:
    """Run a command up to where its first trial would be trained, and return the study files."""

    def stopped(*_: Any, begin: Callable[[], None], **__: Any) -> None:
        begin()
        raise BenchsuiteError("here training would begin")

    monkeypatch.setattr(execution, "run_source", stopped)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> list[StudyFile]:
        done = CliRunner().invoke(app, [*words, "--no-local", "--results", str(tmp_path / "results")])
        assert str(done.exception) == "here training would begin", done.output
        damaged: list[Any] = []
        found = list(read_studies(tmp_path / "results", damaged))
        assert not damaged
        return found

    return call


def test_a_run_names_its_trials_and_no_folder(asked: Callable[..., list[StudyFile]], tmp_path: Path) -> None:
    (study,) = asked("run", "--optimizer", "sgd,adam", "--task", "digits_mlp", "--seeds", "2", "--workers", "1")
    assert study.verb == "run"
    assert study.command == (
        "benchsuite", "run", "--task", "digits_mlp", "--optimizer", "sgd,adam", "--seeds", "2", "--workers", "1", "--results",
        "results", "--no-local",
    )  # fmt: skip
    assert study.options == {
        "task": ("digits_mlp",), "optimizer": ("sgd,adam",), "seeds": "2", "workers": 1, "no_local": True,
    }  # fmt: skip
    assert (len(study.planned), study.searches) == (4, ())
    assert str(tmp_path).encode() not in study_to_json(study)


def test_the_same_command_again_leaves_the_file_as_it_is(asked: Callable[..., list[StudyFile]], tmp_path: Path) -> None:
    words = ("run", "--optimizer", "sgd", "--task", "digits_mlp")
    (study,) = asked(*words)
    path = tmp_path / "results" / study_name(study.id)
    path.write_bytes(study_to_json(study).replace(study.began.encode(), b"2001-01-01T00:00:00+00:00"))
    assert [one.began for one in asked(*words)] == ["2001-01-01T00:00:00+00:00"]
    assert len(asked(*words, "--seeds", "5")) == 2


def test_what_a_study_file_said_counts_as_asked(asked: Callable[..., list[StudyFile]], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('optimizer = ["sgd"]\ntask = ["digits_mlp"]\nseeds = 4\n')
    (study,) = asked("run", str(tmp_path / "mine.toml"), "--seeds", "2")
    assert study.command[:3] == ("benchsuite", "run", "--seeds")
    assert "mine.toml" in study.command
    assert study.options["optimizer"] == ("sgd",)
    assert study.options["seeds"] == "2"
    assert len(study.planned) == 2


def test_a_plugin_is_named_without_its_folder(asked: Callable[..., list[StudyFile]], tmp_path: Path) -> None:
    plugin = tmp_path / "lab" / "my_opt.py"
    plugin.parent.mkdir()
    plugin.write_text("import benchsuite as bs\n\n\n@bs.hookimpl\ndef register_optimizers():\n    return []\n")
    for given in (str(plugin), "lab/my_opt.py", "./lab/my_opt.py"):
        (study,) = asked("run", "--optimizer", "sgd", "--task", "digits_mlp", "--plugin", given)
        assert study.options["plugin"] == ("my_opt.py",)
        assert "my_opt.py" in study.command


def test_searches_are_named_before_they_begin(asked: Callable[..., list[StudyFile]]) -> None:
    words = ("--task", "digits_mlp", "--track", "tuned", "--budget", "4", "--seeds", "2")
    (study,) = asked("run", "--optimizer", "sgd,adam", *words)
    assert (study.planned, len(study.searches)) == ((), 2)


@pytest.mark.parametrize(
    ("words", "planned"),
    [
        (("compare", "sgd", "adam", "--task", "digits_mlp", "--seeds", "3", "--yes"), 6),
        (("compare", "sgd", "adam", "--task", "digits_mlp", "--until", "decided", "--yes"), 20),
        (("sweep", "digits_mlp", "sgd", "--over", "learning_rate", "--points", "3", "--seeds", "2"), 6),
    ],
)
def test_other_verbs_write_down_what_they_plan(
    asked: Callable[..., list[StudyFile]], words: tuple[str, ...], planned: int
) -> None:
    (study,) = asked(*words)
    assert study.verb == words[0]
    assert len(study.planned) == planned
    assert study.command[1] == words[0]


def test_equal_files_are_equal_bytes_and_the_date_is_no_part_of_the_id(tmp_path: Path) -> None:
    study = made.study(made.records())
    again = study_from_json(study_to_json(study))
    assert study_to_json(again) == study_to_json(study)
    data = json.loads(study_to_json(study))
    wanted = {name: data[name] for name in ("verb", "command", "options", "planned", "searches")}
    assert study.id == identity(wanted)
    write_study(tmp_path, study)
    assert (tmp_path / study_name(study.id)).read_bytes() == study_to_json(study)


def broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    data = json.loads(study_to_json(made.study(made.records())))
    change(data)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not whole JSON"),
        (b"[]", "must be an object whose format is 1"),
        (broken(lambda data: data.update(verb="tune")), "id: is that of another study"),
        (broken(lambda data: data.update(more=1)), "more: Unexpected keyword argument"),
        (broken(lambda data: data.update(began="yesterday")), "began: "),
        (broken(lambda data: data["planned"].append("x")), "planned.7: "),
        (broken(lambda data: data["options"].update(seeds=10**400)), "is not whole JSON|options.seeds"),
        (broken(lambda data: data["command"].append("a\x1b[2Jb")), "command.4: "),
    ],
)
def test_what_is_no_study_file_is_said(content: bytes, said: str) -> None:
    with pytest.raises(NotARecord, match=said):
        study_from_json(content)


def test_an_id_twice_is_refused() -> None:
    held = made.records()
    study = made.study(held)
    twice = StudyFile(**{**vars(study), "planned": (held[0].id, held[0].id)})
    with pytest.raises(NotARecord, match="planned: an id stands there twice"):
        study_from_json(study_to_json(twice))


def test_a_newer_one_is_named_as_newer_and_the_rest_is_read(tmp_path: Path) -> None:
    study = made.study(made.records())
    write_study(tmp_path, study)
    folder = tmp_path / "studies"
    (folder / f"{'0' * 32}.json").write_bytes(broken(lambda data: data.update(format=2)))
    (folder / f"{'1' * 32}.json").write_bytes(study_to_json(study))
    (folder / "notes.txt").write_text("mine")
    (folder / f"{'2' * 32}.json").symlink_to("/etc/passwd")
    damaged: list[Any] = []
    assert list(read_studies(tmp_path, damaged)) == [study]
    assert [one.newer for one in damaged].count(True) == 1
    assert len(damaged) == 4
    with pytest.raises(NewerFormat):
        study_from_json(broken(lambda data: data.update(format=2)))
