"""``leaderboard.csv`` and ``trials.parquet``: all numbers, whatever the page shows."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from benchsuite.analysis import leaderboards
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report import write_trials
from benchsuite.report.tables.csv_table import leaderboard_csv
from tests.factories import component, make_record, make_study

STUDY = make_study(seeds=3, tasks=2)
SGD = component("sgd", learning_rate=0.1)


def lines_of(records: list[Record]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(leaderboard_csv(leaderboards(records)))))


def test_no_text_is_a_formula_for_a_spreadsheet():
    names = ("=1+1", "+1", "-1", "@x", "fine=1")
    lines = lines_of([make_record(changes={"optimizer": [component(name)]}, value=-0.5) for name in names])
    assert {line["name"] for line in lines} == {"'=1+1", "'+1", "'-1", "'@x", "fine=1"}
    assert {line["component"] for line in lines} == {line["name"] for line in lines}
    assert {line["final_median"] for line in lines} == {line["final_values"] for line in lines} == {"-0.5"}


def test_the_table_has_one_line_per_cell_with_its_numbers():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="diverged") for seed in range(3)]
    adam, sgd = [line for line in lines_of(records) if line["kind"] == "optimizer"]
    assert (adam["component"], adam["final_median"], adam["final_low"], adam["final_high"]) == (
        "adam",
        "0.91",
        "0.9",
        "0.92",
    )
    assert (adam["seeds"], adam["attained_confidence"], adam["final_values"]) == ("3", "0.75", "0.9;0.91;0.92")
    assert adam["hyperparameters"] == '[{"beta_1": 0.9, "beta_2": 0.999, "learning_rate": 0.001}]'
    assert (sgd["diverged"], sgd["failed"], float(sgd["final_median"])) == ("3", "3", -math.inf)
    assert (sgd["target_1_steps"], sgd["target_1_reached"], sgd["budget_steps"]) == ("inf", "0", "660")


def test_the_table_is_read_back_by_pandas_as_numbers():
    import pandas as pd

    frame = pd.read_csv(io.StringIO(leaderboard_csv(leaderboards(STUDY))))
    numbers = [
        name for name in frame.columns if name.endswith(("_median", "_low", "_high", "_steps", "rank", "_milliseconds"))
    ]
    assert all(frame[name].dtype.kind in "if" for name in numbers)
    assert set(frame["kind"]) == {board.kind for board in leaderboards(STUDY)}


def test_there_is_a_column_for_every_outcome_and_pruned_seeds_are_no_failures():
    records = [make_record(seed=seed) for seed in range(2)] + [make_record(seed=2, outcome="pruned")]
    (line,) = [line for line in lines_of(records) if line["kind"] == "optimizer"]
    assert {outcome.value for outcome in Outcome} <= set(line)
    assert (line["completed"], line["pruned"], line["failed"]) == ("2", "1", "0")
    assert line["final_values"].endswith(";")


def test_every_trial_is_a_row_of_the_parquet_table(tmp_path: Path):
    import pandas as pd

    write_trials(STUDY, tmp_path / "trials.parquet")
    frame = pd.read_parquet(tmp_path / "trials.parquet")
    assert set(frame["id"]) == {record.id for record in STUDY}
    assert frame["outcome"].value_counts().to_dict()["diverged"] == sum(one.outcome == "diverged" for one in STUDY)
    assert [path.name for path in tmp_path.iterdir()] == ["trials.parquet"]
    write_trials([], tmp_path / "trials.parquet")
    assert len(pd.read_parquet(tmp_path / "trials.parquet")) == 0
