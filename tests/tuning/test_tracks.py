"""Searches side by side: the same trials and the same searches whoever is faster, for any number of workers, after a kill."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.analysis.sample import Sample
from benchsuite.cli.searches import OfSearches
from benchsuite.execution import Options, run_source
from benchsuite.extras import NOTHING
from benchsuite.registry import PluginSearch, Registry
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.store import Store
from benchsuite.study import Study
from tests.factories import make_record
from tests.tuning.simulated import Simulated, record_of, tracked
from tests.tuning.test_search import chance


class Silent:
    """An observer that only remembers what went wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None: ...

    def started(self, *arguments: Any) -> None: ...

    def finished(self, *arguments: Any) -> None: ...

    def problem(self, text: str) -> None:
        self.problems.append(text)


STUDY = Study(
    task=("noisy_quadratic", "digits_mlp"), components={"optimizer": ("sgd,momentum",)}, track="tuned", tuner="tpe"
)


def run(
    folder: Path, registry: Registry, study: Study = STUDY, seed: int = 0, workers: int = 2, ends: int | None = None
) -> int:
    """Run a study; return how many trials ended."""
    store = Store(folder)
    options = Options(PluginSearch(), "cpu", workers, 0, "", "", "", NOTHING)
    executor = Simulated(workers, Random(seed), registry, chance, ends)
    plan = tracked(study, registry)
    try:
        run_source(plan.source(store.write_search), registry, store, executor, options, Silent())
    except KeyboardInterrupt:
        assert ends is not None
    return len(executor.ran)


def files(folder: Path) -> dict[str, bytes]:
    """All searches, and the ids of all records."""
    found = {path.name: path.read_bytes() for path in sorted((folder / "searches").glob("*"))}
    return {**found, **{path.name: b"" for path in sorted((folder / "trials").glob("??/*"))}}


def test_any_number_of_workers_gives_the_same_trials_and_searches(tmp_path: Path, bundled: Registry) -> None:
    for seed, workers in enumerate((1, 2, 4, 9)):
        run(tmp_path / str(workers), bundled, seed=seed, workers=workers)
    kept = [files(tmp_path / str(workers)) for workers in (1, 2, 4, 9)]
    assert kept[0] == kept[1] == kept[2] == kept[3]
    assert len(list(Store(tmp_path / "1").searches())) == 4


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path, bundled: Registry) -> None:
    whole = run(tmp_path / "whole", bundled)
    ran = 0
    for seed in range(100):
        plan = tracked(STUDY, bundled)
        store = Store(tmp_path / "killed")
        replayed = plan.replayed(lambda trial, store=store: store.read(trial.id))  # type: ignore[misc]
        assert len(replayed.found) <= ran
        ended = run(tmp_path / "killed", bundled, seed=seed, workers=1 + seed % 3, ends=7)
        ran += ended
        if ended < 7:
            break
    assert ran == whole
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    done = plan.replayed(lambda trial: store.read(trial.id))
    assert (len(done.found), done.missing) == (whole, [])
    assert run(tmp_path / "killed", bundled) == 0


def test_budgets_counted_from_records_are_equal(tmp_path: Path, bundled: Registry) -> None:
    run(tmp_path, bundled)
    store = Store(tmp_path)
    tuning = [record for record in store.records() if record.trial.seed >= FIRST_TUNING_SEED]
    counts = Counter((record.trial.task, record.trial.recipe.one("optimizer").name) for record in tuning)
    assert set(counts.values()) == {10}
    assert len(counts) == 4
    searches = list(store.searches())
    assert {id for search in searches for id in search.tuning_ids} == {record.id for record in tuning}
    evaluated = [record.id for record in store.records() if record.trial.seed < FIRST_TUNING_SEED]
    assert sorted(id for search in searches for id in search.evaluated) == sorted(evaluated)


def test_a_larger_budget_trains_only_what_the_smaller_one_did_not(tmp_path: Path, bundled: Registry) -> None:
    small = Study(task=("digits_mlp",), components={"optimizer": ("adam",)}, track="tuned", seeds="1")
    medium = Study(task=("digits_mlp",), components={"optimizer": ("adam",)}, track="tuned", seeds="1", budget="medium")
    run(tmp_path, bundled, small)
    fresh = run(tmp_path / "alone", bundled, medium)
    again = run(tmp_path, bundled, medium)
    assert fresh == 26
    assert again <= fresh - 8  # the default and seven of the tuner's, of ten
    assert len(list(Store(tmp_path).searches())) == 2


def test_what_is_left_is_known_before_it_runs(bundled: Registry) -> None:
    plan = tracked(STUDY, bundled)
    assert plan.most_trials == 4 * 13
    assert tracked(replace(STUDY, budget="7"), bundled).most_trials == 4 * 10
    assert plan.tasks == {"noisy_quadratic": 26, "digits_mlp": 26}
    replayed = plan.replayed(lambda trial: None)
    assert (len(replayed.found), len(replayed.missing)) == (0, 52)


