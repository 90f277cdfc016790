"""Studies of compare, sweep and tune are expanded again as the verbs themselves expand them; of others it is said that they are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.cli import door
from benchsuite.cli.app import app
from benchsuite.cli.asked import write_study_file
from benchsuite.registry import Registry
from benchsuite.store import Store
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.study_files import StudyFile, read_studies
from benchsuite.verification import planning
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import RuleCheck
from tests.bundle import made
from tests.stored import bundle, searched
from tests.stored import made as made_record

SWEEP = ["sweep", "noisy_quadratic", "sgd", "--over", "learning_rate=0.1,0.2", "--seeds", "2"]
PAIR = ["compare", "adam", "sgd", "--task", "noisy_quadratic", "--yes"]
RESOLUTION = ["certify", "--resolution", "noisy_quadratic", "--kind", "schedule", "--budget", "2"]
TUNE = ["tune", "noisy_quadratic", "sgd", "--budget", "7", "--tuning-seeds", "2"]


class Ended(Exception):
    """Raised when a study file is written: nothing is trained here."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry) -> Any:
    """Return the study file that a command writes."""

    def end(source: Any, known: Registry, *rest: Any) -> None:
        write_study_file(source, known, next(one for one in rest if isinstance(one, Store)))
        raise Ended

    monkeypatch.setattr(door, "carried_out", end)

    def study(*command: str) -> StudyFile:
        done = CliRunner().invoke(app, [*command, "--no-local", "--results", str(tmp_path / command[0])])
        assert isinstance(done.exception, Ended), done.output
        (found,) = read_studies(tmp_path / command[0], [])
        return found

    return study


def checked(study: StudyFile, known: Registry, *others: StudyFile) -> RuleCheck:
    return planning.rule(known).apply(Evidence({}, studies=[study, *others]))[0]


@pytest.mark.parametrize(
    "command",
    [SWEEP, PAIR, [*PAIR, "--seeds", "3-5"], [*PAIR, "--until", "decided", "--at-most", "20"]],
    ids=["sweep", "compare", "compare some seeds", "compare until decided"],
)
def test_a_seed_that_was_cut_out_of_a_plan_is_found(asked: Any, bundled: Registry, command: list[str]) -> None:
    study = asked(*command)
    assert len(study.planned) >= 4
    assert (checked(study, bundled).verdict, checked(study, bundled).reasons) == ("PASS", ())
    check = checked(replace(study, planned=study.planned[1:]), bundled)
    assert check.verdict == "FAIL"
    assert "its file does not plan 1 of them" in check.reasons[0]


def test_a_search_that_was_dropped_is_found(asked: Any, bundled: Registry) -> None:
    study = asked(*TUNE)
    assert len(study.searches) == 1
    check = checked(study, bundled)  # which is not in the evidence
    assert check.verdict == "FAIL"
    assert "asks for a search of sgd on noisy_quadratic, which its file does not name" in check.reasons[0]


def test_a_measured_resolution_asks_for_the_searches_of_reference_components(asked: Any, bundled: Registry) -> None:
    study = asked(*RESOLUTION)
    assert len(study.searches) == 5
    check = checked(study, bundled)  # which are not in the evidence; some may have been declared since
    assert check.verdict == "INCONCLUSIVE"
    assert "asks for a search of one_cycle on noisy_quadratic, which its file does not name" in " ".join(check.reasons)
    alone = replace(study, options={"tasks": ("noisy_quadratic",)})
    assert "1 of certify." in checked(alone, bundled).reasons[0]


def test_a_comparison_with_stored_results_asks_for_the_searches_of_the_other_side(
    asked: Any, bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = Study(
        task=("noisy_quadratic",), components={"optimizer": ("sgd,adam",)}, track="tuned", budget="3", seeds="10"
    )
    searches, records = searched(stored, lambda trial: 11.0 + trial.seed % 7, bundled)
    declared = [
        made_record(trial, 11.0, bundled)
        for trial in plan(replace(stored, track="default", budget=""), bundled).trials.values()
    ]
    held = {record.id: record for record in (*records, *declared)}
    path = bundle(tmp_path / "stored.zip", held.values(), searches)
    monkeypatch.setattr("benchsuite.reference.stored.reference_file", lambda: path)
    sweep = asked(*SWEEP)
    options = {"a": "sgd", "b": "reference:adam", "task": ("noisy_quadratic",)}
    check = checked(replace(sweep, verb="compare", options=options, planned=()), bundled)
    assert check.verdict == "FAIL", check.reasons
    assert "asks for a search of sgd on noisy_quadratic, which its file does not name" in check.reasons[0]
    check = checked(replace(sweep, verb="compare", options={**options, "track": "default"}, planned=()), bundled)
    assert check.verdict == "FAIL"
    assert "asks for 10 trials, and its file does not plan 10 of them" in check.reasons[0]
    both = {**options, "a": "reference:sgd"}  # nothing is asked for
    assert checked(replace(sweep, verb="compare", options=both, planned=()), bundled).verdict == "PASS"


def test_what_cannot_be_expanded_is_open_since_its_author_wrote_the_verb(asked: Any, bundled: Registry) -> None:
    sweep = asked(*SWEEP)
    variance = replace(sweep, verb="variance", options={"task": "noisy_quadratic"})
    stored = replace(sweep, verb="compare", options={"a": "sgd", "b": "adam", "track": "tuned"})
    words = "not expanded again, since nobody knows how: 1 of compare with tuned results, 1 of variance."
    check = checked(sweep, bundled, variance, stored)
    assert check.verdict == "INCONCLUSIVE"
    assert check.reasons[0].startswith(words)
    alone = checked(variance, bundled, stored)
    assert alone.verdict == "INCONCLUSIVE"
    assert alone.reasons[0].startswith(words)
    assert checked(replace(sweep, planned=()), bundled, variance).verdict != "PASS"


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("sweep", {"task": "noisy_quadratic", "component": ("sgd",)}),
        ("sweep", {"task": "noisy_quadratic", "component": ("sgd",), "over": "learning_rate", "points": 10**12}),
        ("sweep", {"task": "noisy_quadratic", "component": 3, "over": "learning_rate"}),
        ("tune", {"task": "noisy_quadratic", "component": "sgd", "budget": "many"}),
        ("tune", {"component": "sgd"}),
        ("compare", {"a": 3, "b": "sgd"}),
        ("run", {"seeds": "x"}),
        ("certify", {"resolution": True, "seeds": "x"}),
        ("certify", {"resolution": True, "tasks": 3}),
    ],
)
def test_options_that_mean_nothing_are_no_crash(bundled: Registry, verb: str, options: dict[str, Any]) -> None:
    check = checked(replace(made.study(()), verb=verb, options=options), bundled)
    assert check.verdict == "INCONCLUSIVE"
    assert "cannot be expanded here" in check.reasons[0]
