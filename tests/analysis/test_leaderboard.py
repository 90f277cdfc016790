"""Leaderboards: who belongs where, what a entry counts, how rows are labelled and ranked."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis import Entry, Leaderboard, Sample, leaderboards
from benchsuite.record import Record
from benchsuite.report.tables.csv_table import leaderboard_rows
from tests.factories import AUTOENCODER, BASELINE, DIGITS, TaskFacts, component, make_record, make_study, remade

SGD = component("sgd", learning_rate=0.1)


def board_of(records: list[Record], kind: str = "optimizer") -> Leaderboard:
    return next(board for board in leaderboards(records) if board.kind == kind)


def entry_of(records: list[Record], label: str = "adam", kind: str = "optimizer") -> Entry:
    row = next(row for row in board_of(records, kind).rows if row.label == label)
    entry = row.entries[0]
    assert entry is not None
    return entry


def optimizer(held: dict[str, Any], task: TaskFacts = DIGITS, **arguments: Any) -> Record:
    return make_record(task, {"optimizer": [held]}, **arguments)


def test_the_baseline_is_a_row_of_every_kind_that_the_task_compares():
    boards = leaderboards([make_record()])
    assert [board.kind for board in boards] == ["optimizer", "schedule", "initializer"]
    assert [board.rows[0].label for board in boards] == ["adam", "constant", "he_normal"]
    assert all(board.rows[0].entries[0].is_baseline and not board.compares for board in boards)  # type: ignore[union-attr]


def test_a_board_compares_once_a_row_is_no_baseline_and_its_columns_know_their_budget():
    board = board_of([make_record(), optimizer(SGD)])
    assert board.compares is True
    assert [head.budget_steps for head in board.columns] == [20 * 33]


def test_a_kind_that_the_task_does_not_list_appears_when_a_record_leaves_the_baseline_in_it():
    records = [make_record(), make_record(changes={"activation": [component("gelu")]}), make_record(AUTOENCODER)]
    board = board_of(records, "activation")
    assert {row.label for row in board.rows} == {"gelu", "relu"}
    # The autoencoder lists activation itself, so its baseline is shown too.
    assert [head.label for head in board.columns] == ["digits_mlp", "mnist5k_autoencoder"]
    assert "loss" not in [board.kind for board in leaderboards(records)]


def test_a_record_that_leaves_the_baseline_in_two_kinds_belongs_to_none():
    both = make_record(changes={"optimizer": [SGD], "schedule": [component("cosine")]})
    records = [make_record(), both]
    assert all(seed.id != both.id for board in leaderboards(records) for row in board.rows
               for entry in row.entries for seed in entry.seeds)  # fmt: skip
    assert Sample(records).left_out.several_kinds == (both.id,)
    assert Sample(records).left_out.count == 1


def test_trials_with_seed_streams_of_their_own_are_no_seeds():
    odd = make_record(seed=1, streams={"noise": 3})
    assert len(entry_of([make_record(), odd]).seeds) == 1
    assert Sample([odd]).left_out.seed_streams == (odd.id,)


@pytest.mark.parametrize(
    "other", [component("adam", 2, learning_rate=0.001, beta_1=0.9, beta_2=0.999),
              component("adam", learning_rate=0.002, beta_1=0.9, beta_2=0.999)],
)  # fmt: skip
def test_comparing_settings_ignores_nothing(other: dict[str, Any]):
    assert len(board_of([make_record(), optimizer(other)]).rows) == 2


def test_labels_show_only_what_tells_rows_apart():
    records = [
        make_record(),
        optimizer(component("adam", learning_rate=0.01, beta_1=0.9, beta_2=0.999)),
        optimizer(SGD),
    ]
    assert {row.label for row in board_of(records).rows} == {
        "adam[learning_rate=0.001]", "adam[learning_rate=0.01]", "sgd",
    }  # fmt: skip


def test_labels_show_versions_and_close_numbers():
    first, second = component("sgd", 1, rate=0.10000001), component("sgd", 1, rate=0.10000002)
    labels = {row.label for row in board_of([optimizer(first), optimizer(second)]).rows}
    assert labels == {"sgd[rate=0.10000001]", "sgd[rate=0.10000002]"}
    labels = {row.label for row in board_of([optimizer(component("sgd", 1)), optimizer(component("sgd", 2))]).rows}
    assert labels == {"sgd[version=1]", "sgd[version=2]"}


def test_several_regularizations_are_joined():
    both = [component("dropout", rate=0.2), component("l2", strength=1e-4)]
    stronger = [component("dropout", rate=0.5), component("l2", strength=1e-4)]
    records = [make_record(changes={"regularization": held}) for held in (both, stronger, both[:1])]
    labels = {row.label for row in board_of(records, "regularization").rows}
    assert labels == {"dropout", "dropout[rate=0.2] + l2", "dropout[rate=0.5] + l2"}


def test_columns_are_labelled_by_what_differs_between_budgets_of_a_task():
    records = [make_record(), make_record(replace(DIGITS, epochs=5)), make_record(AUTOENCODER)]
    assert [head.label for head in board_of(records).columns] == [
        "digits_mlp · 5 epochs", "digits_mlp · 20 epochs", "mnist5k_autoencoder",
    ]  # fmt: skip
    records = [make_record(), make_record(device="gpu", precision="bfloat16")]
    assert [head.label for head in board_of(records).columns] == [
        "digits_mlp · bfloat16 · gpu", "digits_mlp · float32 · cpu",
    ]  # fmt: skip


def test_boards_and_columns_of_variants_are_sorted_by_their_numbers():
    records = [make_record(replace(DIGITS, name=f"digits_mlp{end}")) for end in ("~10", "", "~2~noise=0.5", "~2", "~1")]
    optimizers = [board for board in leaderboards(records) if board.kind == "optimizer"]
    in_order = ["", "variant 1", "variant 2", "variant 2, noise=0.5", "variant 10"]
    assert [board.change for board in optimizers] == in_order
    columns = sorted({column for column, _ in Sample(records).by_kinds})
    assert [column.differs for column in columns] == in_order
    assert max(columns).task == "digits_mlp~10"


def test_one_seed_in_programs_of_several_lanes_counts_once_in_each():
    records = [make_record(seed=seed, lanes=lanes) for seed in (0, 1) for lanes in (1, 2, 3)]
    board = board_of(records)
    assert [head.label for head in board.columns] == [f"digits_mlp · lanes {lanes}" for lanes in (1, 2, 3)]
    assert [[seed.seed for seed in entry.seeds] for row in board.rows for entry in row.entries if entry] == [[0, 1]] * 3
    assert [(row["lanes"], row["seed_numbers"]) for row in leaderboard_rows(board)] == [
        (lanes, "0;1") for lanes in (1, 2, 3)
    ]


def test_a_cell_has_both_values_of_every_seed():
    records = [make_record(seed=seed, value=0.9 + seed / 100, best=0.95 + seed / 100) for seed in (2, 0, 1)]
    entry = entry_of(records)
    assert [(seed.seed, seed.final, seed.best) for seed in entry.seeds] == [
        (0, 0.9, 0.95),
        (1, 0.91, 0.96),
        (2, 0.92, 0.97),
    ]
    assert (entry.final.low, entry.final.estimate, entry.final.high, entry.final.attained) == (0.9, 0.91, 0.92, 0.75)  # type: ignore[union-attr]
    assert entry.best.estimate == 0.96  # type: ignore[union-attr]


def test_failed_trials_count_and_unsupported_ones_are_shown():
    records = [
        make_record(seed=0, value=0.9),
        make_record(seed=1, outcome="diverged"),
        make_record(seed=2, outcome="timed_out"),
        make_record(seed=3, outcome="unsupported"),
    ]
    entry = entry_of(records)
    assert entry.final.estimate == -math.inf  # type: ignore[union-attr]
    assert (entry.counted, entry.failed) == (3, 2)
    assert entry.outcomes == {"completed": 1, "diverged": 1, "timed_out": 1, "unsupported": 1}


def test_a_completed_trial_without_a_number_is_a_failed_seed():
    assert entry_of([make_record(value=math.nan)]).failed == 1


def test_a_cell_of_unsupported_trials_has_no_median_and_no_rank():
    records = [make_record(), optimizer(SGD), optimizer(component("lbfgs"), outcome="unsupported")]
    board = board_of(records)
    row = next(row for row in board.rows if row.label == "lbfgs")
    entry = row.entries[0]
    assert (entry.final, entry.rank, row.mean_rank, row.tasks) == (None, None, None, 1)  # type: ignore[union-attr]
    assert board.rows[-1] is row


def test_steps_to_a_target_are_censored_when_the_median_seed_missed_it():
    task = replace(DIGITS, targets=(0.5, 0.97))
    records = [make_record(task, seed=seed, value=0.8, speed=0.1) for seed in range(2)]
    records.append(make_record(task, seed=2, outcome="diverged"))
    low, high = entry_of(records).targets
    assert (low.reached, low.median is not None) == (2, True)
    assert (high.reached, high.median, high.budget_steps) == (0, None, 20 * 33)
    # The failed seed is the slowest of the three, so the median is the slower one of the others.
    assert low.median == max(step for step in low.steps if step is not None)


def test_a_target_that_all_reach_at_once_is_saturated():
    task = replace(DIGITS, targets=(0.2, 0.97))
    records = [make_record(task, seed=seed, speed=0.8) for seed in range(2)]
    assert [target.saturated for target in entry_of(records).targets] == [True, False]
    slow = optimizer(SGD, task, speed=0.01)
    assert [target.saturated for target in entry_of([*records, slow]).targets] == [False, False]
    failed = optimizer(SGD, task, outcome="crashed")
    assert [target.saturated for target in entry_of([*records, failed]).targets] == [False, False]
    unsupported = optimizer(SGD, task, outcome="unsupported")
    assert [target.saturated for target in entry_of([*records, unsupported]).targets] == [True, False]


@pytest.mark.parametrize(("evaluated", "reached", "saturated"), [
    ([0, 1, 2], 1, True), ([0, 1, 2], 2, False), ([0, 1, 2], 0, True), ([0, 5, 10], 5, True), ([0, 5, 10], 10, False),
])  # fmt: skip
def test_saturated_means_reached_at_the_first_evaluation_not_in_the_first_epoch(
    evaluated: list[int], reached: int, saturated: bool
):
    def change(data: dict[str, Any]) -> None:
        data["curves"] = {"epoch": evaluated, "step": [33 * epoch for epoch in evaluated]}
        data["results"]["targets"]["0.9"] = {"epoch": reached, "step": 33 * reached}

    record = remade(make_record(), change)
    assert entry_of([record]).targets[0].saturated is saturated


def test_a_timing_counts_only_alone_on_its_core():
    records = [
        make_record(seed=seed, step_milliseconds=time, cpu_share=share)
        for seed, (time, share) in enumerate([(1.0, 0.95), (3.0, 0.9), (90.0, 0.89)])
    ]
    entry = entry_of(records)
    assert (entry.step_milliseconds, entry.timings, entry.timings_not_counted) == (2.0, 2, 1)
    assert entry_of(records[2:]).step_milliseconds is None


def test_costs_that_nobody_measured_are_not_known():
    entry = entry_of([make_record(outcome="diverged")])
    assert (entry.step_milliseconds, entry.timings, entry.timings_not_counted) == (None, 0, 0)
    assert (entry.state_bytes, entry.parameters) == (None, None)
    assert entry_of([make_record(state_bytes=77)]).state_bytes == 77


def test_ranks_are_averaged_over_tasks_and_missing_tasks_are_left_out():
    records = [
        make_record(value=0.9), optimizer(SGD, value=0.8), optimizer(component("lion"), value=0.8),
        make_record(AUTOENCODER, value=0.02), optimizer(SGD, AUTOENCODER, value=0.01),
    ]  # fmt: skip
    board = board_of(records)
    assert [(row.label, row.mean_rank, row.ranked) for row in board.rows] == [
        ("adam", 1.5, 2), ("sgd", 1.75, 2), ("lion", 2.5, 1),
    ]  # fmt: skip
    leaders = {
        (row.label, head.label)
        for row in board.rows
        for head, entry in zip(board.columns, row.entries, strict=True)
        if entry and entry.leads
    }
    assert leaders == set()  # one seed tells nothing apart


def test_a_task_with_one_row_ranks_nothing():
    board = board_of([make_record(), make_record(AUTOENCODER), optimizer(SGD, AUTOENCODER, value=0.5)])
    assert [(row.label, row.mean_rank, row.tasks, row.ranked) for row in board.rows] == [
        ("adam", 1.0, 2, 1),
        ("sgd", 2.0, 1, 1),
    ]


def test_failed_is_last_and_leads_nowhere():
    records = [make_record(outcome="diverged"), optimizer(SGD, value=0.1)]
    assert [row.label for row in board_of(records).rows] == ["sgd", "adam"]
    assert not any(
        row.entries[0].leads
        for row in board_of([make_record(outcome="diverged"), optimizer(SGD, outcome="crashed")]).rows
    )  # type: ignore[union-attr]


STUDY = make_study(seeds=2, tasks=3)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_records_has_no_influence(random):
    shuffled = STUDY[:]
    random.shuffle(shuffled)
    assert leaderboards(shuffled) == leaderboards(STUDY)
    assert Sample(shuffled).left_out == Sample(STUDY).left_out


def test_a_record_that_is_given_twice_counts_once():
    later = remade(STUDY[0], lambda data: data["environment"].update(finished_at="2026-01-01T00:00:00+00:00"))
    assert leaderboards([*STUDY, *STUDY]) == leaderboards(STUDY)
    assert leaderboards([later, STUDY[0]]) == leaderboards([STUDY[0], later])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.integers(0, 4))
def test_a_failure_never_improves_a_rank_or_a_median(values: list[float], position: int):
    rival = [optimizer(SGD, seed=seed, value=0.5) for seed in range(3)]
    good = [make_record(seed=seed, value=value) for seed, value in enumerate(values)]
    bad = good[:]
    bad[position % len(good)] = make_record(seed=position % len(good), outcome="diverged")
    before, after = entry_of([*rival, *good]), entry_of([*rival, *bad])
    assert after.final.estimate <= before.final.estimate  # type: ignore[union-attr]
    assert after.rank >= before.rank  # type: ignore[operator]


def test_every_record_of_a_study_is_in_a_leaderboard_or_left_out():
    held = {
        seed.id
        for board in leaderboards(STUDY)
        for row in board.rows
        for entry in row.entries
        if entry
        for seed in entry.seeds
    }
    left = Sample(STUDY).left_out
    assert held | {*left.several_kinds} == {record.id for record in STUDY}
    assert not held & {*left.several_kinds}


def test_no_record_no_leaderboard():
    assert leaderboards([]) == []


def test_importing_analysis_stays_light():
    heavy = ["tensorflow", "keras", "pandas", "scipy", "seaborn"]
    code = f"import sys, benchsuite.analysis; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_baseline_of_the_factory_is_whole():
    assert set(make_record().trial.recipe.kinds) == set(BASELINE)


# Pruned trials


def test_a_pruned_trial_is_no_failure_and_has_no_part_in_statistics():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    entry, pruned = entry_of(records), entry_of([*records, make_record(seed=3, outcome="pruned")])
    assert pruned.outcomes == {"completed": 3, "pruned": 1}
    assert (pruned.counted, pruned.failed) == (3, 0)
    assert (pruned.final, pruned.best) == (entry.final, entry.best)
    assert [target.steps for target in pruned.targets] == [target.steps for target in entry.targets]
    assert pruned.seeds[-1].final is None
    # It trained, so its steps took as long as anybody's.
    assert pruned.timings == entry.timings + 1


def test_a_recipe_whose_seeds_were_all_pruned_has_no_median_and_no_rank_and_stands_last():
    records = [make_record(), optimizer(SGD, outcome="pruned"), optimizer(SGD, seed=1, outcome="unsupported")]
    records += [optimizer(component("lion"), outcome="diverged")]
    board = board_of(records)
    assert [row.label for row in board.rows] == ["adam", "lion", "sgd"]
    entry = board.rows[-1].entries[0]
    assert entry is not None
    assert (entry.final, entry.rank, entry.without_value) == (None, None, "pruned")


def test_a_pruned_trial_has_no_say_in_what_is_saturated():
    task = replace(DIGITS, targets=(0.2,))
    records = [make_record(task, seed=seed, speed=0.8) for seed in range(2)]
    assert entry_of([*records, make_record(task, seed=2, outcome="pruned")]).targets[0].saturated


def test_of_a_seed_with_a_pruned_fold_nothing_counts_unless_another_failed():
    def seed(*outcomes: str) -> Entry:
        return entry_of([make_record(fold=(number, len(outcomes)), outcome=one) for number, one in enumerate(outcomes)])

    assert seed("completed", "pruned").seeds[0].outcome == "pruned"
    assert seed("pruned", "diverged").failed == 1


def test_hundreds_of_settings_are_ranked_one_by_one():
    records = [
        make_record(changes={"optimizer": [component("sgd", rate=number / 7)]}, value=number / 400)
        for number in range(300)
    ]
    assert [row.mean_rank for row in board_of(records).rows] == [float(rank) for rank in range(1, 301)]
