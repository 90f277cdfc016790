"""Twins: components that are one method share a row, where one says so and the records show it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

import benchsuite as bs
from benchsuite.analysis import Leaderboard, leaderboards
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.report import Contents, leaderboard_tables
from benchsuite.report.site import leaderboards_page
from benchsuite.report.tables.csv_table import leaderboard_rows
from tests.factories import AUTOENCODER, DIGITS, TaskFacts, component, make_record, remade
from tests.report.reading import render

SAME_AS = {("optimizer", "twin"): "sgd"}
Change = Callable[[dict[str, Any]], object]


def with_loss(record: Record, factor: float = 1.0, at: int = 1) -> Record:
    """Return a record whose validation losses are 2, 1, 1 … but for one, at the evaluation of that number."""

    def change(data: dict[str, Any]) -> None:
        length = len(data["curves"].get("epoch", ()))
        if not length:  # what failed at once has no curves
            return
        data["curves"]["validation_loss"] = [2.0] + [1.0] * (length - 1)
        data["curves"]["validation_loss"][at] *= factor

    return remade(record, change)


def trial(name: str, task: TaskFacts = DIGITS, factor: float = 1.0, at: int = 1, **arguments: Any) -> Record:
    given = arguments.pop("given", {"learning_rate": 0.1})
    return with_loss(make_record(task, {"optimizer": [component(name, **given)]}, **arguments), factor, at)


def study(*twins: Record) -> list[Record]:
    """Return a field of three, of which sgd is the second, and the twins."""
    others = [trial("best", value=0.99), trial("last", value=0.5), trial("sgd", value=0.9)]
    return [*others, *twins]


def board_of(records: list[Record], same_as: dict[tuple[str, str], str] = SAME_AS) -> Leaderboard:
    return next(board for board in leaderboards(records, same_as=same_as) if board.kind == "optimizer")


def labels_of(board: Leaderboard) -> list[tuple[str, str]]:
    return [(row.label, row.also) for row in board.rows]


def test_a_twin_shares_the_row_and_counts_once_in_the_ranks():
    records = study(trial("twin", factor=1 + 1e-7, value=0.9))
    alone, both = board_of(study()), board_of(records)
    assert labels_of(both) == [("best", ""), ("sgd", "also twin"), ("last", "")]
    assert [row.mean_rank for row in both.rows] == [row.mean_rank for row in alone.rows] == [1.0, 2.0, 3.0]
    assert both.rows[1].names == ("sgd", "twin")


def test_without_a_word_of_either_nothing_is_joined():
    board = board_of(study(trial("twin", value=0.9)), {})
    assert [row.mean_rank for row in board.rows] == [1.0, 2.5, 2.5, 4.0]
    assert not any(row.also for row in board.rows)


@pytest.mark.parametrize(("twin", "why"), [
    (trial("twin", factor=1 + 1e-4), "the first evaluation differs by more than rounding"),
    (trial("twin", given={"learning_rate": 0.2}), "a hyperparameter of one name has another value"),
    (trial("twin", outcome="diverged"), "one fails where the other does not"),
    (trial("twin", seed=5), "no seed is in both"),
    (trial("twin", task=AUTOENCODER), "no task is in both"),
])  # fmt: skip
def test_what_the_records_do_not_show_is_not_believed(twin: Record, why: str):
    assert not any(row.also for row in board_of(study(twin)).rows), why


@pytest.mark.parametrize(("second", "joined"), [
    (trial("twin", seed=1), True), (trial("twin", seed=1, outcome="diverged"), False), (trial("twin", seed=1, factor=1.02), False),
    (trial("twin", seed=1, outcome="pruned"), True),
])  # fmt: skip
def test_every_seed_has_a_say(second: Record, joined: bool):
    board = board_of(study(trial("sgd", seed=1), trial("twin"), second))
    assert any(row.also for row in board.rows) is joined


def test_rounding_may_grow_after_the_first_evaluation():
    board = board_of(study(trial("twin", factor=1.2, at=3, value=0.91)))
    row = next(row for row in board.rows if row.also)
    entry = row.entries[0]
    assert entry is not None
    assert entry.final is not None
    assert entry.final.estimate == 0.9  # that of the first, not of the twin
    # On one of several tasks it may have grown before that, by less than a hundredth.
    for factor, joined in ((1.005, True), (1.02, False)):
        more = [trial("sgd", AUTOENCODER), trial("twin", AUTOENCODER, factor=factor)]
        board = board_of(study(trial("twin"), *more))
        assert any(row.also for row in board.rows) is joined


def test_hyperparameters_of_other_names_do_not_matter():
    records = study(trial("twin", given={"learning_rate": 0.1, "rho": 0.9}))
    assert ("sgd", "also twin") in labels_of(board_of(records))


def test_a_task_that_only_the_twin_has_is_its_own():
    board = board_of(study(trial("twin", value=0.9), trial("twin", AUTOENCODER), trial("best", AUTOENCODER)))
    row = next(row for row in board.rows if row.also)
    assert [setting[0].name for setting in row.of] == ["sgd", "twin"]
    lines = [line for line in leaderboard_rows(board) if line["component"] == "sgd"]
    assert [(line["also"], line["name"], line["task"]) for line in lines] == [
        ("twin", "sgd", "digits_mlp"), ("twin", "twin", "mnist5k_autoencoder"),
    ]  # fmt: skip


def test_of_a_sweep_each_value_joins_its_own():
    rates = [{"learning_rate": rate} for rate in (0.1, 0.2)]
    records = [trial(name, given=given) for name in ("sgd", "twin") for given in rates]
    assert labels_of(board_of(records)) == [
        (f"sgd[learning_rate={rate}]", f"also twin[learning_rate={rate}]") for rate in (0.1, 0.2)
    ]


def test_twins_of_something_absent_and_circles_are_one_row():
    records = [trial("twin"), trial("third")]
    named = {("optimizer", "twin"): "sgd", ("optimizer", "third"): "twin"}
    assert labels_of(board_of(records, named)) == [("third", "also twin")]
    circle = {("optimizer", "twin"): "third", ("optimizer", "third"): "twin"}
    assert labels_of(board_of(records, circle)) == [("third", "also twin")]
    assert not any(row.also for row in board_of(records, {("schedule", "twin"): "third"}).rows)


def test_page_and_terminal_name_the_twin_and_say_what_it_is():
    contents = Contents(study(trial("twin", value=0.9)), SAME_AS)
    page = render(contents, [leaderboards_page.pages])
    assert re.search(r"<span><a [^>]*>sgd</a><small>also twin</small></span>", page)
    assert "Also: another name of the same method, in the ranks once." in page
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(*leaderboard_tables(contents))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "also twin" in text
    assert "also: another name of the same method, in the ranks once" in text
    plain = render(Contents(study(), SAME_AS), [leaderboards_page.pages])
    assert "Also: another name" not in plain


def test_the_unified_family_says_whose_twins_its_members_are(bundled: Registry):
    said = {name: other for (kind, name), other in bundled.same_as.items() if kind == "optimizer"}
    assert said == {name: name.removeprefix("unified_") for name in bundled.names("optimizer") if name.startswith("unified_")}  # fmt: skip
    assert len(said) == 7
    assert set(said.values()) <= set(bundled.names("optimizer"))


@pytest.mark.parametrize(("name", "words"), [
    ("Not A Name", "must be lower-case letters"), ("mine", "same_as of optimizer 'mine' names that component itself"), (3, "must be text"),
])  # fmt: skip
def test_same_as_is_the_name_of_another_component(name: Any, words: str):
    with pytest.raises(BenchsuiteError, match=words):
        bs.Optimizer(name="mine", make=lambda: None, same_as=name)
