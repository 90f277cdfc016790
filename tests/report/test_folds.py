"""Cross-validation in the report: deviations are visible, captions say what was pooled, and nothing changes without folds."""

from __future__ import annotations

import io
import re
import statistics
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from benchsuite.analysis import leaderboards
from benchsuite.record import Record
from benchsuite.report import grid_tables, leaderboard_tables
from benchsuite.report.drawings.palette import styles_of
from benchsuite.report.drawings.series import series_of
from benchsuite.report.site import failures_page, grid_page, leaderboards_page, start_page, task_page
from benchsuite.report.tables.numbers import folds_text
from tests.factories import component, make_record, make_study, remade
from tests.report.reading import render, site

SGD = component("sgd", learning_rate=0.1)
FIRST, SECOND = [0.95, 0.93, 0.97, 0.91], [0.90, 0.98, 0.94, 0.86]
NOTE = "± standard deviation over the 4 folds (mean over seeds)"
MEAN_DEVIATION = f"± {(statistics.stdev(FIRST) + statistics.stdev(SECOND)) / 2:.4f}"

BOARDS = [leaderboards_page.pages]


def folds_of(values: list[float], **arguments: Any) -> list[Record]:
    return [make_record(value=value, fold=(number, len(values)), **arguments) for number, value in enumerate(values)]


