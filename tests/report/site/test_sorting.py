"""What tables sort by, and what tells apart the lines of one component."""

from __future__ import annotations

import math
import re

import pytest

from benchsuite.report.site import failures_page, task_page
from benchsuite.report.site.sort_keys import falling, sort_key
from tests.factories import component, make_record
from tests.report.reading import site


@pytest.mark.parametrize(
    ("order", "text", "falls", "key"),
    [
        (None, "adam", None, None),
        (0.949, "0.9490", False, None),  # it sorts by what it shows
        (-0.949, "0.9490", True, None),
        (-0.949, "0.9490", False, "-0.949"),
        (-97.8, "97.8 %", True, "97.8"),
        (30.0, "19=", False, "30"),
        (0.0, "–", True, "0"),
        (math.nan, "–", True, ""),
        (math.inf, "diverged", False, "Infinity"),
        (math.inf, "diverged", True, "-Infinity"),
    ],
)
def test_a_cell_says_what_it_sorts_by_unless_it_shows_that(
    order: float | None, text: str, falls: bool | None, key: str | None
):
    assert sort_key(order, text, falls) == key


@pytest.mark.parametrize(
    ("cells", "falls"),
    [
        ([(None, "adam"), (None, "sgd")], None),
        ([(-0.9, "0.9"), (math.inf, "diverged")], True),
        ([(0.1, "0.1"), (math.inf, "diverged")], False),
        ([(-0.5, "−0.5 %"), (0.2, "+0.2 %")], False),
        ([(0.5, "−0.5 %"), (-1200.0, "+1,200 %")], True),
        ([(math.nan, "–")], False),
    ],
)
def test_a_column_where_more_is_better_is_noticed(cells: list[tuple[float | None, str]], falls: bool | None):
    assert falling(cells) is falls


def test_failures_sort_by_their_first_step():
    records = [
        make_record(changes={"optimizer": [component(name)]}, outcome="diverged") for name in ("adagrad", "lion")
    ]
    text = site([make_record(), *records], [failures_page.pages])["failures.html"]
    rows = text.partition("<tbody>")[2].count("<tr")
    assert rows > 0
    found = re.findall(r'<td class="num" data-order="(\d*)">([\d,–]+)', text)
    assert len(found) == rows
    assert all((order or "–") == shown.replace(",", "") for order, shown in found)


def test_lines_of_one_component_differ_and_say_their_rows():
    records = [
        make_record(changes={"optimizer": [component("sgd", learning_rate=rate)]}, seed=seed, value=0.9 + rate)
        for rate in (0.01, 0.03)
        for seed in range(2)
    ]
    text = site([make_record(), *records], [task_page.pages])["tasks/digits_mlp.html"]
    labels = re.findall(r'class="of ([^"]*)" data-component="optimizer/sgd"[^>]* data-label="([^"]*)"', text)
    assert len({label for _, label in labels}) == 2
    assert len({label for classes, label in labels if "again-1" in classes}) == 1
    assert "see its interval" in text
