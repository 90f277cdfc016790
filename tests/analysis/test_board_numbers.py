"""The numbers of a leaderboard against direct computation, and the best of k of what was tuned against all its histories."""

from __future__ import annotations

import io
import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchsuite.analysis import Sample, leaderboards, tuned_leaderboards
from benchsuite.analysis.board_numbers import BoardNumbers, board_numbers
from benchsuite.analysis.budget_curves import expected_best, futures_of_best
from benchsuite.analysis.inference.bootstrap import stratified, stratified_rows
from benchsuite.analysis.numbers.aggregates import interquartile_mean
from benchsuite.analysis.reference import read_reference
from benchsuite.report import Contents, number_tables, write_numbers
from benchsuite.report.tables.number_files import number_lines
from tests.analysis.test_row_numbers import a_search
from tests.analysis.test_tuned_boards import made
from tests.factories import AUTOENCODER, component, make_record, make_study

STUDY = make_study()
SGD = {"optimizer": [component("sgd", learning_rate=0.1)]}


@pytest.fixture(scope="module")
def numbers() -> BoardNumbers:
    return board_numbers(leaderboards(STUDY)[0], STUDY)


def test_the_interval_of_each_row_is_that_of_the_row_alone():
    values = np.random.default_rng(0).normal(size=(3, 4, 5))
    values[1, 2, 3:], values[2] = math.nan, math.nan
    values[0, 0, 1] = -math.inf
    found = stratified_rows(values, interquartile_mean, np.random.default_rng(7), resamples=200)
    for row in (0, 1):
        one = stratified(values[row], interquartile_mean, np.random.default_rng(7), resamples=200)
        np.testing.assert_array_equal(found[row], [one.low, one.high])
    assert np.isnan(found[2]).all()


def test_each_row_of_the_board_has_its_numbers(numbers):
    board = numbers.board
    assert len(numbers.rows) == len(board.rows)
    of = {row.label: held for row, held in zip(board.rows, numbers.rows, strict=True)}
    for row in board.rows:
        held = of[row.label]
        assert (held.runs, held.failed) == (row.counted, row.failed)
        assert held.interquartile_low <= held.interquartile_mean <= held.interquartile_high
        wanted = stats.binomtest(row.failed, row.counted).proportion_ci(method="exact")
        assert (held.failure_low, held.failure_high) == (wanted.low, wanted.high)
        assert 0 <= held.targets_area <= held.targets_reached <= 1
        assert 0 < held.steps <= 1
    # Against the baseline of each task: adam on all.
    assert {one.baseline for one in numbers.scales} == {"adam"}
    assert of["adam"].speed_up == 1 > of["adagrad"].speed_up
    # A task that is not there was not reached, as AlgoPerf has it.
    assert of["muon"].profile_area == 1 > of["muon"].profile_algoperf
    assert all(len(held) == len(board.rows) for held in numbers.tasks)
    place = [row.label for row in board.rows].index("muon")
    assert [head.label for head, held in zip(board.columns, numbers.tasks, strict=True) if held[place] is None] == [
        "housing_mlp"
    ]


def test_steps_to_a_target_are_those_of_the_curves_and_a_miss_is_the_whole_budget_at_least():
    held = [make_record(seed=seed) for seed in range(3)] + [
        make_record(changes=SGD, seed=seed, value=0.2) for seed in range(3)
    ]
    found = board_numbers(leaderboards(held)[0], held)
    of = {row.label: one for row, one in zip(found.board.rows, found.rows, strict=True)}
    steps = [
        record.curves["step"][
            np.flatnonzero(record.curves["validation_accuracy"] >= sorted(map(float, record.task.targets))[1])[0]
        ]
        for record in held[:3]
    ]
    assert len(held[0].task.targets) == 3
    assert of["adam"].steps == pytest.approx(np.mean(steps) / held[0].curves["step"][-1])
    assert (of["sgd"].steps, of["sgd"].speed_up, of["sgd"].profile_area) == (1, 0, 0)


