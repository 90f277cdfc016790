"""Tables of the terminal: they fit 80 columns, show what failed, and say what they leave out."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from benchsuite.recipe import Recipe
from benchsuite.record import Record
from benchsuite.report import grid_tables, leaderboard_tables
from tests.factories import AUTOENCODER, BASELINE, DIGITS, component, make_record, make_study

SGD = component("sgd", learning_rate=0.1)


def printed(records: list[Record], width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    for table in leaderboard_tables(records, width=width):
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120])
def test_terminal_tables_fit_their_width(width: int):
    text = printed(make_study(seeds=2, tasks=5), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_no_table_is_wider_than_its_room_before_anything_is_broken():
    """Else the last digits of a number would stand on a line of their own."""
    records, wide = make_study(seeds=2, tasks=5), Console(width=500, file=io.StringIO())
    several = 0
    for width in range(50, 110, 6):
        for table in (*leaderboard_tables(records, width=width), *grid_tables(records, width=width)):
            if len(table.columns) > 3:  # a task that is too wide stands alone
                table.caption = table.title = None
                several += 1
                assert wide.measure(table).maximum <= width
    assert several > 10


def test_names_of_a_strangers_record_move_no_cursor():
    evil = component("e\x1b[2J", learning_rate=0.1)
    other = {"activation": [component("re\x9blu")]}
    plain = make_record(DIGITS)
    records = [  # no file that is read has such names; a plugin may
        replace(
            plain, id=f"{number:032x}", trial=replace(plain.trial, recipe=Recipe.from_json({**BASELINE, **changes}))
        )
        for number, changes in enumerate({"optimizer": [one], **more} for one in (evil, SGD) for more in ({}, other))
    ]
    grid = Console(width=80, file=io.StringIO(), color_system=None)
    for table in grid_tables(records):
        grid.print(table)
    shown = printed([*records, make_record(DIGITS)]) + grid.file.getvalue()  # type: ignore[attr-defined]
    assert shown.count("e\\x1b[2J") == 4  # in the ranking and the tie below it, in the leaderboard and in the grid
    assert "re\\x9blu" in shown
    assert not {"\x1b", "\x9b"} & {*shown}


def test_terminal_tables_name_every_row_in_every_part():
    text = printed(make_study(seeds=2, tasks=5))
    assert "optimizer leaderboard (1 of 2)" in text
    boards = text[text.index("optimizer leaderboard (1 of 2)") : text.index("initializer ranking")]
    assert boards.count("schedule_free_adamw") == 2
    for task in ("bible_charlm", "digits_mlp", "housing_mlp", "mnist5k_cnn"):
        assert task in text


def test_terminal_tables_show_failures_intervals_and_the_caption():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="diverged") for seed in range(3)]
    text = printed(records)
    assert "0.9000–0.9200" in text
    assert re.search(r"sgd\s+failed\n\s+3/3 diverged", text)
    assert "test accuracy after 20 epochs: median of 3 seeds, 75 % interval" in text


def test_the_first_of_those_that_are_told_apart_is_bold_and_labels_are_no_markup():
    hostile = component("[red]x[/red]")
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(5)]
    records += [make_record(changes={"optimizer": [hostile]}, seed=seed, value=0.8 + seed / 100) for seed in range(5)]
    _, table = leaderboard_tables(records)
    first, second = list(table.columns[2].cells)
    assert (str(first.style), str(second.style)) == ("bold", "")  # type: ignore[union-attr]
    assert "[red]x[/red]" in printed([make_record(changes={"optimizer": [hostile]})])


def test_no_records_no_tables():
    assert leaderboard_tables([]) == []


def test_a_caption_spans_what_differs():
    records = [make_record(seed=seed) for seed in range(5)] + [make_record(AUTOENCODER, seed=seed) for seed in range(3)]
    records += [make_record(DIGITS, {"optimizer": [SGD]})]
    assert "test metric after 20 to 30 epochs: median of 1 to 5 seeds, 0 to 93.7 % interval" in printed(records)


def test_pruned_seeds_are_told_and_not_red():
    records = [make_record(seed=seed) for seed in range(3)] + [make_record(seed=3, outcome="pruned")]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="pruned") for seed in range(3)]
    text = printed(records)
    assert "1/4 pruned" in text
    assert re.search(r"sgd\s+pruned\n", text)
    styles = {
        str(span.style)
        for table in leaderboard_tables(records)
        for column in table.columns
        for cell in column.cells
        for span in getattr(cell, "spans", ())
    }
    assert styles
    assert not any("red" in style for style in styles)


def test_of_very_many_rows_the_best_of_each_name_are_shown_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchsuite.report.tables.terminal.MOST_ROWS", 4)
    rates = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    last = make_record(changes={"optimizer": [component("zzz")]}, value=0.1)
    text = printed([make_record(value=0.2), *rates, last])
    assert [name for name in ("adam", "sgd[rate=1]", "sgd[rate=2]", "zzz") if name in text] == [
        "adam", "sgd[rate=1]", "sgd[rate=2]", "zzz",
    ]  # fmt: skip
    assert "sgd[rate=3]" not in text
    assert "6 more rows are in leaderboard.csv" in text


def test_a_table_that_cannot_be_whole_is_short(monkeypatch: pytest.MonkeyPatch):
    rates = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    for most, wanted in ((8, 8), (7, 3)):
        monkeypatch.setattr("benchsuite.report.tables.terminal.MOST_ROWS", most)
        monkeypatch.setattr("benchsuite.report.tables.terminal.FEW_ROWS", 3)
        text = printed(rates)
        assert sum(f"sgd[rate={rate}]" in text for rate in range(1, 9)) == wanted
        assert ("5 more rows are in leaderboard.csv" in text) == (wanted == 3)


def test_of_a_very_large_grid_the_best_are_shown_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchsuite.report.tables.terminal_grid.MOST_SETTINGS", 2)
    records = [
        make_record(
            changes={"optimizer": [component("sgd", rate=rate)], "schedule": [component("cosine", final=final)]},
            value=0.9 - rate / 10 - final / 100,
        )
        for rate in range(1, 4)
        for final in range(3)
    ]
    console = Console(width=80, file=io.StringIO(), color_system=None)
    for table in grid_tables(records):
        console.print(table)
    text = re.sub(r"\s+", " ", console.file.getvalue())  # type: ignore[attr-defined]
    assert "sgd[rate=1]" in text
    assert "cosine[final=1]" in text, "a label is no markup"
    assert "sgd[rate=3]" not in text
    assert "2 of 3 settings of optimizer, 2 of 3 settings of schedule. All trials are in trials.parquet." in text
