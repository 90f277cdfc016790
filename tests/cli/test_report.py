"""``benchsuite report``: what it says of records that are stale, and of those whose trials had no data."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite import record_files
from benchsuite.cli import renewal
from benchsuite.cli.app import app
from benchsuite.cli.console import terminal
from benchsuite.cli.report import show
from benchsuite.execution import Summary
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.registry import Registry
from benchsuite.report import contents
from benchsuite.report.paper import making
from benchsuite.store import Store
from tests.factories import make_json, make_record, of_nobody, remade


def without_data(record: Record) -> Record:
    """Return the record of a trial that crashed before it had its data."""

    def change(data: dict[str, Any]) -> None:
        data |= {"outcome": "crashed", "reason": "ModuleNotFoundError: no mnist1d"}
        del data["fingerprints"]["data"]
        data["results"] |= {"final": None, "best": None, "targets": {}, "failure": {"step": 0, "traceback": ""}}

    return remade(record, change)


def fresh(seed: int) -> Record:
    return record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode())


def report(folder: Path, *arguments: str, code: int = 0, verb: str = "report") -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, [verb, "--no-local", "--results", str(folder), *arguments], catch_exceptions=False
    )
    assert done.exit_code == code, done.output
    return done.stdout


def page(folder: Path) -> str:
    """Return the words of all pages, the start page first."""
    files = sorted((folder / "report").rglob("*.html"), key=lambda path: (path.name != "index.html", path))
    return " ".join(" ".join(file.read_text(encoding="utf-8") for file in files).split())


def test_a_folder_of_stale_records_is_shown_where_that_is_asked_for(tmp_path: Path, bundled: object) -> None:
    store = Store(tmp_path / "results")
    for seed in range(2):
        store.write(make_record(seed=seed))  # whose fingerprints are nobody's
    done = CliRunner().invoke(app, ["report", "--no-local", "--results", str(store.folder)])
    assert str(done.exception) == (
        f"all 2 records in {store.folder} are stale: the code of their components or the data of their tasks changed since, "
        "or an earlier benchsuite made them, whose fingerprints cannot be compared. Run the same study again to renew them, "
        "or look at them with --stale."
    )
    assert not (store.folder / "report").exists()
    text = report(store.folder, "--stale")
    assert (
        "\n2 of 2 records are stale and shown all the same: other code, other data or an earlier benchsuite made them.\n"
        in text
    )
    assert "digits_mlp" in text
    assert (
        "2 stale records are shown all the same: the code of a component, or the data of a task, changed after they were made"
        in page(store.folder)
    )


def test_where_some_are_stale_the_rest_is_shown_and_the_switch_named(tmp_path: Path, bundled: object) -> None:
    store = Store(tmp_path / "results")
    for record in (make_record(), fresh(0), fresh(1)):
        store.write(record)
    assert "\n1 of 3 records is stale and left out (--stale shows it).\n" in report(store.folder)
    assert (
        "1 stale record is not in this report: the code of a component, or the data of a task, changed after it was made"
        in page(store.folder)
    )
    report(store.folder, "--stale")  # the page is made anew although the count is the same
    assert "1 stale record is shown all the same" in page(store.folder)
    report(store.folder)
    assert "1 stale record is not in this report" in page(store.folder)


def test_a_paper_says_of_stale_records_whether_they_are_in_it(
    tmp_path: Path, bundled: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "board_figures", lambda *_: ())
    store = Store(tmp_path / "results")
    for record in (make_record(), fresh(0), fresh(1)):
        store.write(record)
    said = {(): "1 stale record is left out (--stale shows it).", ("--stale",): "1 stale record is shown all the same."}
    told = {(): "1 that were made by code", ("--stale",): "1 was made by code or data that changed since, and is not"}
    for options, line in said.items():
        assert line in report(store.folder, *options, verb="paper")
        text = (store.folder / "paper" / "methods.tex").read_text()
        assert [key for key, words in told.items() if words in text] == [options]


@pytest.mark.parametrize(
    ("count", "line"), [(1, "1 of 2 records is left out: its trial"), (2, "2 of 3 records are left out: their trials")]
)
def test_records_of_trials_without_data_are_counted(count: int, line: str, tmp_path: Path, bundled: object) -> None:
    store = Store(tmp_path / "results")
    store.write(fresh(9))
    for seed in range(count):
        store.write(without_data(fresh(seed)))
    for arguments in ((), ("--stale",)):
        assert f"\n{line} had no data, and will run again.\n" in report(store.folder, *arguments)


def test_what_a_run_holds_is_not_read_again_and_its_boards_are_made_once(
    tmp_path: Path, bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "results")
    records = [fresh(seed) for seed in range(3)]
    for record in records:
        store.write(record)
    read, made = [], []
    load, boards = record_files.read_plain, contents.leaderboards
    monkeypatch.setattr(record_files, "read_plain", lambda path, most: read.append(path) or load(path, most))
    monkeypatch.setattr(contents, "leaderboards", lambda sample, **_: made.append(sample) or boards(sample))
    summary = Summary()
    summary.records = {record.id: record for record in records[:2]}
    summary.ran = 2
    _, _, written = renewal.renewed(store, bundled, summary, terminal())
    assert [Path(path).stem for path in read] == [records[2].id]
    assert written is not None
    show(written, terminal())
    assert len(made) == 1


def test_a_report_is_as_it_was_only_while_the_records_are_whatever_the_clock_says(
    tmp_path: Path, bundled: Registry
) -> None:
    store = Store(tmp_path / "results")
    store.write(fresh(0))

    def again() -> bool:
        """Say whether an idle run makes the report anew."""
        return renewal.renewed(store, bundled, Summary(), terminal())[2] is not None

    assert [again(), again()] == [True, False]
    with store.locked():
        assert not again()
    index = store.folder / "report" / "index.html"
    hour = time.time() + 3600
    os.utime(index, (hour, hour))  # the clock was set back meanwhile
    assert not again()
    store.write(fresh(1))
    assert [again(), again()] == [True, False]
    store.path(fresh(1).id).unlink()
    assert [again(), again()] == [True, False]
    index.unlink()
    assert again()


def test_rankings_are_written_in_the_formats_that_are_asked_for(tmp_path: Path, bundled: Registry) -> None:
    store = Store(tmp_path / "results")
    for seed in range(2):
        store.write(fresh(seed))
    text = report(
        store.folder, "--format", "latex", "--format", "json", "--measure", "train_loss", "--track", "default"
    )
    tables = store.folder / "report" / "tables"
    assert {path.name for path in tables.iterdir()} == {"rankings.tex", "rankings.json"}
    assert f"Table: {tables / 'rankings.tex'}" in text
    assert "training loss" in text
    board = json.loads((tables / "rankings.json").read_text(encoding="utf-8"))[0]
    assert (board["measure"], board["protocol"]["track"]) == ("train_loss", "default")
    report(store.folder)  # the page is made anew although the records are the same
    assert "Test accuracy after the last epoch" in page(store.folder)


def test_numbers_are_shown_and_written_where_they_are_asked_for(tmp_path: Path, bundled: Registry) -> None:
    store = Store(tmp_path / "results")
    for seed in range(2):
        store.write(fresh(seed))
    text = report(store.folder, "--numbers", "--format", "latex")
    assert "steps to targets" in text
    tables = store.folder / "report" / "tables"
    assert {path.name for path in tables.iterdir()} == {
        "rankings.tex", "numbers.tex", "numbers.csv", "numbers.json",
    }  # fmt: skip
    whole, on_task = json.loads((tables / "numbers.json").read_text(encoding="utf-8"))
    assert (whole["task"], whole["runs"], on_task["task"]) == ("all tasks", 2, "my_digits_mlp")
    assert on_task["reference"] is not None
    assert "<h2>Numbers, optimizer: scores</h2>" in page(store.folder)
    assert "steps to targets" not in report(store.folder)
    assert "Numbers, optimizer" not in page(store.folder)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--measure", "speed"), "unknown measure. Received: 'speed'. Known: train, validation, test"),
        (("--track", "tune"), "unknown track 'tune'. Did you mean 'tuned'? Known:"),
        (("--format", "tex"), "unknown format 'tex'. Did you mean 'latex'? Known:"),
    ],
)
def test_what_no_report_can_show_is_refused_before_records_are_read(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = CliRunner().invoke(app, ["report", "--no-local", "--results", str(tmp_path / "nothing"), *arguments])
    assert message in str(done.exception)
