"""Boards of tracks: trials of tuning stand nowhere, chosen settings on the tuned board alone, failures as rows, no mixing of budgets."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.analysis import Leaderboard, Sample, leaderboards, searched_only, tuned_leaderboards
from benchsuite.analysis.arrays import table_of
from benchsuite.analysis.row_numbers import row_numbers
from benchsuite.archive import Archive
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.report import Contents, write_report
from benchsuite.searches import Search, Tried
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from tests.factories import AUTOENCODER, DIGITS, TaskFacts, component, make_record

NAME = "optimizer.0.learning_rate"


def run(rate: float, value: float, name: str = "sgd", task: TaskFacts = DIGITS, **options: Any) -> Record:
    return make_record(task, {"optimizer": [component(name, learning_rate=rate)]}, value=value, **options)


def search_of(
    tried: list[tuple[float, float | None, Record]], evaluated: list[Record], *, chosen: int | None = 1, **changes: Any
) -> Search:
    record = tried[0][2]
    trial = record.trial
    held = [
        Tried({NAME: rate}, (one.id,), score, 1.0, source="tuner" if at else "default")
        for at, (rate, score, one) in enumerate(tried)
    ]
    made = Search(
        kind="optimizer", selection=trial.recipe.one("optimizer").name, task=trial.task, task_version=trial.task_version,
        epochs=trial.epochs, batch_size=trial.batch_size, precision=trial.precision, device=trial.device,
        engine=trial.engine, lanes=1, change="", track="tuned", tuner="random", tuner_version=1, budget=3, rule="the best",
        searched=(NAME,), tuning_seeds=1, folds=0, tried=tuple(held), chosen=chosen,
        evaluated=tuple(one.id for one in evaluated), edges={}, ranges={NAME: (1e-3, 1.0)}, widened={},
    )  # fmt: skip
    return replace(made, **changes)


def study(name: str, chosen: float, task: TaskFacts = DIGITS, **changes: Any) -> tuple[list[Record], Search]:
    """A default rate and one that a search chose, each on five seeds; the trials of tuning are too good to be true."""
    rates = (0.01, 0.1, 1.0)
    tuning = [run(rate, 0.999, name, task, seed=FIRST_TUNING_SEED) for rate in rates]
    default = [run(0.01, 0.8 + seed / 1000, name, task, seed=seed) for seed in range(5)]
    evaluated = [run(0.1, chosen + seed / 1000, name, task, seed=seed) for seed in range(5)]
    tried = [(rate, score, one) for rate, score, one in zip(rates, (0.8, 0.95, 0.7), tuning, strict=True)]
    return [*tuning, *default, *evaluated], search_of(tried, evaluated, **changes)


def made(**changes: Any) -> tuple[list[Record], list[Search]]:
    records, one = study("sgd", 0.9, **changes)
    others, other = study("lion", 0.95, **changes)
    return [*records, *others], [one, other]


def the_board(records: list[Record], searches: list[Search]) -> Leaderboard:
    (board,) = tuned_leaderboards(records, searches)
    return board


def test_trials_of_tuning_and_of_chosen_settings_enter_no_board_of_defaults():
    records, searches = made()
    contents = Contents(records, searches=searches)
    default, tuned = (board for board in contents.boards if board.kind == "optimizer")
    assert [(board.protocol.track, board.title) for board in (default, tuned)] == [
        ("default", "optimizer"),
        ("tuned", "optimizer, tuned, 3 trials by random"),
    ]
    assert {row.label for row in default.rows} == {"sgd", "lion"}
    shown = {id for row in default.rows for entry in row.entries if entry for seed in entry.seeds for id in seed.ids}
    assert shown == {record.id for record in records if record.trial.recipe.one("optimizer").hyperparameters["learning_rate"] == 0.01
                     and record.trial.seed < FIRST_TUNING_SEED}  # fmt: skip
    left = contents.sample.left_out
    assert (len(left.tuning), len(left.searched)) == (6, 10)
    assert max(seed.final or 0 for row in (*default.rows, *tuned.rows) for entry in row.entries if entry
               for seed in entry.seeds) < 0.96  # fmt: skip


def test_without_searches_trials_of_tuning_are_left_out_all_the_same():
    records, _ = made()
    assert all(seed.seed < FIRST_TUNING_SEED for board in leaderboards(records) for row in board.rows
               for entry in row.entries if entry for seed in entry.seeds)  # fmt: skip
    assert len(Sample(records).left_out.tuning) == 6


def test_a_search_that_chose_the_default_leaves_it_where_it_is():
    records, (one, other) = made()
    default = [record.id for record in records if record.trial.seed < 5
               and record.trial.recipe.text.count("0.01") and "sgd" in record.trial.recipe.text]  # fmt: skip
    kept = replace(one, chosen=0, evaluated=tuple(default))
    assert searched_only([kept, other]) == frozenset(other.evaluated)


def test_a_board_of_what_searches_alone_asked_for_is_not_shown():
    """A search that kept the default evaluates it: these trials stand on the tuned board, not on one of their own."""
    records, (one, other) = made()
    default = [record for record in records if record.trial.seed < 5
               and record.trial.recipe.text.count("0.01") and "sgd" in record.trial.recipe.text]  # fmt: skip
    kept = replace(one, chosen=0, evaluated=tuple(record.id for record in default))
    tuning = [record for record in records if record.trial.seed >= FIRST_TUNING_SEED]
    chosen = [record for record in records if record.id in other.evaluated]
    searched = [*tuning, *default, *chosen]
    contents = Contents(searched, searches=[kept, other])
    assert [board.protocol.track for board in contents.boards] == ["tuned"]
    assert [row.label for row in contents.boards[0].rows] == ["lion", "sgd"]
    # Asked for by its name it is shown, and so is it where a study asked for more.
    assert {board.protocol.track for board in Contents(searched, searches=[kept, other], track="default").boards} == {
        "default"
    }
    asked = [record for record in study("lion", 0.95)[0] if record.trial.recipe.text.count("0.01")]
    more = Contents([*searched, *asked], searches=[kept, other])
    assert [row.label for row in more.boards[0].rows] == ["lion", "sgd"]
    assert more.boards[0].protocol.track == "default"


def test_the_figures_of_a_task_say_of_which_track_they_are(tmp_path: Path):
    records, searches = made()
    index = write_report(Contents(records, searches=searches), tmp_path / "report")
    page = (index.parent / "tasks" / "digits_mlp.html").read_text(encoding="utf-8")
    titles = re.findall(r"<title>([^<]*) on digits_mlp: validation accuracy by epoch,", page)
    assert titles == ["optimizer", "optimizer, tuned, 3 trials by random"]


def test_a_tuned_row_has_the_values_and_the_setting_that_its_search_chose():
    board = the_board(*made())
    assert [row.label for row in board.rows] == ["lion", "sgd"]
    assert [row.chosen for row in board.rows] == [("learning_rate=0.1",)] * 2
    assert [entry.final.estimate for row in board.rows if (entry := row.entries[0]) and entry.final] == [0.952, 0.902]
    assert [row.tuning_cost for row in board.rows] == [3.0, 3.0]
    assert all(row.robust_decades is not None for row in board.rows)
    assert board.protocol.rule == "the best"
    assert board.more_budget is not None
    assert [row.place.text for row in board.rows if row.place] == ["1", "2"]


def test_a_search_that_failed_everywhere_is_a_row_that_failed():
    records, searches = made()
    bad = [run(rate, 0.0, "ftrl", seed=FIRST_TUNING_SEED, outcome="diverged") for rate in (0.01, 0.1)]
    failed = search_of([(rate, None, one) for rate, one in zip((0.01, 0.1), bad, strict=True)], [], chosen=None)
    board = the_board([*records, *bad], [*searches, failed])
    row = board.rows[-1]
    entry = row.entries[0]
    assert (row.label, row.failed, row.counted, row.chosen) == ("ftrl", 5, 5, ("none could be chosen",))
    assert entry is not None
    assert entry.final is not None
    assert (entry.final.estimate, entry.outcomes) == (-math.inf, {"diverged": 5})
    assert row.place is not None
    assert row.place.place == 3
    assert row.place.score == 0.0


def test_budgets_do_not_share_a_board():
    records, searches = made()
    more, larger = made(budget=40)
    boards = tuned_leaderboards([*records, *more], [*searches, *larger])
    assert [board.protocol.budget for board in boards] == [3, 40]
    assert len({board.key for board in boards}) == 2


def test_neither_do_tuning_seeds_nor_what_else_was_searched():
    records, searches = made()
    twice = [replace(search, tuning_seeds=2) for search in searches]
    wider = [
        replace(
            search,
            searched=(*search.searched, "width"),
            tried=tuple(replace(one, values={**one.values, "width": 64}) for one in search.tried),
        )
        for search in searches
    ]
    boards = tuned_leaderboards(records, [*searches, *twice, *wider])
    assert [(board.protocol.seeds, board.protocol.knobs) for board in boards] == [(1, ()), (1, ("width",)), (2, ())]
    assert len({board.protocol.words for board in boards}) == 3


def test_boards_do_not_depend_on_the_order_of_records_or_searches():
    records, searches = made()
    one, other = the_board(records, searches), the_board(records[::-1], searches[::-1])
    assert replace(one, more_budget=None) == replace(other, more_budget=None)
    assert repr(one) == repr(other)


def test_a_track_of_its_own_shows_nothing_else():
    records, searches = made()
    assert {board.protocol.track for board in Contents(records, searches=searches, track="tuned").boards} == {"tuned"}
    assert {board.protocol.track for board in Contents(records, searches=searches, track="default").boards} == {
        "default"
    }


# Broken promises


def test_a_broken_promise_has_no_rank_and_takes_none():
    records = [run(0.1, 0.9 + seed / 100, seed=seed) for seed in range(3)] + [
        make_record(seed=seed) for seed in range(3)
    ]
    reason = "a promise is broken: no weight changes in the first epoch. benchsuite check optimizer:cheat says more."
    cheat = [run(0.1, 0.0, "cheat", seed=seed, outcome="crashed", reason=reason) for seed in range(2)]
    cheat.append(run(0.1, 0.999, "cheat", seed=2))
    board = next(board for board in leaderboards([*records, *cheat]) if board.kind == "optimizer")
    row = board.rows[-1]
    assert (row.label, row.broken, row.place, row.mean_rank) == ("cheat", reason, None, None)
    assert [place.place.high for place in board.rows[:-1] if place.place] == [2, 2]
    crashed = [run(0.1, 0.0, "cheat", seed=seed, outcome="crashed") for seed in range(3)]
    board = next(board for board in leaderboards([*records, *crashed]) if board.kind == "optimizer")
    assert (board.rows[-1].broken, board.rows[-1].place is not None) == ("", True)


# Measures


def board_by(measure: str, records: list[Record]) -> Leaderboard:
    return next(board for board in leaderboards(records, measure=measure) if board.kind == "optimizer")


def test_a_board_is_made_of_the_measure_that_is_asked_for():
    records = [make_record(seed=seed, value=0.9) for seed in range(3)] + [
        run(0.1, 0.95, seed=seed) for seed in range(3)
    ]
    for measure, words, better in (
        ("test", "test accuracy", "max"),
        ("validation", "validation accuracy", "max"),
        ("train_loss", "training loss", "min"),
        ("steps:0.9", "steps to 0.9", "min"),
    ):
        head = board_by(measure, records).columns[0]
        assert (head.measured, head.better, head.direction) == (words, better, "max")
    entry = board_by("train_loss", records).rows[0].entries[0]
    assert entry is not None
    assert entry.seeds[0].final == records[0].results.final["train_loss"]  # type: ignore[index]


def test_a_target_that_was_missed_is_no_failure_and_worse_than_any_number():
    task = replace(DIGITS, targets=(0.5, 0.97))
    records = [make_record(task, seed=seed, value=0.99) for seed in range(3)]
    records += [make_record(task, {"optimizer": [component("slow")]}, seed=seed, value=0.6) for seed in range(3)]
    board = board_by("steps:0.97", records)
    slow = next(row for row in board.rows if row.label == "slow")
    entry = slow.entries[0]
    assert entry is not None
    assert entry.final is not None
    assert (entry.final.estimate, entry.failed, slow.failed, board.columns[0].beyond) == (math.inf, 0, 0, "missed")
    assert board.rows[-1] is slow


def test_measures_that_mean_nothing_are_refused():
    both = [make_record(), make_record(AUTOENCODER)]
    with pytest.raises(BenchsuiteError, match=r"unknown measure\. Received: 'speed'\."):
        leaderboards(both, measure="speed")
    with pytest.raises(BenchsuiteError, match=r"no task of this table has the target 0\.123"):
        leaderboards(both, measure="steps:0.123")


def test_a_kind_is_judged_by_more_than_one_measure():
    board = next(board for board in leaderboards([make_record(), run(0.1, 0.9)]) if board.kind == "optimizer")
    assert (board.measure, [word for word, _ in board.others]) == ("test", ["train_loss"])


# Half of the epochs


def test_half_of_the_epochs_is_a_budget_that_may_flip_the_first():
    """One learns fast and stops at 0.9, the other slowly and ends at 0.98: at half of the epochs the fast one leads."""
    records = [make_record(seed=seed, value=0.9, speed=3.0) for seed in range(5)]
    records += [run(0.1, 0.98, seed=seed, speed=0.05) for seed in range(5)]
    board = next(board for board in leaderboards(records) if board.kind == "optimizer")
    assert board.rows[0].label == "sgd"
    assert board.robustness is not None
    assert [(change.what, change.name, board.rows[change.first[0]].label) for change in board.robustness.flips] == [
        ("budget", "half of the epochs", "adam")
    ]


def test_what_was_tuned_has_numbers_over_tasks_whatever_was_chosen_on_each():
    records, searches = made()
    others, more = made(task=AUTOENCODER)
    both = Archive([*records, *others], searches=[*searches, *more])
    tuned = both.table("optimizer", track="tuned")
    assert (tuned.rows, tuned.columns) == (("lion", "sgd"), ("digits_mlp", AUTOENCODER.name))
    assert [[len(cell) for cell in row] for row in tuned.cells] == [[5, 5], [5, 5]]
    assert {one.row: one.runs for one in row_numbers(tuned)} == {"lion": 10, "sgd": 10}
    # What only a search asked for is on no table of defaults.
    for default in (both.table("optimizer"), table_of([*records, *others], searches=[*searches, *more])):
        assert len(default.rows) == 2
        assert not {record.id for row in default.cells for cell in row for (record,) in cell} & {
            id for search in (*searches, *more) for id in search.evaluated
        }
    with pytest.raises(BenchsuiteError, match="track"):
        both.table("optimizer", track="self_tuning")
