"""Instances of a task are no tasks beside it: they never share a leaderboard with it, and the site says what they say of a verdict."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from benchsuite.analysis.boards import leaderboards
from benchsuite.analysis.frames import ALWAYS, trials_frame
from benchsuite.analysis.row_beyond import rows_beyond, same_order
from benchsuite.analysis.row_verdicts import BesideBoard, BoardVerdicts
from benchsuite.archive import Archive
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.drawings.instances import TOGETHER, instance_rows
from benchsuite.report.figures.asked import FigureChoice, FigureSource
from benchsuite.report.figures.figure_kinds import pictures
from benchsuite.report.figures.of_pair import verdict_of
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.site import SiteData
from benchsuite.report.tables.terminal import leaderboard_tables
from tests.factories import AUTOENCODER, DIGITS, TaskFacts, component, make_record, remade

SGD = {"optimizer": [component("sgd", learning_rate=0.01)]}
LION = {"optimizer": [component("lion", learning_rate=0.001)]}


def study(facts: TaskFacts, of_sgd: float, of_lion: float) -> list[Record]:
    """Eight seeds of the baseline, which ends at 0.9, and of two others."""
    found = []
    for seed in range(8):
        noise = 0.001 * ((5 * seed) % 8)
        found += [
            make_record(facts, seed=seed, value=0.9 + noise),
            make_record(facts, SGD, seed=seed, value=of_sgd + 0.001 * ((3 * seed) % 8)),
            make_record(facts, LION, seed=seed, value=of_lion + 0.001 * ((7 * seed) % 8)),
        ]
    return found


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Sgd is worse everywhere; lion is better on the published instance alone."""
    found = study(DIGITS, 0.85, 0.94)
    for number, lion in enumerate((0.9005, 0.899, 0.9, 0.901, 0.8995), start=1):
        found += study(replace(DIGITS, name=f"digits_mlp~{number}", batch_size=32 if number < 5 else 64), 0.84, lion)
    return found + study(replace(DIGITS, name="digits_mlp~width=2"), 0.8, 0.95)


@pytest.fixture(scope="module")
def site(records: list[Record]) -> dict[str, str]:
    data = SiteData(Contents(records))
    return {path: content.decode() for path, content in site_files(data) if path.endswith((".html", ".csv"))}


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.replace("<wbr>", ""))).split())


def test_each_instance_has_a_leaderboard_of_its_own(records: list[Record]) -> None:
    boards = {board.change: board for board in leaderboards(records) if board.kind == "optimizer"}
    assert set(boards) == {"", "width=2", *(f"variant {number}" for number in range(1, 6))}
    for change, board in boards.items():
        (head,) = board.columns  # with all of them as columns a rank would count one task seven times
        assert board.ranking is not None
        assert board.ranking.tasks == 1
        assert head.column.differs == change
    assert boards["variant 3"].title == "optimizer, variant 3"
    assert boards["width=2"].title == "optimizer, baseline with width=2"
    assert boards[""].title == "optimizer"


def test_a_variant_of_several_tasks_is_one_leaderboard() -> None:
    digits, other = replace(DIGITS, name="digits_mlp~3"), replace(AUTOENCODER, name="mnist5k_autoencoder~3")
    held = [
        make_record(facts, changes, seed=seed)
        for facts in (digits, other, DIGITS)
        for changes in (None, SGD)
        for seed in (0, 1)
    ]
    boards = {board.change: board for board in leaderboards(held) if board.kind == "optimizer"}
    assert [head.label for head in boards["variant 3"].columns] == ["digits_mlp~3", "mnist5k_autoencoder~3"]
    assert [head.label for head in boards[""].columns] == ["digits_mlp"]


def test_a_summary_tells_of_the_published_instances_alone(records: list[Record]) -> None:
    contents = Contents(records)
    assert [board.title for board in contents.of_published] == ["optimizer"]
    assert len(contents.shown) == 7
    titles = [str(table.title) for table in leaderboard_tables(contents)]
    assert titles
    assert not any("variant" in title for title in titles)
    alone = Contents([record for record in records if "~2" in record.trial.task])
    assert [board.title for board in alone.of_published] == ["optimizer, variant 2"]  # something did run