def study() -> list[Record]:
    return folds_of(FIRST) + folds_of(SECOND, seed=1) + folds_of(FIRST, changes={"optimizer": [SGD]})


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def printed(tables: list[Any], width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    for table in tables:
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


# The page


def test_the_pages_show_the_deviation_over_the_folds_and_say_what_it_is():
    made = site(study(), BOARDS)
    results, every = (made[f"leaderboards/optimizer/{name}.html"] for name in ("results", "seeds"))
    adam = next(row for row in results.split("<tr") if ">adam</a>" in row)
    assert f"0.9300 {MEAN_DEVIATION}" in words(re.sub(r"<title>.*?</title>", "", adam))
    for page in (results, every):
        assert NOTE in page
        assert "a seed has the mean over its 4 folds" in page
    each = next(row for row in every.split("<tr") if ">adam</a>" in row)
    # Best is the value at the best epoch, which the factory draws: only the two columns before it are known here.
    first, second = statistics.stdev(FIRST), statistics.stdev(SECOND)
    assert re.search(rf"0\.9400 ± {first:.4f} best 0\.\d+ 0\.9200 ± {second:.4f} best 0\.\d+", words(each))


def test_the_page_counts_seeds_not_folds_in_steps_to_targets():
    page = site(study(), BOARDS)["leaderboards/optimizer/targets.html"]
    assert "a seed has the median over its 4 folds, and none if one of them failed." in page
    assert "2 of 2" in words(page)
    assert "of 8" not in words(page)


def test_a_failed_seed_keeps_the_columns_aligned_and_is_told_with_its_folds():
    failing = [make_record(seed=2, fold=(number, 4), outcome="diverged") for number in range(3)]
    made = site([*study(), *failing, make_record(seed=2, fold=(3, 4))], [*BOARDS, failures_page.pages])
    every = made["leaderboards/optimizer/seeds.html"]
    assert 'class="num bad" data-order="Infinity" title="seed 2">diverged</td>' in re.sub("</?a[^>]*>", "", every)
    assert {row.count("<td") for row in every[every.index("<tbody") :].split("<tr")[1:]} == {5}
    section = words(made["failures.html"])
    assert "digits_mlp · 4 folds" in section
    assert "2 (3 folds)" in section


def test_seeds_that_lack_folds_are_told_on_the_page():
    page = render([*study(), *folds_of(FIRST, seed=5)[:3]], [start_page.pages])
    assert "In no leaderboard: 3 trials belong to seeds whose folds are not all there." in page
    alone = render(folds_of(FIRST)[:1], [start_page.pages])
    assert "1 trial belongs to a seed whose folds are not all there" in alone
    assert ">unsupported<" not in alone


def test_measures_say_that_folds_were_pooled():
    wanted = np.array([0, 1, 0, 1], "int32")
    outputs = np.array([[2, 0], [0, 1], [0, 1], [0, 3]], "float32")
    records = folds_of([1.0, 1.0, 0.0, 1.0])
    predictions = {
        record.id: {"test_outputs": outputs[number : number + 1], "test_targets": wanted[number : number + 1]}
        for number, record in enumerate(records)
    }
    page = render(records, [task_page.pages], predictions=predictions)
    section = page[page.index("<summary>Measures of the test part</summary>") :]
    assert "medians over the seeds, each of the pooled test parts of 4 folds" in section
    assert "Curves of class 1 for the first seed of each recipe, of the pooled test parts of 4 folds." in section
    assert re.search(r"<td class=\"num\">1</td><td class=\"num\"><b>0\.75</b>", section)


def test_learning_curves_are_means_over_the_folds():
    records = folds_of(FIRST)
    stopped = {name: row[:-2] for name, row in records[3].to_json()["curves"].items()}
    records[3] = remade(records[3], lambda data: data.update(curves=stopped))
    boards = leaderboards(records)
    ((steps, values),) = series_of(
        boards[0], 0, {record.id: record for record in records}, styles_of(boards)
    )[0].curves  # fmt: skip
    paths = [record.curves["validation_accuracy"][: len(values)] for record in records]
    assert values == pytest.approx(np.mean(paths, axis=0))
    assert list(steps) == records[3].curves["step"].tolist()
    assert "validation accuracy, mean over 4 folds" in render(records, [task_page.pages])


def test_pages_without_folds_say_nothing_of_them():
    page = render(make_study(seeds=2, tasks=2), [start_page.pages, *BOARDS, failures_page.pages])
    page = re.sub(r"<dl>.*</dl>", "", page, flags=re.DOTALL)  # how to read it
    assert "±" not in page
    assert "fold" not in page
    assert "±" not in printed(leaderboard_tables(make_study(seeds=2, tasks=2)))


# The terminal


def test_the_terminal_shows_the_deviation_below_the_median_and_a_footnote():
    _, table = leaderboard_tables(study())  # the first is the ranking
    lines = [line.rstrip() for line in printed([table]).splitlines()]
    at = next(number for number, line in enumerate(lines) if re.search(r"\badam\b", line))
    assert lines[at].endswith("0.9300")
    assert lines[at + 1].strip() == MEAN_DEVIATION
    assert lines[at + 2].strip() == "0.9200–0.9400"
    assert NOTE in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("width", [60, 80])
def test_terminal_tables_of_many_folded_tasks_fit(width: int):
    records = make_study(seeds=2, tasks=5)
    both = []
    for record in records:
        for number in range(2):
            fold = {"number": number, "of": 2}
            both.append(remade(record, lambda data, fold=fold: data["spec"].update(fold=fold)))  # type: ignore[misc]
    text = printed(leaderboard_tables(both, width=width), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "±" in text


def test_a_footnote_names_no_number_where_columns_differ_in_it():
    records = folds_of(FIRST) + folds_of(FIRST[:2]) + [make_record()]
    assert "± standard deviation over the folds (mean over seeds)" in printed(leaderboard_tables(records))
    assert [folds_text(counts) for counts in ([], [0], [0, 10], [5, 10])] == ["", "", "10 folds", "folds"]


def test_grids_show_the_deviation_too():
    both = {"optimizer": [SGD], "schedule": [component("cosine")]}
    records = folds_of(FIRST) + folds_of(SECOND, changes=both)
    text = printed(grid_tables(records))
    assert f"± {statistics.stdev(SECOND):.4f}" in text
    assert NOTE in words(text)
    page = render(records, [grid_page.pages])
    section = words(page)
    assert f"0.9200 ± {statistics.stdev(SECOND):.4f}" in section
    assert NOTE in section
