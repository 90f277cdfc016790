"""The layout: what fits at which width, and on paper. Measured in a browser where there is one, read off the page elsewhere."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from benchsuite.analysis import grids
from benchsuite.record import Record
from benchsuite.report.site import task_view
from benchsuite.report.site.render import TEMPLATES, render
from benchsuite.report.site.words import LONGEST_PIECE, breakable
from tests.factories import DIGITS, component, make_record, make_study, remade

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
WIDTHS = (1400, 800, 400)
LONG = "a_name_of_64_letters_that_somebody_may_give_to_an_optimizer_some"
ESCAPED = "\x1b[1mvalue\x1b[0m is \x1b]8;;http://x\x07wrong\x1b]8;;\x1b\\, see \x1b[38;5;34mline 3\x1b[0m"


def records() -> list[Record]:
    """A study of every kind with names that are hard to place: two columns and the half of a page, or forty rows."""
    found = make_study(seeds=1, tasks=3)
    names = [LONG, *(f"method_number_{number}" for number in range(30))]
    for name in ("reduce_on_plateau", "warmup_stable_decay"):
        found.append(make_record(changes={"schedule": [component(name)]}))
    found += [make_record(changes={"optimizer": [component(name, learning_rate=0.1)]}, value=0.9) for name in names]
    died = make_record(changes={"optimizer": [component("broken_here")]}, outcome="crashed", reason=ESCAPED)

    def coloured(data: dict[str, Any]) -> None:
        data["results"]["failure"]["traceback"] = f"Traceback\n{ESCAPED}"

    return [*found, remade(died, coloured)]


def laid_out(records: list[Record]) -> str:
    """Return a page whose figures have their size and nothing in them: drawing takes long, and changes no layout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task_view, "comparison", lambda series, head, room: len(series))
        patch.setattr(
            task_view,
            "to_svg",
            lambda rows, name, description: f'<svg class="figure" viewBox="0 0 792 {max(187, 54 + 16 * rows)}"/>',
        )
        return render(records)


@pytest.fixture(scope="module")
def page() -> str:
    return laid_out(records())


# Anywhere


def test_names_break_after_their_signs_and_never_within_a_word():
    assert breakable("reduce_on_plateau") == "reduce_<wbr>on_<wbr>plateau"
    assert breakable("adam[learning_rate=0.001]") == "adam[<wbr>learning_<wbr>rate=<wbr>0.001]"
    assert breakable("sgd") == "sgd"
    assert breakable("_") == "_"
    assert breakable("<b>_<i>") == "&lt;b&gt;_&lt;i&gt;"
    assert breakable("x" * 60) == "<wbr>".join(["x" * LONGEST_PIECE] * 2 + ["x" * (60 - 2 * LONGEST_PIECE)])


def test_the_page_shows_no_sequences_of_a_terminal(page: str):
    assert "value is wrong, see line 3" in page
    assert page.count("value is wrong, see line 3") >= 2  # the reason, and the traceback
    assert "\\x1b" not in page
    assert "\x1b" not in page


def test_every_table_has_a_container_that_scrolls(page: str):
    tables = [found.start() for found in re.finditer(r'<table class="(?!inner)', page)]
    assert len(tables) > 10
    for at in tables:
        assert re.search(r'<div class="scroll">\s*$', page[:at]), page[at : at + 60]


def test_what_is_printed_has_the_colours_of_paper():
    assert "(prefers-color-scheme" not in STYLE.replace("@media screen and (prefers-color-scheme", "")
    for name in ("index.html", "probes.css"):
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        assert "(prefers-color-scheme" not in text.replace("@media screen and (prefers-color-scheme", "")


def test_a_board_of_many_tasks_is_printed_across(page: str):
    many = [
        make_record(dataclasses.replace(DIGITS, name=f"task_{n}"), {"optimizer": [component("sgd")]}) for n in range(8)
    ]
    assert re.search(r'id="kind-optimizer" class="group wide many"', laid_out(many))
    assert "wide many" not in page
    assert re.search(r"@page many \{ size: A4 landscape", STYLE)
    assert not grids(many)


# In a browser

