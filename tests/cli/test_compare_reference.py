"""``benchsuite compare A reference:B``: only A is run, as B was; what is refused; and what a control says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.engine.numerics import numerics
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.searches import Search
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.store import Store
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.thinned import thinned
from benchsuite.trial import Trial
from tests.cli.test_compare import refused, run
from tests.stored import bundle, made, searched
from tests.tiers import with_quick

TASK = "noisy_quadratic"
SEEDS = 10
TUNED = Study(task=(TASK,), track="tuned", budget="3", seeds=str(SEEDS))


def value(trial: Trial) -> float:
    """Momentum is the worst, and nobody gains by another setting; every seed is another one."""
    names = [setting.name for setting in trial.recipe["optimizer"]]
    worse = {"momentum": 3.0, "adam": 2.0}.get(names[0], 1.0)
    return 10 + worse + trial.seed % FIRST_TUNING_SEED / 100


def declared(names: Iterable[str], registry: Registry, numerics: str) -> list[Record]:
    study = Study(components={"optimizer": tuple(names)}, task=(TASK,), seeds=str(SEEDS))
    return [made(trial, value(trial), registry, numerics) for trial in plan(study, registry).trials.values()]


def of(name: str) -> Study:
    return replace(TUNED, components={"optimizer": (name,)})


@pytest.fixture(scope="module")
def here() -> str:
    return numerics().fingerprint


@pytest.fixture(scope="module")
def results(bundled: Registry, here: str) -> tuple[list[Search], list[Record]]:
    """Momentum and adam, tuned and as declared."""
    searches, records = searched(of("momentum,adam"), value, bundled, here)
    found = {record.id: thinned(record) for record in (*records, *declared(["momentum", "adam"], bundled, here))}
    return searches, list(found.values())


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, results: tuple[list[Search], list[Record]]) -> Path:
    searches, records = results
    return bundle(tmp_path_factory.mktemp("reference") / "reference.zip", records, searches)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry, reference: Path) -> Path:
    """An empty working folder, and the stored results in place of those that ship; plugins are loaded once.

    The task that is stored is a quick one, and so is one of which nothing is stored.
    """
    monkeypatch.chdir(tmp_path)
    known = with_quick(bundled, TASK, "digits_mlp")
    monkeypatch.setattr("benchsuite.cli.compare.registry", lambda *_: known)
    monkeypatch.setattr("benchsuite.reference.stored.reference_file", lambda: reference)
    return tmp_path


@pytest.fixture
def own(folder: Path, bundled: Registry, here: str) -> Store:
    """The results folder, with all that a comparison of sgd needs."""
    store = Store(folder / "results")
    _, records = searched(of("sgd"), value, bundled, here)
    for record in (*records, *declared(["sgd"], bundled, here)):
        store.write(record)
    return store


def verdict(*arguments: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return read


def test_what_is_stored_is_tuned_and_the_other_side_is_as_it_was(own: Store, folder: Path) -> None:
    said = verdict("sgd", "reference:momentum")
    (task,) = said["tasks"]
    assert (said["track"], said["a"], said["b"]) == ("tuned", "sgd", "reference:momentum")
    assert (said["verdict"], task["seeds_a"], task["seeds_b"]) == ("better", [*range(SEEDS)], [*range(SEEDS)])
    assert task["paired"] is True
    # Nothing of the stored side was written.
    assert not [record for record in own.records() if record.trial.recipe["optimizer"][0].name == "momentum"]
    turned = run("reference:momentum", "sgd").stdout
    assert "reference:momentum is worse than sgd on noisy_quadratic." in turned
    assert max(len(line) for line in turned.splitlines()) <= 80 or "http" in turned


def test_declared_settings_are_compared_where_they_are_asked_for(own: Store) -> None:
    said = verdict("sgd", "reference:momentum", "--track", "default", "--seeds", "6")
    (task,) = said["tasks"]
    assert (said["track"], task["seeds_a"], task["seeds_b"]) == ("default", [*range(6)], [*range(6)])


def test_of_tuned_settings_the_seeds_that_are_asked_for_are_compared(own: Store) -> None:
    for sides in (("sgd", "reference:momentum"), ("reference:adam", "reference:momentum")):
        (task,) = verdict(*sides, "--seeds", "6")["tasks"]
        assert (task["seeds_a"], task["seeds_b"]) == ([*range(6)], [*range(6)])


def test_two_stored_sides_need_nothing_else(folder: Path) -> None:
    said = verdict("reference:adam", "reference:momentum")
    assert (said["verdict"], said["a"], said["b"]) == ("better", "reference:adam", "reference:momentum")
    assert not (folder / "results").exists()


def test_no_times_are_compared(own: Store) -> None:
    assert verdict("sgd", "reference:momentum")["tasks"][0]["step_ratio"] is None
    assert "stored times are those of another machine" in refused("sgd", "reference:adam", "--measure", "seconds:0.5")


def test_what_is_missing_is_counted_and_not_run_unasked(folder: Path) -> None:
    text = refused("sgd", "reference:momentum")
    assert text.startswith("13 of up to 13 trials are missing (noisy_quadratic 13): about ")
    assert "tuned: 3 trainings by random for each row and task, then 10 evaluation seeds, as what is stored" in text
    assert text.endswith("Add --yes to run them.")
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sgd", "reference:momentun"], "Did you mean 'momentum'?"),
        (["sgd", "reference:nadam"], "unknown optimizer among the stored results: 'nadam'. Did you mean 'adam'?"),
        (["sgd", "reference:adam[learning_rate=0.5]"], "unknown optimizer among the stored results"),
        (["sgd", "reference:adam", "--task", "digits_mlp"], "unknown task among the stored results: 'digits_mlp'"),
        (["sgd", "reference:adam", "--until", "decided"], "--until decided may need more seeds than are stored"),
        (["sgd", "reference:adam", "--with", "schedule=cosine"], "the tasks' own baselines. Received: --with schedule=cosine"),
        (["sgd", "reference:adam", "--epochs", "3"], "have epochs 10, and a trial here would have 3"),
        (["sgd", "reference:adam", "--track", "self_tuning"], "Received: --track self_tuning"),
        (["sgd", "reference:adam", "--seeds", "40", "--track", "default"], "no seed 10 of adam on noisy_quadratic"),
        (["reference:adam", "momentum", "--seeds", "20"], "no seed 10 of adam on noisy_quadratic. Stored seeds: 0, 1, 2,"),
        (["sgd", "reference:"], "there is no name behind reference:. Received: 'sgd' and 'reference:'."),
        (["reference:", "adam"], "there is no name behind reference:. Received: 'reference:' and 'adam'."),
        (["gelu", "reference:relu", "--task", TASK], "hold no trial of the activation relu"),
        (["sgd", "reference:adam", "--reference", "gone.zip"], "there are no stored results at gone.zip"),
    ],
)  # fmt: skip
def test_what_is_not_stored_is_refused_and_what_is_possible_is_said(
    folder: Path, arguments: list[str], words: str
) -> None:
    assert words in refused(*arguments)
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("engine", "they follow other rules (engine 3 against 2, here against there)"),
        ("task_version", f"they are of other tasks (task {TASK} has version 1 here against 7)"),
    ],
)
def test_results_of_other_versions_are_refused_with_the_version(
    folder: Path, results: tuple[list[Search], list[Record]], name: str, words: str
) -> None:
    searches, records = results
    other = {"engine": 2, "task_version": 7}[name]
    changed = []
    for record in records:
        trial = replace(record.trial, **{name: other})
        changed.append(replace(record, trial=trial, id=trial.id))
    bundle(folder / "other.zip", changed, searches)
    text = refused("sgd", "reference:momentum", "--reference", "other.zip")
    assert words in text
    assert text.endswith("`benchsuite compare sgd momentum --track tuned`.")


def test_results_of_another_protocol_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.rules.PROTOCOL", 2)
    assert "protocol 2 against 1" in refused("sgd", "reference:momentum")


@pytest.mark.parametrize(
    ("key", "words"),
    [("optimizer:momentum", "optimizer momentum"), (f"task:{TASK}", f"task {TASK}"), ("data", f"the data of task {TASK}")],
)  # fmt: skip
def test_results_of_other_code_or_data_are_refused(
    folder: Path, results: tuple[list[Search], list[Record]], key: str, words: str
) -> None:
    searches, records = results
    changed = [replace(record, fingerprints={**record.fingerprints, key: "0" * 16}) for record in records]
    bundle(folder / "other.zip", changed, searches)
    text = refused("sgd", "reference:momentum", "--reference", "other.zip")
    assert f"what made them changed since: {words}" in text


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_where_numbers_round_otherwise_a_control_says_whether_the_stored_ones_hold(
    own: Store, folder: Path, results: tuple[list[Search], list[Record]], bundled: Registry, here: str, shift: float
) -> None:
    """The control is there already: three seeds of what was chosen for momentum, in a results folder of this machine."""
    searches, records = results
    elsewhere = [replace(record, environment=replace(record.environment, numerics="f" * 16)) for record in records]
    bundle(folder / "elsewhere.zip", elsewhere, searches)
    (chosen,) = (search for search in searches if search.selection == "momentum")
    trials = {record.id: record.trial for record in records}
    for id in chosen.evaluated[:3]:
        own.write(made(trials[id], value(trials[id]) + shift, bundled, here))
    said = verdict("sgd", "reference:momentum", "--reference", "elsewhere.zip")
    told = {caution["code"]: caution["text"] for caution in said["cautions"]}
    assert "reference:momentum was made where numbers round otherwise" in told["machine"]
    assert "As a control 3 of its seeds ran again here on each task" in told["machine"]
    if shift:
        assert f"they do not agree on {TASK}" in told["machine"]
        assert "the control does not agree (13 to 13.09 stored, 13.5 to 13.52 here)" in told["control"]
    else:
        assert "they agree" in told["machine"]
        assert "control" not in told


def test_what_is_stored_here_needs_no_control(own: Store) -> None:
    codes = [caution["code"] for caution in verdict("sgd", "reference:momentum")["cautions"]]
    assert "machine" not in codes


@pytest.mark.slow
def test_what_new_writes_has_a_verdict_against_stored_results_of_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, results: tuple[list[Search], list[Record]]
) -> None:
    """A newcomer's path, with one worker: four trainings, ten seeds, and a control, which cannot agree with what was made up."""
    searches, records = results
    elsewhere = [replace(record, environment=replace(record.environment, numerics="f" * 16)) for record in records]
    bundle(tmp_path / "theirs.zip", elsewhere, searches)
    monkeypatch.chdir(tmp_path)
    for words in (
        ["new", "optimizer", "my_opt"],
        [
            "compare",
            "my_opt",
            "reference:adam",
            "--task",
            TASK,
            "--reference",
            "theirs.zip",
            "--workers",
            "1",
            "--yes",
            "--json",
        ],
    ):
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert "16 trials in" in done.stderr
    assert (said["a"], said["b"], said["track"], said["verdict"]) == ("my_opt", "reference:adam", "tuned", "better")
    assert {caution["code"] for caution in said["cautions"]} >= {"machine", "control"}
    (search,) = Store(tmp_path / "results", create=False).searches()
    assert (search.selection, search.budget, len(search.evaluated)) == ("my_opt", 3, SEEDS)