def test_what_is_left_is_forecast_with_the_programs_that_it_needs(bundled: Registry) -> None:
    """A network of another width is another program, and what was trained out of turn has its record."""
    study = replace(
        STUDY, task=("digits_mlp",), components={"optimizer": ("sgd",)}, search=("width", "depth"), tuner=""
    )
    plan = tracked(study, bundled)
    (source,) = plan.sources()
    proposed = source.propose()
    assert len({trial.cell for trial in proposed}) > 3
    missing = plan.replayed(lambda trial: None).missing
    assert {trial.cell for trial in proposed} <= {trial.cell for trial in missing}
    assert len(missing) == plan.most_trials
    last = record_of(proposed[-1], 0.5, bundled)
    replayed = plan.replayed(lambda trial: last if trial.id == last.id else None)
    assert set(replayed.found) == {last.id}
    assert len(replayed.missing) == plan.most_trials - 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"cross": ("optimizer", "activation")}, "--cross cannot be run with --track tuned"),
    ({"folds": "3"}, "use --tuning-folds K"),
    (
        {"budget": "tiny"},
        "budget must be small, medium, large or a number of trainings from 1 to 99,999. Received: 'tiny'.",
    ),
    ({"tuner": "rndom"}, "Did you mean"),
    ({"tuner": "random,tpe"}, "which means 2"),
    ({"tuner": "random[scale=other]"}, "scale of tuner 'random' must be"),
    ({"search": ("depht",)}, "depht"),
    ({"search": ("optimizer",)}, "would choose what is compared"),
    ({"track": "self_tuning", "tuner": "tpe"}, "--track self_tuning searches none"),
    ({"track": "default", "budget": "small"}, "Use --track tuned, or leave --budget out"),
    ({"track": "self_tuning", "budget": "25"}, "--track self_tuning searches none"),
    ({"track": "default", "tuning_folds": 3}, "--track default searches none"),
    ({"track": "default", "search": ("depth",)}, "Use --track tuned, or leave --search out"),
]


def refused(study: Study, registry: Registry) -> None:
    study.refuse_without_search()
    tracked(study, registry)


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_is_refused_before_anything_starts(bundled: Registry, change: dict[str, Any], said: str) -> None:
    known: dict[str, Any] = {"task": ("digits_mlp",), "components": {"optimizer": ("sgd",)}, "track": "tuned"} | change
    with pytest.raises(bs.BenchsuiteError) as caught:
        refused(Study(**known), bundled)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_knobs_are_searched_where_the_task_has_them(bundled: Registry) -> None:
    study = Study(
        task=("digits_mlp",), components={"optimizer": ("sgd",)}, track="tuned", search=("depth", "batch_size")
    )
    (entrant,) = tracked(study, bundled).entrants
    assert entrant.limits.names == ("optimizer.0.learning_rate", "depth", "batch_size")
    assert entrant.default["batch_size"] == 32
    every = replace(study, task=("digits_mlp", "noisy_quadratic"), search=("depth",), kind=("optimizer",))
    from benchsuite.studies.plan import plan
    from benchsuite.tuning.protocol import protocol_of
    from benchsuite.tuning.tracks import track_plan

    with_depth = track_plan(plan(every, bundled), protocol_of(every, bundled), bundled, named_tasks=False)
    assert {entrant.task.name for entrant in with_depth.entrants} == {"digits_mlp"}
    assert any("left out on" in problem for problem in with_depth.problems)


def test_the_display_is_told_of_all_trials_that_will_come() -> None:
    said: list[tuple[Any, ...]] = []

    class Display(Silent):
        def planned(self, *arguments: Any) -> None:
            said.append(arguments)

        def finished(self, trial: Any, worker: int, record: Any, left: float) -> None:
            said.append((left,))

    watcher = OfSearches(Display(), 26)
    watcher.planned(16, 0, 0, 0.0)  # all that was proposed had records: more will come
    watcher.planned(16, 4, 0, 8.0)
    watcher.finished(None, 0, None, 6.0)  # type: ignore[arg-type]
    watcher.planned(16, 30, 0, 58.0)  # more than was expected
    assert said == [(16, 10, 0, 20.0), (6.0 * 9 / 3,), (16, 30, 0, 58.0)]


def test_what_trained_on_more_examples_stands_in_no_table_of_the_default_track() -> None:
    usual = make_record()
    trial = replace(usual.trial, refit=True)
    refit = replace(usual, id=trial.id, trial=trial)
    assert Sample([usual, refit]).by_kinds == Sample([usual]).by_kinds
    assert Sample([usual, refit]).left_out.searched == (refit.id,)
