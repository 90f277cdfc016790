"""A task along its axes: which columns lie on one, a table on the task's page, and no rank that counts a task twice."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from benchsuite.analysis.axis_columns import along, axes_of, shared_on
from benchsuite.analysis.boards import leaderboards
from benchsuite.analysis.sample import Column, column_of
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.site import SiteData
from tests.along import WIDTHS, at_width
from tests.factories import DIGITS, make_record

PLAIN = column_of(make_record(DIGITS))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [
        at_width(width, name, seed, 0.3, value=0.95 if name == "adam" else 0.9)
        for width in WIDTHS
        for name in ("adam", "sgd")
        for seed in range(3)
    ]


def changed(change: str, **fields: object) -> Column:
    return replace(PLAIN, change=change, **fields)  # type: ignore[arg-type]


def test_a_column_says_on_which_axes_it_lies() -> None:
    assert list(axes_of(PLAIN)) == []
    both = changed("schedule=warmup[warmup=0.1, floor=2]+cosine, batch_size=64, width=16", batch_size=64)
    assert [(axis, value) for axis, value, _ in axes_of(both)] == [("batch_size", 64), ("width", 16)]
    (_, _, without_batch), (_, _, without_width) = axes_of(both)
    assert without_batch.change == "schedule=warmup[warmup=0.1, floor=2]+cosine, width=16"
    assert (without_batch.batch_size, without_width.batch_size) == (0, 64)
    noisy = replace(PLAIN, task="digits_mlp~3~noise=0.5")
    assert list(axes_of(noisy)) == [("noise", 0.5, replace(PLAIN, task="digits_mlp~3"))]
    assert list(axes_of(changed("width=1e999, depth=nan, preprocessing=none"))) == []


def test_columns_that_differ_in_one_knob_alone_lie_on_an_axis() -> None:
    wide, wider, other = changed("width=128"), changed("width=256"), changed("width=256, schedule=cosine")
    small = changed("batch_size=8", batch_size=8)
    held = [PLAIN, wide, wider, other, small]
    assert along(held, PLAIN) == {
        "batch_size": [(8, small), (32.0, PLAIN)], "width": [(None, PLAIN), (128, wide), (256, wider)],
    }  # fmt: skip
    assert along(held, wider) == {"width": [(None, PLAIN), (128, wide), (256, wider)]}
    assert along(held, other) == {}
    assert shared_on(small, "batch_size") == shared_on(changed("batch_size=8", batch_size=64), "batch_size")


def test_no_value_enters_the_ranks_of_the_task(records: list[Record]) -> None:
    boards = {board.change: board for board in leaderboards(records) if board.kind == "optimizer"}
    assert set(boards) == {"", "width=16", "width=32", "width=128"}
    assert all(len(board.columns) == 1 for board in boards.values())


def test_the_page_of_a_task_shows_it_along_its_axes(records: list[Record]) -> None:
    files = {
        path: content.decode()
        for path, content in site_files(SiteData(Contents(records)))
        if not path.endswith((".woff2", ".png"))
    }
    pages = {path: text for path, text in files.items() if path.startswith("tasks/") and "Along an axis" in text}
    assert len(pages) == len(WIDTHS)
    page = next(text for path, text in pages.items() if "width" not in path)
    section = page.partition("<h2>Along an axis</h2>")[2].partition("</section>")[0]
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", section.replace("<wbr>", ""))).split())
    for width in (16, 32, 128):
        assert f"width {width} digits_mlp · with width={width}" in text
    assert "the task's own" in text
    rows = next(content for path, content in files.items() if path.endswith("tasks-axes.csv")).splitlines()
    assert len(rows) == 1 + len(WIDTHS) ** 2
    assert rows[0].startswith("Of,Axis,Value,Task,Leaderboard,Components")


def test_a_task_that_lies_on_no_axis_has_no_such_section() -> None:
    files = site_files(SiteData(Contents([make_record(DIGITS, seed=seed) for seed in range(2)])))
    assert not any(b"Along an axis" in content for path, content in files if path.endswith(".html"))
