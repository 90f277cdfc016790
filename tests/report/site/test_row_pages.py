"""Pages of components, tasks, comparisons and grids: their numbers are those of the boards, and all of them lead somewhere."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace

import pytest

from benchsuite.analysis.test_part import TestParts
from benchsuite.report import Contents
from benchsuite.report.drawings.axis_scale import AxisScale
from benchsuite.report.site import comparison_page, component_page
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.links import anchor
from benchsuite.report.site.plain_chart import ChartAxis, band_path, line_path, linear_ticks
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.verdicts import asked_pairs
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from tests.analysis.test_tuned_boards import made as searched
from tests.analysis.test_tuned_boards import run, search_of
from tests.factories import DIGITS, component, make_record, make_study

HOSTILE = '<script>alert("x")</script>&../../etc'
SIZES = {"digits_mlp": (1077, 360, 360)}


@pytest.fixture(scope="module")
def data() -> SiteData:
    studies = [
        {"verb": "compare", "options": {"a": "lion", "b": "adagrad", "kind": "optimizer"}},
        {"verb": "run"},
        {"verb": 3},
    ]
    hostile = make_record(DIGITS, {"optimizer": [component(HOSTILE, rate=0.1)]}, seed=0, value=0.9)
    records = [*make_study(8, tasks=3), hostile]
    return SiteData(Contents(records, parts=TestParts(SIZES)), studies=studies)


@pytest.fixture(scope="module")
def site(data: SiteData) -> dict[str, str]:
    return {path: content.decode() for path, content in site_files(data) if path.endswith((".html", ".csv"))}


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def table(site: dict[str, str], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site[f"data/{name}.csv"])))


def test_every_component_task_and_chosen_pair_has_a_page(data: SiteData, site: dict[str, str]) -> None:
    expected = {*data.places.components.values(), *data.places.tasks.values(), *data.places.comparisons.values()}
    expected |= {*data.places.grid_pages.values(), "components.html", "tasks.html", "comparisons.html", "grids.html"}
    assert expected <= set(site)
    assert data.pairs
    assert ("optimizer", "adagrad", "lion") in data.pairs  # a study asked for it


def test_every_link_of_these_pages_leads_to_a_file_and_a_place_on_it(data: SiteData, site: dict[str, str]) -> None:
    from posixpath import dirname, join, normpath

    made = {path for path, _ in site_files(data)} | {"leaderboard.csv"}
    anchors = {path: set(re.findall(r'\bid="([^"]*)"', page)) for path, page in site.items() if path.endswith(".html")}
    families = ("components", "tasks", "comparisons", "grids")
    looked = 0
    for path, page in site.items():
        if not path.endswith(".html") or not path.startswith(families):
            continue
        for link in re.findall(r'(?:href|src|data-csv)="([^"]*)"', page):
            target, _, anchor = html.unescape(link).partition("#")
            if target.startswith("data:"):
                continue
            found = normpath(join(dirname(path), target)) if target else path
            assert found in made, (path, link)
            assert not anchor or anchor in anchors[found], (path, link)
            looked += 1
    assert looked > 1000


def test_hostile_names_are_text_and_name_no_file(data: SiteData, site: dict[str, str]) -> None:
    assert not any("<script>alert" in page for page in site.values() if page.startswith("<!doctype"))
    path = data.places.components["optimizer", HOSTILE]
    assert re.fullmatch(r"components/optimizer/[A-Za-z0-9_.-]+\.html", path)
    assert HOSTILE in text_of(site[path]).replace("\u200b", "").replace(" ", "").replace(
        "\n", ""
    ) or "alert" in text_of(site[path])


def test_a_components_verdict_is_that_of_its_comparison_and_of_the_board(data: SiteData, site: dict[str, str]) -> None:
    board = next(one for one in data.boards if one.kind == "optimizer")
    row = next(row for row in board.rows if row.label == "rmsprop")
    verdict = data.verdicts.against_baseline(board, row)
    assert verdict is not None
    held = table(site, "comparisons-optimizer-by-task")
    rows = {line["Task"]: line for line in held if (line["Row A"], line["Row B"]) == ("rmsprop", "adam")}
    assert set(rows) == {task.task for task in verdict.tasks}
    for task in verdict.tasks:
        at = next(at for at, head in enumerate(board.columns) if head.label == task.task)
        entry = row.entries[at]
        assert entry is not None
        assert entry.final is not None
        assert float(rows[task.task]["A"]) == task.a == pytest.approx(entry.final.estimate)
        assert rows[task.task]["A is"] == task.word
        assert float(rows[task.task]["A − B"]) == task.difference
    page = text_of(site[data.places.comparisons["optimizer", "adam", "rmsprop"]])
    assert f"rmsprop is {verdict.word}" in page or "Cannot tell rmsprop" in page
    # What is best for A comes first: better, cannot tell, worse.
    orders: dict[tuple[str, str], list[int]] = {}
    for line in held:
        word = {"better": 0, "cannot tell": 1, "worse": 2}[line["A is"]]
        orders.setdefault((line["Row A"], line["Row B"]), []).append(word)
    assert all(order == sorted(order) for order in orders.values())
    assert any(len(set(order)) > 1 for order in orders.values())


def test_a_task_has_every_seed_of_every_row(data: SiteData, site: dict[str, str]) -> None:
    for number, board in enumerate(
        one for one in data.boards if any(head.label == "digits_mlp" for head in one.columns)
    ):
        at = next(at for at, head in enumerate(board.columns) if head.label == "digits_mlp")
        lines = {line["Component"]: line for line in table(site, f"task-digits_mlp-{number}-seeds")}
        for row in board.rows:
            if (entry := row.entries[at]) is None:
                continue
            for seed in entry.seeds:
                held = lines[row.label][f"Seed {seed.seed}"]
                assert float(held) == seed.final if seed.final is not None else not re.match(r"\d", held)
            page = site["tasks/digits_mlp.html"]
            assert all(f"#{anchor(seed.id)}" in page for seed in entry.seeds)


def test_a_task_says_what_it_can_tell(data: SiteData, site: dict[str, str]) -> None:
    (line,) = [
        one
        for one in table(site, "tasks-resolution")
        if (one["Task"], one["Leaderboard"]) == ("digits_mlp", "optimizer")
    ]
    board = next(one for one in data.boards if one.kind == "optimizer")
    at = next(at for at, head in enumerate(board.columns) if head.label == "digits_mlp")
    ranking = board.task_rankings[at]
    assert line["Pairs told apart"].startswith(f"{ranking.told} of {ranking.tests} ")
    assert line["Test part shows"] == "0.011"  # four of 360 examples


def test_curves_are_there_by_step_epoch_and_seconds_and_end_where_the_records_do(site: dict[str, str]) -> None:
    page = site["tasks/digits_mlp.html"]
    assert re.findall(r'data-axis="(\w+)"', page)[:3] == ["step", "epoch", "seconds"]
    assert 'data-component="optimizer/lion"' in page
    svgs = re.findall(r"<svg class=\"figure plain[^>]*>.*?</svg>", page, flags=re.DOTALL)
    assert svgs
    assert all("<title>" in svg and 'role="img"' in svg for svg in svgs)


def test_failures_of_a_component_have_their_reasons(site: dict[str, str]) -> None:
    lines = table(site, "component-optimizer-adafactor-failures")
    assert {line["Ended"] for line in lines} == {"crashed"}
    assert {line["Reason"] for line in lines} == {"ValueError: shapes (64,) and (10,) do not match"}
    assert len(lines) == 8


def test_a_grid_has_every_pair_and_leads_to_its_trials(data: SiteData, site: dict[str, str]) -> None:
    (grid,) = data.contents.grids
    (path,) = data.places.grid_pages.values()
    pairs = [entry for line in grid.entries for entry in line if entry is not None]
    assert pairs
    assert all(f"#{anchor(entry.seeds[0].id)}" in site[path] for entry in pairs)


def test_equal_records_give_equal_pages_in_whatever_order() -> None:
    records = make_study(2, tasks=1)
    one, other = (dict(site_files(SiteData(Contents(held)))) for held in (records, records[::-1]))
    assert one == other


def test_of_a_search_the_page_has_budget_sensitivity_and_what_was_chosen() -> None:
    records, searches = searched()
    made = dict(site_files(SiteData(Contents(records, searches=searches))))
    page = made["components/optimizer/lion.html"].decode()
    assert "What tuning gave" in page
    assert "How it hangs on its hyperparameters" in page
    assert page.count("hollow") >= 1
    chosen = made["data/component-optimizer-lion-1-chosen.csv"].decode()
    assert "learning_rate" in chosen


def test_a_comparison_of_tuned_rows_names_the_setting_that_ran_on_each_task() -> None:
    tasks = (DIGITS, replace(DIGITS, name="other_mlp"))
    rates = {"adam": (0.001, 0.25), "sgd": (0.5, 0.5)}
    records, searches = [], []
    for name, chosen in rates.items():
        for task, rate in zip(tasks, chosen, strict=True):
            tried = [(one, 0.5, run(one, 0.5, name, task, seed=FIRST_TUNING_SEED)) for one in (0.001, rate)]
            evaluated = [run(rate, 0.8 + seed / 100, name, task, seed=seed) for seed in range(5)]
            searches.append(search_of(tried, evaluated))
            records += [*(record for _, _, record in tried), *evaluated]
    made = SiteData(Contents(records, searches=searches))
    files = dict(site_files(made, [comparison_page.pages, component_page.pages]))
    comparison, own = (
        " ".join(text_of(files[path].decode().replace("<wbr>", "")).split())
        for path in ("comparisons/optimizer/adam-vs-sgd.html", "components/optimizer/adam.html")
    )
    for told in ("A|B on digits_mlp adam v1: learning_rate=0.001", "A|B on other_mlp adam v1: learning_rate=0.25"):
        assert any(told.replace("A|B", side) in comparison for side in "AB"), told
    assert comparison.count("sgd v1: learning_rate=0.5") == 1  # the same on both tasks, which are not named then
    assert "As it ran adam v1: as its search chose on each task" in own


def test_what_studies_ask_for_is_read_with_care() -> None:
    studies = [
        {"verb": "compare", "options": {"a": "x", "b": 3}},
        {"verb": "compare"},
        {},
        {"verb": "compare", "options": {"a": "x", "b": "y"}},
        {"verb": "compare", "command": ["benchsuite", "compare", "p", "q", "--yes"], "options": {"kind": "loss"}},
        {"verb": "compare", "command": ["benchsuite", "compare", "--yes", "p"], "options": {}},
    ]
    assert list(asked_pairs(studies)) == [("", "x", "y"), ("loss", "p", "q")]


def test_places_on_an_axis() -> None:
    axis = ChartAxis(0.0, 10.0, 100.0, 200.0)
    assert [axis.at(value) for value in (0, 5, 10, 20, -3, float("inf"))] == [100, 150, 200, 200, 100, 200]
    assert [tick.text for tick in axis.ticks(5)] == ["0", "2.5", "5", "7.5", "10"]
    assert [tick.at for tick in axis.ticks(6)] == [100, 120, 140, 160, 180, 200]
    assert linear_ticks(-1.0, 1.0, 5) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ChartAxis(3.0, 3.0, 0.0, 10.0).at(3.0) == 5.0
    near_one = ChartAxis(0.9, 0.99, 0.0, 10.0, AxisScale("one", 0.01))
    assert near_one.at(0.9) == 0.0
    assert near_one.at(0.99) == 10.0


def test_a_line_has_a_gap_where_there_is_no_number_and_a_band_ends_at_the_edge() -> None:
    across, up = ChartAxis(0.0, 2.0, 0.0, 20.0), ChartAxis(0.0, 1.0, 10.0, 0.0)
    assert line_path([(0, 0.0), (1, float("nan")), (2, 1.0)], across, up) == "M0 10M20 0"
    bands = band_path([0, 2], [float("-inf"), 0.0], [1.0, 1.0], across, up, best=1.0, worst=0.0)
    assert bands == "M0 0L20 0L20 10L0 10Z"


def test_a_reference_to_a_page_that_is_not_there_is_no_link() -> None:
    data = SiteData(Contents([make_record(replace(DIGITS, compares=("optimizer",)))]))
    links = data.links("tasks/x.html")
    assert links.pair("optimizer", "adam", "lion") is None
    assert data.verdicts.chosen.pairs == ()