def test_the_page_of_a_task_lists_its_instances_and_they_lead_back(site: dict[str, str]) -> None:
    page = site["tasks/digits_mlp.html"]
    text = text_of(page)
    assert "On other instances" in text
    held = text.partition("On other instances")[2].partition("Instances of one task are")[0]
    assert re.findall(r"digits_mlp~\S+", held) == [f"digits_mlp~{number}" for number in range(1, 6)]
    assert "No two of" not in text.partition("On other instances")[2].partition("Instances of one task are")[0]
    own = next(path for path in site if re.fullmatch(r"tasks/digits_mlp-3-\w+\.html", path))
    assert f'href="../{own}"' in page
    back = site[own]
    assert "Variant 3 of digits_mlp : another instance of that task" in text_of(back)
    assert 'href="../tasks/digits_mlp.html"' in back
    assert "On other instances" not in text_of(back)


def test_a_comparison_says_whether_its_verdict_holds_beyond_the_instance(site: dict[str, str]) -> None:
    sgd, lion = "comparisons/optimizer/adam-vs-sgd.html", "comparisons/optimizer/adam-vs-lion.html"
    held = text_of(site[sgd])
    assert "sgd is worse than adam on digits_mlp: this holds beyond the published instance. 5 of 5 variants" in held
    assert "lion is better than adam on digits_mlp: this does not hold beyond the published instance." in text_of(
        site[lion]
    )
    assert held.count("task by task, by optimizer") == 1  # not once more for each variant


def test_the_figure_has_a_row_for_each_variant(records: list[Record]) -> None:
    source = FigureSource(Contents(records))
    (picture,) = pictures("instances", source, FigureChoice(components=("lion", "adam"), task="digits_mlp"))
    assert picture.words.startswith("lion minus adam on digits_mlp and 5 other instances: does not hold.")
    (board,) = source.boards(FigureChoice())
    rows = {row.label: row for row in board.rows}
    verdict = verdict_of(source, board, rows["lion"], rows["adam"])
    every = [BoardVerdicts(one, BesideBoard(source.records)) for one in source.contents.by_test]
    (one,) = rows_beyond(every[0], every, rows["lion"], rows["adam"], verdict)
    assert rows_beyond(every[0], [*every, *every[1:3]], rows["lion"], rows["adam"], verdict) == (
        one,
    )  # each counts once
    shown = instance_rows(one)
    assert [row.label for row in shown] == ["published", "~1", "~2", "~3", "~4", "~5", TOGETHER]
    assert shown[0].estimate == pytest.approx(0.04, abs=0.002)
    alone = FigureSource(Contents([record for record in records if "~" not in record.trial.task]))
    with pytest.raises(
        BenchsuiteError, match=r"no variant of digits_mlp has .* Run some: `benchsuite compare lion adam"
    ):
        pictures("instances", alone, FigureChoice(components=("lion", "adam"), task="digits_mlp"))
    with pytest.raises(BenchsuiteError, match=r"a figure of instances is of two optimizers. Received: lion"):
        pictures("instances", source, FigureChoice(components=("lion",)))


def test_tables_say_whose_instance_a_trial_is(records: list[Record]) -> None:
    frame = trials_frame(records)
    assert set(frame["base"]) == {"digits_mlp"}
    assert sorted(set(frame["variant"])) == [0, 1, 2, 3, 4, 5]
    assert set(frame[frame["variant"] == 3]["task"]) == {"digits_mlp~3"}
    assert {"base", "variant"} <= set(ALWAYS)
    archive = Archive(records)
    assert set(archive.leaderboard()["task"]) == {"digits_mlp"}
    assert set(archive.leaderboard(change="variant 3")["task"]) == {"digits_mlp~3"}
    assert "variant 3" in archive.changes


@pytest.mark.parametrize("name", ["t~", "~", "t~~3", "t~99999999999999999999", "t~٣", "t~3~noise=<b>", "t~noise"])
def test_a_name_from_elsewhere_that_is_none_is_shown_as_it_is(name: str) -> None:
    def named(data: dict[str, Any]) -> None:
        data["spec"]["task"]["name"] = name

    held = [remade(make_record(DIGITS, changes, seed=seed), named) for changes in (None, SGD) for seed in (0, 1)]
    data = SiteData(Contents(held))
    assert any(path.endswith(".html") for path, _ in site_files(data))
    assert 0 <= trials_frame(held)["variant"].max() < 2**31


def test_pairs_that_are_equal_anywhere_are_in_no_order() -> None:
    assert same_order({"a": 3.0, "b": 2.0, "c": 1.0}, {"a": 3.0, "b": 1.0, "c": 2.0}) == (2, 3)
    assert same_order({"a": 3.0, "b": 3.0}, {"a": 1.0, "b": 2.0}) == (0, 0)
    assert same_order({"a": float("-inf"), "b": 3.0, "d": 1.0}, {"a": float("-inf"), "b": 2.0}) == (1, 1)
