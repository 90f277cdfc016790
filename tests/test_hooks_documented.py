"""Every hook is documented, every kind has one, and the two complete examples run while a logger watches."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pluggy
import pytest

import benchsuite as bs
from benchsuite import hookspecs
from benchsuite.components import HOOKS, KINDS

EXAMPLES = Path(__file__).parent / "examples"
LIFE_CYCLE = ("study_started", "trial_started", "epoch_finished", "trial_finished", "study_finished")

LOGGER = """
import json
from pathlib import Path

import benchsuite as bs

SEEN = Path(__file__).parent.parent / "seen.jsonl"


def see(hook, **what):
    with SEEN.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"hook": hook, **what}) + "\\n")


@bs.hookimpl
def study_started(trials, results):
    see("study_started", ids=[trial.id for trial in trials], results=str(results))


@bs.hookimpl
def trial_started(trial):
    see("trial_started", id=trial.id, spec=dict(trial.spec), worker=trial.worker)


@bs.hookimpl
def epoch_finished(epoch):
    see("epoch_finished", id=epoch.id, epoch=epoch.epoch, step=epoch.step, values=dict(epoch.values), worker=epoch.worker)


@bs.hookimpl
def trial_finished(trial):
    # The record is there already when a logger is told of it.
    see("trial_finished", id=trial.id, record=trial.record.to_json(), stored=json.loads(Path(trial.path).read_text()))


@bs.hookimpl
def study_finished(outcomes):  # a hook may take fewer arguments than there are
    see("study_finished", outcomes=outcomes)
"""


def hooks() -> dict[str, Any]:
    manager = pluggy.PluginManager("benchsuite")
    return {
        name: function
        for name, function in vars(hookspecs).items()
        if manager.parse_hookspec_opts(hookspecs, name) is not None
    }


# What is written about them


def test_there_is_one_hook_for_each_kind_and_one_for_each_event() -> None:
    assert set(hooks()) == {*HOOKS.values(), *LIFE_CYCLE, "register_observers", "register_reference_components"}
    assert set(HOOKS) == set(KINDS)
    assert len(set(HOOKS.values())) == len(KINDS)


@pytest.mark.parametrize("name", hooks())
def test_every_hook_says_what_it_is_for_and_what_each_argument_is(name: str) -> None:
    function = hooks()[name]
    text = inspect.getdoc(function) or ""
    first = text.splitlines()[0] if text else ""
    assert first.endswith(".")
    assert len(first) > 10
    parameters = list(inspect.signature(function).parameters)
    if len(parameters) > 1:
        for parameter in parameters:
            assert f"\n    {parameter}: " in text
    assert "return" in function.__annotations__
    assert set(parameters) <= set(function.__annotations__)


@pytest.mark.parametrize("kind", KINDS)
def test_every_registering_hook_returns_a_list_of_its_kind(kind: str) -> None:
    assert hooks()[HOOKS[kind]].__annotations__["return"] == f"list[c.{KINDS[kind].__name__}]"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_explains_what_its_make_returns(kind: str) -> None:
    text = inspect.getdoc(KINDS[kind]) or ""
    assert len(text) > 100
    if kind not in ("task", "claim"):
        assert "``make(**hyperparameters)`` returns" in text


@pytest.mark.parametrize(
    "cls", [*KINDS.values(), bs.TrialStart, bs.EpochResult, bs.TrialResult, bs.Observer], ids=lambda cls: cls.__name__
)
def test_every_field_that_an_author_meets_is_explained(cls: type) -> None:
    """Own fields in the class's docstring, those of all kinds in the docstring of the base."""
    for field in fields(cls):  # type: ignore[arg-type]  # they are data classes
        assert any(f"\n    {field.name}: " in (inspect.getdoc(base) or "") for base in cls.__mro__), field.name


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(bs.__all__) == list(bs.__all__)
    for name in bs.__all__:
        assert inspect.getdoc(getattr(bs, name)) or name == "hookimpl"


# A real run


@dataclass(frozen=True)
class Seen:
    folder: Path
    done: subprocess.CompletedProcess[str]
    events: list[dict[str, Any]]

    def of(self, hook: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["hook"] == hook]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The plugin and the task of the documentation, as they stand there but for the name of the task, which is taken."""
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "plugins").mkdir()
    (folder / "tasks").mkdir()
    (folder / "plugins/logger.py").write_text(LOGGER, encoding="utf-8")
    shutil.copy(EXAMPLES / "my_opt.py", folder)
    text = (EXAMPLES / "tasks/digits.py").read_text(encoding="utf-8")
    (folder / "tasks/digits.py").write_text(text.replace('"digits_mlp"', '"my_digits"'), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "benchsuite", "run", "--plugin", "my_opt.py", "--optimizer", "my_opt,adam",
            "--task", "my_digits", "--seeds", "1", "--epochs", "2", "--workers", "1", "--results", "out",
        ],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    lines = (folder / "seen.jsonl").read_text(encoding="utf-8").splitlines() if done.returncode == 0 else []
    return Seen(folder, done, [json.loads(line) for line in lines])


@pytest.mark.slow
def test_the_complete_examples_run(seen: Seen) -> None:
    assert seen.done.returncode == 0, seen.done.stdout + seen.done.stderr
    assert seen.done.stderr == ""
    results = {
        event["record"]["spec"]["recipe"]["optimizer"][0]["name"]: event["record"]
        for event in seen.of("trial_finished")
    }
    assert set(results) == {"my_opt", "adam"}
    for record in results.values():
        assert record["outcome"] == "completed"
        assert record["spec"]["task"] == {"name": "my_digits", "version": 1}
        assert record["results"]["final"]["test_accuracy"] > 0.5
        assert "task:my_digits" in record["fingerprints"]


@pytest.mark.slow
def test_every_event_is_told_in_order(seen: Seen) -> None:
    assert [event["hook"] for event in seen.events] == [
        "study_started",
        *2 * ("trial_started", *3 * ("epoch_finished",), "trial_finished"),
        "study_finished",
    ]
    assert {event["hook"] for event in seen.events} == set(LIFE_CYCLE)


@pytest.mark.slow
def test_every_event_tells_what_it_says_it_tells(seen: Seen) -> None:
    (begun,) = seen.of("study_started")
    (ended,) = seen.of("study_finished")
    assert begun["results"] == "out"
    assert ended["outcomes"] == {"completed": 2}
    assert [event["worker"] for event in seen.of("trial_started")] == [0, 0]
    started = {event["id"]: event["spec"] for event in seen.of("trial_started")}
    finished = {event["id"]: event["record"] for event in seen.of("trial_finished")}
    assert set(begun["ids"]) == set(started) == set(finished)
    for trial_id, record in finished.items():
        assert record["id"] == trial_id
        assert record["spec"] == started[trial_id]


@pytest.mark.slow
def test_every_epoch_is_told_as_its_record_has_it(seen: Seen) -> None:
    records = {event["id"]: event["record"] for event in seen.of("trial_finished")}
    for trial_id, record in records.items():
        told = [event for event in seen.of("epoch_finished") if event["id"] == trial_id]
        curves = {name: [event["values"][name] for event in told] for name in told[0]["values"]}
        curves |= {name: [event[name] for event in told] for name in ("epoch", "step")}
        assert curves == record["curves"]
        assert {event["worker"] for event in told} == {0}


@pytest.mark.slow
def test_a_logger_is_told_of_a_record_that_is_stored(seen: Seen) -> None:
    for event in seen.of("trial_finished"):
        assert event["stored"] == event["record"]
