"""Names on the site: where they may break, what of them is never shown, and the files that are called after them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.report.site import failures_page
from benchsuite.report.site.slugs import LONGEST, slug, slugs
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine, table_csv
from benchsuite.report.site.words import LONGEST_PIECE, breakable
from tests.factories import component, make_record, remade
from tests.report.reading import render

ESCAPED = "\x1b[1mvalue\x1b[0m is \x1b]8;;http://x\x07wrong\x1b]8;;\x1b\\, see \x1b[38;5;34mline 3\x1b[0m"


def test_names_break_after_their_signs_and_never_within_a_word():
    assert breakable("reduce_on_plateau") == "reduce_<wbr>on_<wbr>plateau"
    assert breakable("adam[learning_rate=0.001]") == "adam[<wbr>learning_<wbr>rate=<wbr>0.001]"
    assert breakable("sgd") == "sgd"
    assert breakable("_") == "_"
    assert breakable("<b>_<i>") == "&lt;b&gt;_&lt;i&gt;"
    assert breakable("x" * 60) == "<wbr>".join(["x" * LONGEST_PIECE] * 2 + ["x" * (60 - 2 * LONGEST_PIECE)])


def test_a_page_shows_no_sequences_of_a_terminal():
    died = make_record(changes={"optimizer": [component("broken_here")]}, outcome="crashed", reason=ESCAPED)

    def coloured(data: dict[str, Any]) -> None:
        data["results"]["failure"]["traceback"] = f"Traceback\n{ESCAPED}"

    page = render([make_record(), remade(died, coloured)], [failures_page.pages])
    assert page.count("value is wrong, see line 3") == 2  # the reason, and the traceback
    assert "\\x1b" not in page
    assert "\x1b" not in page


def test_no_cell_of_a_csv_is_a_formula():
    cells = (TableCell("=1+1"), TableCell("x", value="@SUM(A1)"), TableCell("low", value=-1.5))
    table = DataTable("", (Head("a"), Head("b"), Head("c")), (TableLine(cells),))
    assert table_csv(table) == "a,b,c\n'=1+1,'@SUM(A1),-1.5\n"


# File names


@pytest.mark.parametrize("name", ["adam", "digits_mlp", "a.b-c", "x" * LONGEST])
def test_what_is_a_file_name_stays(name: str):
    assert slug(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../etc", "/", "a b", "ä", ".hidden", "-rf", "a.", "x" * 81, "a\x00b", "‮", "con:"]
)
def test_what_is_none_becomes_one(name: str):
    found = slug(name)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", found)
    assert len(found) <= LONGEST
    assert found not in (".", "..", name)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="aAbB -./_é\n0123456789abcdef", max_size=100), unique=True, max_size=12))
def test_no_two_names_share_a_file_whatever_they_are(names: list[str]):
    found = slugs(names)
    assert set(found) == set(names)
    assert len({name.lower() for name in found.values()}) == len(names)
    assert found == slugs(names[::-1])


def test_names_that_differ_in_capitals_alone_have_two_files():
    found = slugs(["Adam", "adam"])
    assert found["Adam"] == "Adam"
    assert re.fullmatch(r"adam-[0-9a-f]{6}", found["adam"])
    assert slugs({1: "a", 2: "a"}) != {1: "a", 2: "a"}
