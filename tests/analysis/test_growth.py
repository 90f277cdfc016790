"""Twice the records are twice the work: no table, drawing or plan compares each thing with each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from benchsuite.analysis import layer_probes, leaderboards
from benchsuite.analysis.frames import trials_frame
from benchsuite.analysis.intervals import average_ranks
from benchsuite.execution.cells import make_cells
from benchsuite.execution.forecast import Forecast
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.drawings.series import series_of
from benchsuite.report.site.board_view import board_view
from benchsuite.report.site.failure_view import failures_of
from benchsuite.report.site.grid_view import grid_views
from benchsuite.report.site.inputs import inputs_mark
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.summary import summarize_run
from benchsuite.report.tables.csv_table import leaderboard_csv
from benchsuite.trial import Trial
from tests.counted import superlinear
from tests.factories import BASELINE, DIGITS, component, make_record

BASE = make_record(DIGITS, value=0.9)
FAILED = make_record(DIGITS, outcome="crashed")


def like(record: Record, **changes: Any) -> Record:
    """Return a record of another trial: ``changes`` are fields of the trial, or kinds with the settings of its recipe."""
    kinds = {kind: changes.pop(kind) for kind in BASELINE if kind in changes}
    recipe = type(record.trial.recipe).from_json({**BASELINE, **kinds}) if kinds else record.trial.recipe
    trial: Trial = dataclasses.replace(record.trial, recipe=recipe, **changes)
    return dataclasses.replace(record, id=trial.id, trial=trial)


def seeds(number: int, record: Record = BASE) -> list[Record]:
    return [
        like(record, seed=seed, **held) for held in ({}, {"optimizer": [component("sgd")]}) for seed in range(number)
    ]


def settings(number: int, record: Record = BASE) -> list[Record]:
    return [like(record, optimizer=[component("sgd", rate=at / 7, momentum=at % 3)]) for at in range(number)]


def names(number: int) -> list[Record]:
    return [like(BASE, optimizer=[component(f"sgd_{at}")]) for at in range(number)]


def tasks(number: int) -> list[Record]:
    return [record for at in range(number) for record in seeds(1, like(BASE, task=f"task_{at}"))]


def budgets(number: int) -> list[Record]:
    return [like(BASE, epochs=at + 1) for at in range(number)]


def folds(number: int) -> list[Record]:
    return [like(BASE, seed=seed, fold=(fold, 3)) for seed in range(number) for fold in range(3)]


def pairs(number: int) -> list[Record]:
    return [
        like(BASE, optimizer=[component("sgd", rate=at / 7)], initializer=[component("normal", std=std)])
        for at in range(number)
        for std in (0.1, 0.2, 0.3)
    ]


def failures(number: int) -> list[Record]:
    return [
        dataclasses.replace(one, reason=f"no {at}")
        for at, one in enumerate(settings(number, FAILED) + seeds(1, FAILED))
    ]


def machines(number: int) -> list[Record]:
    return [
        dataclasses.replace(
            one,
            environment=dataclasses.replace(
                one.environment, numerics=f"{at:016x}", processor=f"P{at}", processor_features=f"avx f{at}"
            ),
        )
        for at, one in enumerate(seeds(number))
    ]


STUDIES = (seeds, settings, names, tasks, budgets, folds, pairs, failures, machines)


@pytest.fixture(autouse=True)
def one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a fixed number of rows all pairs are tested one by one; here both sizes take the way of more."""
    monkeypatch.setattr("benchsuite.analysis.rank_sums.MOST_ROWS", 1)


@pytest.mark.parametrize("made", STUDIES)
def test_tables(made: Callable[[int], list[Record]]):
    def prepare(number: int) -> Callable[[], object]:
        records = made(number)

        def tabulate() -> None:
            contents = Contents(records)
            leaderboard_csv(contents.boards)
            assert contents.boards or contents.grids or not records
            trials_frame(contents.records)
            inputs_mark(contents.records, [])
            assert contents.mixtures or made is not machines

        return tabulate

    assert superlinear(prepare) == []


@pytest.mark.parametrize("made", STUDIES)
def test_the_parts_of_a_page(made: Callable[[int], list[Record]]):
    def prepare(number: int) -> Callable[[], object]:
        contents = Contents(made(number))
        assert [*contents.boards, *contents.grids]

        def show() -> None:
            data = SiteData(contents)
            styles, by_id = data.styles, data.by_id
            for board in contents.boards:
                board_view(data, board, "page.html", "page/inner.html")
                for position in range(len(board.columns)):
                    series_of(board, position, by_id, styles)
            grid_views(contents.grids, "")
            failures_of(data, data.links("failures.html"))
            summarize_run(contents)

        return show

    assert superlinear(prepare) == []


def test_many_targets():
    def prepare(number: int) -> Callable[[], object]:
        task = dataclasses.replace(DIGITS, targets=tuple(0.1 + 0.8 * at / number for at in range(number)))
        records = seeds(2, make_record(task, value=0.9))
        return lambda: leaderboards(records)

    assert superlinear(prepare) == []


@pytest.mark.parametrize("many", ["recipes", "epochs", "layers", "seeds"])
def test_probed_layers(many: str):
    def prepare(number: int) -> Callable[[], object]:
        epochs, layers = (number if many == name else 2 for name in ("epochs", "layers"))
        records = settings(number) if many == "recipes" else seeds(number if many == "seeds" else 2)
        found = {
            "layers": [f"dense_{at}" for at in range(layers)],
            "epochs": list(range(epochs)),
            "measures": {"dead": [[0.5] * layers for _ in range(epochs)]},
        }
        return lambda: layer_probes(records, {record.id: found for record in records})

    assert superlinear(prepare) == []


def test_what_is_left_to_run():
    cost = SimpleNamespace(epoch=1.0, compile=2.0)
    registry: Any = SimpleNamespace(task=lambda name: SimpleNamespace(cost=cost), plugins=[])

    def prepare(number: int) -> Callable[[], object]:
        # Other numbers alone are no other cell.
        sizes = [replace(record.trial, batch_size=8 + place) for place, record in enumerate(settings(number))]
        trials = [*sizes, *(record.trial for record in seeds(number))]
        # Both are worked out once for each trial, here.
        assert len({trial.cell for trial in trials}) == number + 2
        assert len({tuple(trial.numbers.items()) for trial in trials}) >= number

        def run() -> None:
            assert sum(len(cell.trials) for cell in make_cells(trials, registry, 2)) == len(trials)
            forecast = Forecast(registry, trials)
            for trial in trials:
                forecast.remove(trial)
                assert forecast.seconds >= 0

        return run

    assert superlinear(prepare) == []


def test_a_loop_in_a_loop_is_noticed():
    def prepare(number: int) -> Callable[[], object]:
        values = [float(one) for one in range(number)]
        return lambda: [average_ranks(values, "max") for _ in values]

    assert superlinear(prepare)
