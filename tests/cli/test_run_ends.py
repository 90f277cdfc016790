"""What a run says at its end: why trials are unsupported, and where the report is, after Ctrl-C as well."""

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchsuite.cli import renewal, workers
from benchsuite.cli.app import app
from benchsuite.cli.renewal import stopped
from benchsuite.cli.unsupported import MOST_REASONS, tell_unsupported
from benchsuite.execution import study_records
from benchsuite.execution.signals import Ended
from benchsuite.record_files import RecordFiles
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from tests.execution.test_run import RATES, TASK, trials
from tests.execution.test_together import Rounds
from tests.execution.test_together import ended as ended_trials
from tests.factories import make_json, make_record, of_nobody


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def test_each_reason_is_told_once_with_its_trials(console):
    records = [
        make_record(value=0.9),
        make_record(outcome="crashed", reason="no such file"),
        make_record(outcome="unsupported", reason="it needs images"),
        *(make_record(outcome="unsupported", reason="it needs \x1b[2Jtime", seed=seed) for seed in range(3)),
    ]
    tell_unsupported(records, console)
    assert console.file.getvalue() == (
        "unsupported 3 trials: it needs \\x1b[2Jtime\nunsupported 1 trial: it needs images\n"
    )


def test_of_many_reasons_the_first_are_told(console):
    tell_unsupported(
        [make_record(outcome="unsupported", reason=f"reason {number}") for number in range(MOST_REASONS + 2)], console
    )
    *lines, last = console.file.getvalue().splitlines()
    assert len(lines) == MOST_REASONS
    assert last == "unsupported 2 trials, for 2 more reasons: the report has them."


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def ended(store, bundled, console, stop, stored=2):
    made = [of_nobody(make_json(value=0.9, seed=seed)) for seed in range(3)]
    records = [record_from_json(json.dumps(one).encode()) for one in made]
    for record in records[:stored]:
        store.write(record)
    stopped({record.id: record.trial for record in records}, bundled, store, console, stop)
    return console.file.getvalue()


def test_after_ctrl_c_the_report_is_written(store, bundled, console):
    said = ended(store, bundled, console, KeyboardInterrupt())
    index = store.folder / "report" / "index.html"
    assert said.endswith(f"Stopped. 2 of 3 trials have records; the same command goes on from here.\nReport: {index}\n")
    assert index.is_file()


def test_after_a_signal_a_line_says_how_to_write_it(store, bundled, console):
    said = ended(store, bundled, console, Ended())
    assert said.endswith(f"`benchsuite report --results {store.folder}` writes the report of what is there.\n")
    assert not (store.folder / "report").exists()


def test_a_second_ctrl_c_leaves_the_report(store, bundled, console, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("benchsuite.cli.report.write", interrupted)
    assert ended(store, bundled, console, KeyboardInterrupt()).endswith("writes the report of what is there.\n")


def test_without_any_record_there_is_no_report(store, bundled, console):
    said = ended(store, bundled, console, KeyboardInterrupt(), stored=0)
    assert said == "Stopped. 0 of 3 trials have records; the same command goes on from here.\n"


def test_of_very_many_records_a_run_makes_no_tables_and_reads_none_again(store, bundled, monkeypatch):
    """They are trained and forgotten; the report of them is made when it is asked for."""
    monkeypatch.setattr(study_records, "HELD", 0)
    monkeypatch.setattr(renewal, "AT_ONCE", len(RATES) - 1)
    trained = trials(bundled, RATES)
    monkeypatch.setattr(workers, "_executor", lambda *_: Rounds([ended_trials(trained)]))
    read = []
    load = RecordFiles.load
    monkeypatch.setattr(RecordFiles, "load", lambda self, trial: read.append(trial) or load(self, trial))
    said = CliRunner(env={"COLUMNS": "200"}).invoke(
        app,
        ["run", "--no-local", "--task", TASK, "--optimizer", f"sgd[learning_rate={','.join(map(str, RATES))}]",
         "--seeds", "1", "--epochs", "1", "--workers", "1", "--results", str(store.folder)],
        catch_exceptions=False,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert (
        f"Tables of {len(RATES)} records are not made here: `benchsuite report --results {store.folder}` makes them."
        in said.output
    )
    assert (
        f"The report of {len(RATES)} records was not renewed: `benchsuite report --results {store.folder}`"
        in said.output
    )
    assert "leaderboard" not in said.output.lower()
    assert len(store.ids()) == len(RATES)
    assert sorted(read) == sorted(trial.id for trial in trained)  # once each, to see whether it is there