MEASURE = """
<script>
addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
    const seen = (element) => element.getClientRects().length > 0;
    const all = (query) => [...page.querySelectorAll(query)].filter(seen);
    const text = (element) => element.textContent.trim().slice(0, 40);
    // A run of letters between two places where a name may break must stand on one line.
    const broken = [];
    const names = ".board > tbody .component span, .standing .name, .failures .name, .board thead a";
    for (const label of all(names)) {
      const walker = page.createTreeWalker(label, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        for (const word of node.data.matchAll(/\\S+/g)) {
          const range = page.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
        }
      }
    }
    const outside = (query) => all(query).filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1).map(text);
    const scroll = page.querySelector("#kind-optimizer .scroll");
    scroll.scrollLeft = 10000;
    const held = scroll.querySelector("tbody .component").getBoundingClientRect();
    found[frame.name] = {
      width: root.clientWidth, body: root.scrollWidth, broken,
      nav: outside("nav a"), captions: outside(".board caption"), reasons: outside(".failures td"), clipped: outside(".board > tbody td"),
      first: Math.round(held.left - scroll.getBoundingClientRect().left), moved: scroll.scrollLeft,
      rows: all(".board > tbody .component").length, tabs: all(".tabs > label").length, links: all("nav a").length,
      closed: all("details:not([open]):not(.long)").length, boards: page.querySelectorAll(".tabs").length,
    };
  }
  document.body.replaceChildren(Object.assign(document.createElement("pre"), { id: "found", textContent: JSON.stringify(found) }));
});
</script>
"""


def started(*arguments: str, folder: Path) -> str:
    """Run the browser without a window, and return what it writes."""
    assert BROWSER is not None
    usual = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'browser'}",
    )
    done = subprocess.run([BROWSER, *usual, *arguments], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def frame(name: str, width: int, page: str) -> str:
    return f'<iframe name="{name}" style="width: {width}px; height: 900px; border: 0" srcdoc="{escape(page)}"></iframe>'


@pytest.fixture(scope="module")
def measured(page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a browser makes of the page at each width, and with the rules of paper at that of A4 within its margins."""
    if BROWSER is None:
        pytest.skip("no chromium")
    folder = tmp_path_factory.mktemp("layout")
    paper = page.replace("@media print", "@media screen")
    frames = [frame(str(width), width, page) for width in WIDTHS] + [frame("paper", 711, paper)]
    (folder / "widths.html").write_text(
        "<!doctype html><meta charset=utf-8>" + "".join(frames) + MEASURE, encoding="utf-8"
    )
    text = started("--dump-dom", "--virtual-time-budget=20000", f"file://{folder}/widths.html", folder=folder)
    found = re.search(r'<pre id="found">(.*?)</pre>', text, re.DOTALL)
    assert found, text[-2000:]
    return json.loads(unescape(found[1]))  # type: ignore[no-any-return]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_its_window(measured: dict[str, Any], width: int):
    found = measured[str(width)]
    assert found["width"] == width
    assert found["body"] <= width, "the page scrolls sideways"
    assert (found["nav"], found["captions"], found["reasons"]) == ([], [], [])
    assert found["broken"] == []
    assert found["rows"] > 40


def test_where_a_board_scrolls_its_names_stay(measured: dict[str, Any]):
    found = measured["400"]
    assert found["moved"] > 0
    assert found["first"] == 0
    assert measured["1400"]["moved"] == 0


def test_on_paper_nothing_is_clipped_and_what_is_closed_is_left_out(measured: dict[str, Any]):
    found = measured["paper"]
    assert found["body"] <= found["width"]
    assert (found["clipped"], found["reasons"], found["captions"], found["broken"]) == ([], [], [], [])
    assert found["tabs"] == found["boards"] > 3  # of each leaderboard the one view that is open
    assert (found["closed"], found["links"]) == (0, 0)
    assert measured["1400"]["closed"] > 0
    assert measured["1400"]["tabs"] == 5 * found["boards"]


def test_a_page_of_every_kind_takes_few_sheets(page: str, tmp_path: Path):
    if BROWSER is None:
        pytest.skip("no chromium")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    started(
        "--no-pdf-header-footer",
        f"--print-to-pdf={tmp_path / 'page.pdf'}",
        f"file://{tmp_path}/page.html",
        folder=tmp_path,
    )
    sheets = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes()))
    assert 2 < sheets < 15