def test_scores_are_held_against_the_reference_results_where_they_are_better(tmp_path):
    file = tmp_path / "baselines.csv"
    head = "task,version,epochs,outcome,train,validation,test,train_loss,epochs_to_targets,steps\n"
    file.write_text(f"{head}digits_mlp,1,20,completed,,,0.999,,-,10\n", encoding="utf-8")
    held = [make_record(value=0.9), make_record(changes=SGD, value=0.95)]
    board = leaderboards(held)[0]
    plain, against = board_numbers(board, held), board_numbers(board, held, reference=read_reference(file))
    assert [one.scales[0].test.source for one in (plain, against)] == ["sgd", "reference results"]
    assert against.scales[0].test.reference == 0.999
    assert max(row.interquartile_mean for row in plain.rows) == 1 > max(row.interquartile_mean for row in against.rows)


def test_a_row_whose_promise_is_broken_has_no_numbers_and_changes_no_others():
    broken = make_record(changes=SGD, outcome="crashed", reason="a promise is broken: the first look differs")
    held = [make_record(value=0.9), broken]
    found = board_numbers(leaderboards(held)[0], held)
    assert [row is None for row in found.rows] == [bool(row.broken) for row in found.board.rows]
    assert sorted(row.broken != "" for row in found.board.rows) == [False, True]


def test_the_best_of_k_of_a_row_is_the_mean_over_its_tasks():
    records, searches = made()
    others, more = made(task=AUTOENCODER)
    both = Sample([*records, *others])
    (board,) = tuned_leaderboards(both, [*searches, *more])
    alien = replace(searches[0], budget=99)
    found = board_numbers(board, both, searches=[alien, *searches, *more])
    for best in found.best:
        default, half, whole = best
        assert (default.trials, half.trials, whole.trials) == (1, 2, 3)
        assert default.expected == default.low == default.high < half.expected < whole.expected
        assert whole.low == whole.expected == whole.high
        assert default.expected <= half.low < half.expected < half.high <= whole.expected
    assert board_numbers(leaderboards(STUDY)[0], STUDY, searches=searches).best == ()


def test_histories_that_are_drawn_are_those_that_could_have_been():
    search = a_search()
    generator = np.random.default_rng(3)
    proposed = [0.9, -math.inf, 0.7, 0.8, 0.6]
    for k in (1, 2, 3, 6):
        drawn = futures_of_best(search, k, generator, 40_000)
        all_of_them = [max(0.5, *some) for some in itertools.combinations(proposed, k - 1)] if k > 1 else [0.5]
        for value in set(all_of_them):
            assert np.mean(drawn == value) == pytest.approx(np.mean(np.array(all_of_them) == value), abs=0.012)
        assert drawn.mean() == pytest.approx(expected_best(search).expected[k - 1], abs=0.003)


def test_tables_fit_a_terminal_and_files_hold_all_rows_and_tasks(numbers, tmp_path):
    from rich.console import Console

    records, searches = made()
    contents = Contents([*STUDY, *records], searches=searches)
    console = Console(width=80, record=True, file=io.StringIO())
    tables = number_tables(contents)
    assert len(tables) == 2 * len(contents.shown) + 1
    for table in tables:
        console.print(table)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "best of k trials" in text
    assert re.search(r"muon \(\d of \d", text)
    lines = number_lines(numbers)
    assert len(lines) == len(numbers.board.rows) + sum(held is not None for of in numbers.tasks for held in of)
    (tmp_path / "report").mkdir()
    one, two = (
        [
            path.read_bytes()
            for path in write_numbers(Contents(held).numbers, tmp_path / "report" / "tables", ("latex", "markdown"))
        ]
        for held in (STUDY, STUDY[::-1])
    )
    assert one == two
    assert all(b"\\n" not in content and b"textbackslash" not in content for content in one)
    assert [path.name for path in sorted((tmp_path / "report" / "tables").iterdir())] == [
        "numbers.csv", "numbers.json", "numbers.md", "numbers.tex",
    ]  # fmt: skip
