"""Rankings in words and files: what flips is said, nothing breaks a table, equal records give equal bytes."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchsuite.analysis import Leaderboard, leaderboards
from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.reference import ReferenceRow, StoredReference
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.cost_files import CostRow, CostTable
from benchsuite.record import Record
from benchsuite.report import Contents, leaderboard_tables, write_report, write_tables
from benchsuite.report.step_costs import with_costs
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import column_format
from benchsuite.report.tables.ranking_cells import of_task, overall
from benchsuite.report.tables.ranking_files import ranking_lines
from benchsuite.report.tables.ranking_words import first_line, reference_lines, rests_on, robust_line, too_few
from benchsuite.report.tables.table_files import FORMATS
from tests.factories import DIGITS, component, make_record
from tests.report.reading import HOSTILE

TASKS = [replace(DIGITS, name=name) for name in ("first_task", "second_task", "third_task")]


def planted() -> list[Record]:
    """Adam leads by far on the third task alone; on the other two sgd is a little ahead of it."""
    values = {
        "adam": (0.90, 0.90, 0.98),
        "sgd": (0.93, 0.93, 0.50),
        "lion": (0.85, 0.85, 0.60),
        "ftrl": (0.80, 0.80, 0.55),
    }
    records = []
    for name, of_tasks in values.items():
        changes = {} if name == "adam" else {"optimizer": [component(name)]}
        for task, value in zip(TASKS, of_tasks, strict=True):
            records += [make_record(task, changes, seed=seed, value=value + seed / 1000) for seed in range(5)]
    return records


def board_of(records: list[Record]) -> Leaderboard:
    return next(board for board in leaderboards(records) if board.kind == "optimizer")


PLANTED = board_of(planted())


EXAMPLES = {
    "adam": [354, 352, 355, 351, 352, 352, 351, 351, 352, 355],
    "sgd": [349, 350, 354, 348, 349, 351, 352, 348, 351, 346],
}


def test_a_board_and_a_verdict_say_the_same_of_the_same_records():
    """Ten seeds on 359 examples: the seeds agree that adam is better, and so few examples cannot show it."""
    sides = {
        name: [
            make_record(
                DIGITS, {} if name == "adam" else {"optimizer": [component(name)]}, seed=seed, value=right / 359
            )
            for seed, right in enumerate(held)
        ]
        for name, held in EXAMPLES.items()
    }
    records = [record for held in sides.values() for record in held]
    told = []
    for sizes in ({}, {DIGITS.name: (1078, 360, 359)}, {DIGITS.name: (1078, 360, 35900)}):
        (board,) = (one for one in leaderboards(records, parts=TestParts(sizes)) if one.kind == "optimizer")
        about = About("optimizer", "adam", "sgd", TrialMeasure("test"), sizes=sizes)
        assert board.ranking is not None
        assert board.task_rankings[0].first == board.ranking.first
        told.append((len(board.ranking.first), compared(sides["adam"], sides["sgd"], about).word))
        cells = overall(board)
        assert any("so few examples cannot show so small a difference" in note for note in cells.notes) == (
            sizes != {} and sizes[DIGITS.name][2] == 359
        )
    assert told == [(1, "better"), (2, "cannot tell"), (1, "better")]


def test_a_tie_of_best_scores_is_said_as_one():
    values = {"adam": (0.95, 0.90), "sgd": (0.90, 0.95), "lion": (0.80, 0.80)}
    records = [
        make_record(
            task, {} if name == "adam" else {"optimizer": [component(name)]}, seed=seed, value=value + seed / 1000
        )
        for name, held in values.items()
        for task, value in zip(TASKS[:2], held, strict=True)
        for seed in range(3)
    ]
    assert robust_line(board_of(records)).startswith(
        "adam and sgd share the best score, but not always: without task first_task sgd has it alone and without task "
        "second_task adam has it alone (2 of "
    )


ON_DIGITS = DIGITS.name, DIGITS.version, DIGITS.epochs
REFERENCE = StoredReference(
    {ON_DIGITS: [ReferenceRow({"test": 0.95 + seed / 1000}, (None, None), 17.0) for seed in range(10)]}
)


def of_rate(value: float, **hyperparameters: float) -> list[Record]:
    changes = {"optimizer": [component("lion", **hyperparameters)]}
    return [make_record(DIGITS, changes, seed=seed, value=value + seed / 1000) for seed in range(10)]


def test_what_is_better_than_every_stored_reference_result_is_told_on_the_board():
    plain = [make_record(DIGITS, seed=seed, value=0.95 + seed / 1000) for seed in range(10)]
    contents = Contents([*plain, *of_rate(0.965)], reference=REFERENCE)
    (board,) = (one for one in contents.boards if one.kind == "optimizer")
    assert [(one.component, one.task, one.out_of_proportion) for one in board.beyond] == [("lion", DIGITS.name, "")]
    (told,) = reference_lines(board)
    assert told.endswith("A better method may be; where you did not expect it, look for a leak.")
    assert f"lion on {DIGITS.name} (median 0.9695, best reference 0.959)" in told
    assert told in overall(board).notes
    assert told in printed(contents)
    assert Contents([*plain, *of_rate(0.95)], reference=REFERENCE).boards[0].beyond == ()
    assert Contents([*plain, *of_rate(0.965)]).boards[0].beyond == ()


def test_a_leak_is_told_on_the_board_whoever_chose_and_an_honest_choice_is_not():
    both = of_rate(0.965, learning_rate=0.1) + of_rate(0.99, learning_rate=0.2)
    (board,) = (one for one in Contents(both, reference=REFERENCE).boards if one.kind == "optimizer")
    assert [one.component for one in board.beyond] == ["lion[learning_rate=0.2]"]
    assert "out of proportion" in reference_lines(board)[0]


def test_files_hold_the_exact_setting_that_was_chosen(tmp_path: Path):
    import pandas as pd

    exact = {"optimizer.0.beta_2": 0.9998513742, "optimizer.0.epsilon": 2.0912345678e-08}
    row = replace(PLANTED.rows[0], chosen=("beta_2=0.99985, epsilon=2.09e-08", "", ""), exact=(exact, {}, {}))
    board = replace(PLANTED, rows=(row, *PLANTED.rows[1:]))
    write_tables([board], tmp_path / "tables", ("json", "csv", "parquet"))
    (held,) = json.loads((tmp_path / "tables" / "rankings.json").read_text(encoding="utf-8"))
    of_csv = list(csv.DictReader(io.StringIO((tmp_path / "tables" / "rankings.csv").read_text(encoding="utf-8"))))
    frame = pd.read_parquet(tmp_path / "tables" / "rankings.parquet").to_dict("records")
    at = next(place for place, line in enumerate(held["lines"]) if line["setting"])
    assert held["lines"][at]["setting"] == exact
    assert json.loads(of_csv[at]["setting"]) == json.loads(frame[at]["setting"]) == exact
    assert held["lines"][at]["setting_words"] == of_csv[at]["setting_words"] == "beta_2=0.99985, epsilon=2.09e-08"


def test_counts_are_whole_numbers_in_files(tmp_path: Path):
    import pandas as pd

    rows = (replace(PLANTED.rows[0], tuning_cost=10.0), *PLANTED.rows[1:])
    write_tables([replace(PLANTED, rows=rows)], tmp_path / "tables", ("csv", "parquet", "json"))
    frame = pd.read_parquet(tmp_path / "tables" / "rankings.parquet")
    (line, *_) = csv.DictReader(io.StringIO((tmp_path / "tables" / "rankings.csv").read_text(encoding="utf-8")))
    (held,) = json.loads((tmp_path / "tables" / "rankings.json").read_text(encoding="utf-8"))
    for name in ("place", "rank_low", "rank_high", "failed", "seeds", "tasks"):
        assert str(frame[name].dtype) == "Int64"
        assert line[name] == str(int(line[name])) == str(held["lines"][0][name])
    assert line["tuning_trials"] == "10.0"  # mean over tasks: rungs make parts of trials
    assert held["lines"][0]["tuning_trials"] == 10.0


def test_counts_of_steps_have_no_digits_behind_the_point():
    form = column_format([132.0, 100.5], "missed", counts=True)
    assert [form(value) for value in (132.0, 100.5, 1320.0, math.inf)] == ["132", "100.5", "1,320", "missed"]
    (board,) = (one for one in leaderboards(planted(), measure="steps:0.9") if one.kind == "optimizer")
    cells = {cell for row in of_task(board, 0).rows for cell in row[4:6]}
    assert not [cell for cell in cells if "." in cell]


def printed(records: list[Record] | Contents) -> str:
    console = Console(width=80, file=io.StringIO(), color_system=None)
    for table in leaderboard_tables(records):
        console.print(table)
    return re.sub(r"\s+", " ", console.file.getvalue())  # type: ignore[attr-defined]


def test_a_ranking_that_flips_when_one_task_is_left_out_says_so(tmp_path: Path):
    """On the page and in the terminal; and equal records give equal bytes, in whatever order they come."""
    said = (
        "adam has the best score, but not always: without task third_task sgd has it (1 of 12 changes tried: 3 tasks, "
        "5 seeds, 3 entrants, 1 budget)."
    )
    assert robust_line(PLANTED) == said
    records = planted()
    assert said in printed(records)
    found = []
    for number, held in enumerate((records, random.Random(0).sample(records, len(records)))):
        (tmp_path / str(number)).mkdir()
        folder = tmp_path / str(number) / "report"
        contents = Contents(held)
        index = write_report(contents, folder)
        paths = [index, folder / "leaderboard.csv", *write_tables(contents.shown, folder / "tables", FORMATS)]
        found.append([path.read_bytes() for path in paths])
    assert found[0] == found[1]
    page = found[0][0].decode()
    assert said in page
    board = (tmp_path / "0" / "report" / "leaderboards" / "optimizer.html").read_text(encoding="utf-8")
    assert "rank of adam without one thing, and who leads instead of it" in board


def test_a_first_place_that_nothing_takes_says_what_was_tried():
    records = [record for record in planted() if record.trial.task != "third_task"]
    assert robust_line(board_of(records)) == (
        "sgd has the best score, and keeps it whichever one of 2 tasks, 5 seeds or 3 entrants is left out and at half of the epochs."
    )


def test_who_is_first_is_told_as_far_as_anything_tells():
    records = [record for record in planted() if record.trial.task != "third_task"]
    assert first_line(board_of(records)) == "First: sgd."
    alike = [make_record(seed=seed) for seed in range(3)]
    alike += [make_record(changes={"optimizer": [component("sgd")]}, seed=seed) for seed in range(3)]
    board = board_of(alike)
    assert first_line(board) == "No two of 2 rows are told apart: there is no order."
    assert board.ranking is not None
    assert too_few(board.ranking).startswith(
        "So few seeds cannot tell any two rows apart: the smallest p that they can give is 0.1"
    )
    assert too_few(board.ranking).endswith("4 seeds could, of rows that do not overlap: --seeds 4, better more.")
    assert "1,000 bootstraps over the seeds" in rests_on(board.ranking)
    assert "counted out, corrected by Holm" in rests_on(board.ranking)


def test_two_medians_one_example_apart_are_no_order():
    records = [make_record(seed=seed, value=350 / 359) for seed in range(10)]
    records += [
        make_record(changes={"optimizer": [component("sgd")]}, seed=seed, value=351 / 359) for seed in range(10)
    ]
    assert first_line(board_of(records)) == "No two of 2 rows are told apart: there is no order."
    records = [
        *records,
        *[make_record(changes={"optimizer": [component("lion")]}, seed=seed, value=355 / 359) for seed in range(10)],
    ]
    assert first_line(board_of(records)) == "First: lion."


def test_files_of_all_formats_hold_the_same_rows(tmp_path: Path):
    import pandas as pd

    paths = write_tables([PLANTED], tmp_path / "tables", FORMATS)
    assert [path.name for path in paths] == [f"rankings.{end}" for end in FORMATS.values()]
    lines = ranking_lines(PLANTED)
    assert len(lines) == 4 + 4 * 3
    of_csv = list(csv.DictReader(io.StringIO((tmp_path / "tables" / "rankings.csv").read_text(encoding="utf-8"))))
    frame = pd.read_parquet(tmp_path / "tables" / "rankings.parquet")
    (board,) = json.loads((tmp_path / "tables" / "rankings.json").read_text(encoding="utf-8"))
    for one in (of_csv, frame.to_dict("records"), board["lines"]):
        assert [(line["component"], line["task"]) for line in one] == [
            (line["component"], line["task"]) for line in lines
        ]
        assert [float(line["score"]) for line in one] == [line["score"] for line in lines]
        assert [int(float(line["place"])) for line in one] == [line["place"] for line in lines]
    assert {tuple(change["first"]) for change in board["changes"]} == {("adam",), ("sgd",), ("adam", "sgd")}
    markdown = (tmp_path / "tables" / "rankings.md").read_text(encoding="utf-8")
    assert markdown.count("| Place | Component |") == 4
    assert re.search(r"^\| 1=? \| adam \|", markdown, re.MULTILINE)


def test_failed_medians_are_words_in_json_and_numbers_in_parquet(tmp_path: Path):
    import pandas as pd

    records = [make_record(), make_record(changes={"optimizer": [component("sgd")]}, outcome="diverged")]
    write_tables([board_of(records)], tmp_path / "tables", ["json", "parquet"])
    (board,) = json.loads((tmp_path / "tables" / "rankings.json").read_text(encoding="utf-8"))
    assert [line["median"] for line in board["lines"] if line["component"] == "sgd"] == [None, "failed"]
    frame = pd.read_parquet(tmp_path / "tables" / "rankings.parquet")
    assert frame["median"].min() == float("-inf")


# LaTeX


def plain(text: str) -> str:
    """Return the text without control words and escaped signs: what is left must hold no sign that means something."""
    return re.sub(r"\\(?:[a-zA-Z]+|.)", "", text, flags=re.DOTALL)


def assert_compiles(text: str) -> None:
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert [one.count("{") - one.count("}") for one in [plain(body)]] == [0]
    depth = 0
    for letter in plain(body):
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    begun, ended = re.findall(r"\\begin\{(\w+)\}", body), re.findall(r"\\end\{(\w+)\}", body)
    assert sorted(begun) == sorted(ended)
    for table in re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", body, re.DOTALL):
        rows = [line for line in table[1].splitlines() if line.endswith(r"\\")]
        assert rows
        assert {plain(row.removesuffix(r"\\")).count("&") for row in rows} == {len(table[0]) - 1}
        for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
            assert table[1].count(rule) == 1
    assert plain(body).count("$") % 2 == 0
    assert not re.search(r"[#_^~%]", plain(body).replace("$", ""))


@pytest.mark.parametrize(
    "name", [HOSTILE, r"a_b & 50% of \input{x} ^~ $x$ # {", "–÷×±∞ε≥", "名前", "[", "]]", "\\\\", "``''\"", "|<>"]
)  # fmt: skip
def test_any_name_means_itself_in_latex(name: str, tmp_path: Path):
    records = [make_record(), make_record(changes={"optimizer": [component(name)]}, value=0.5)]
    write_tables([board_of(records)], tmp_path / "tables", ["latex"])
    assert_compiles((tmp_path / "tables" / "rankings.tex").read_text(encoding="utf-8"))


def test_letters_that_latex_takes_for_commands_are_written_out():
    assert escaped("a_b & 50% #1 {x} $ ^ ~") == r"a\_b \& 50\% \#1 \{x\} \$ \textasciicircum{} \textasciitilde{}"
    assert escaped("1–2 ÷ ε") == r"1--2 $\div$ $\varepsilon$"
    assert escaped("名") == "{[}U+540D{]}"


def test_no_name_ends_a_cell_or_begins_markup(tmp_path: Path):
    name = "a|b <b>*x*</b> [l](http://x) `c` _d_"
    records = [make_record(), make_record(changes={"optimizer": [component(name)]}, value=0.5)]
    write_tables([board_of(records)], tmp_path / "tables", ["markdown", "csv"])
    text = (tmp_path / "tables" / "rankings.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows[:4]}) == 1
    assert "<b>" not in text
    assert r"a\|b" in text


# Step costs


def contest(**changes: Any) -> CostTable:
    def row(name: str, ratio: float) -> CostRow:
        return CostRow(name, ratio, ratio, ratio, 1.0, 8.0, None, {name: {}}, {name: "0"})

    made = CostTable(
        format=1, kind="optimizer", task=None, task_version=1, against="sgd", device="cpu", device_name="cpu",
        precision="float32", steps=10, rounds=5, cpu_share=1.0, finished_at="2026-01-01T00:00:00+00:00", processor="p", cores=2,
        machine="m", numerics="n", versions={}, rows=(row("sgd", 1.0), row("adam", 2.0), row("lion", 3.0)), failed={},
    )  # fmt: skip
    return replace(made, **changes)


def test_a_measured_step_cost_stands_before_timings_of_training():
    ratios = {row.label: row.step_ratio for row in with_costs(PLANTED, [contest()]).rows}
    assert ratios == {"adam": 1.0, "sgd": 0.5, "lion": 1.5, "ftrl": 1.0}  # ftrl was not in it: its timings
    assert with_costs(PLANTED, [contest(cpu_share=0.5), contest(kind="schedule")]) == PLANTED
