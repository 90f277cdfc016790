"""The site in a real browser, from files: nothing fails, nothing is fetched, and everything that scripts add works."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.report.site.browser.conftest import HOSTILE, PATIENCE, Window

pytestmark = pytest.mark.slow
HOSTILE_SLUG = "script-alert-1"
BOARD = "leaderboards/optimizer.html"


def pages_of(site: Path) -> list[tuple[str, str]]:
    """Path and section of every page, as the search has them."""
    text = (site / "assets/search.js").read_text(encoding="utf-8")
    return [(path, section) for _, path, section, _ in json.loads(text[text.index("[") : text.rindex("]") + 1])]


def some_of_each(site: Path, most: int = 5) -> list[str]:
    """Of every folder its first pages and those of the hostile name: what a template does, it does on each of them."""
    found: dict[str, list[str]] = {}
    for path, _ in pages_of(site):
        held = found.setdefault(path.rpartition("/")[0], [])
        if len(held) < most or (HOSTILE_SLUG in path and len(held) < 2 * most):
            held.append(path)
    return [path for held in found.values() for path in held]


def one_of_each(site: Path) -> list[str]:
    """The first page of every section."""
    return sorted({section: path for path, section in reversed(pages_of(site))}.values())


def shown(page: Any, selector: str = "table.data") -> list[str]:
    """The names in the rows that a table shows."""
    return page.locator(f"{selector} >> nth=0").locator("tbody tr .component").all_inner_texts()


def orders(page: Any, column: int) -> list[float]:
    """What the rows of the first table sort by in a column."""
    cells = page.locator("table.data >> nth=0").locator(f"tbody tr > :nth-child({column})")
    held = cells.evaluate_all("cells => cells.map((cell) => cell.dataset.order)")
    return [float(value or "inf") for value in held]


def until(page: Any, expression: str, argument: Any = None) -> None:
    """Wait until something holds; Playwright's own way would evaluate a text within the page, whose policy forbids that."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(30)


@pytest.fixture(scope="module")
def visited(browser: Any, site: Path) -> dict[str, dict[str, Any]]:
    """Pages of every folder, opened once: what the browser complained about, and whether it fits a window and a telephone."""
    window, found = Window(browser, site), {}
    for path in some_of_each(site):
        page = window.open(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 400, "height": 800})
        narrow = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 1280, "height": 900})
        found[path] = {"wide": wide, "narrow": narrow, "complaints": list(window.complaints)}
        window.complaints.clear()
    window.context.close()
    return found


def test_pages_of_every_folder_open_from_a_file_without_an_error_and_asks_nobody_for_anything(visited, site: Path):
    assert {path: one["complaints"] for path, one in visited.items() if one["complaints"]} == {}
    assert len(visited) > 40
    assert {file.relative_to(site).as_posix() for file in site.rglob("*.html")} == {path for path, _ in pages_of(site)}


def test_no_page_scrolls_sideways_at_the_width_of_a_telephone_or_a_window(visited):
    assert [path for path, one in visited.items() if one["narrow"] > 400 or one["wide"] > 1280] == []


def test_a_complaint_is_noticed(browser: Any, site: Path, tmp_path: Path):
    """The two tests above can fail: a page with an error, a fetch and a script of its own has a complaint of each."""
    head = (site / "index.html").read_text(encoding="utf-8").partition("<title>")[0]
    body = "<script>alert(1)</script><img src='https://example.org/a.png'><p style='width: 900px'>wide"
    (tmp_path / "bad.html").write_text(f"{head}<title>x</title></head><body>{body}", encoding="utf-8")
    window = Window(browser, tmp_path, viewport={"width": 400, "height": 800})
    page = window.open("bad.html", ready=False)
    page.wait_for_load_state()
    said = "\n".join(window.complaints)
    assert "script-src" in said
    assert "img-src" in said
    assert "dialog" not in said  # the page's own policy let the script not run
    assert page.evaluate("document.documentElement.scrollWidth") > 400
    window.context.close()


def test_every_page_is_valid_html_to_a_strict_parser(site: Path):
    for path, _ in pages_of(site):
        parser = html5lib.HTMLParser(strict=True)
        try:
            parser.parse((site / path).read_bytes())
        except html5lib.html5parser.ParseError as error:
            pytest.fail(f"{path}: {error}, {parser.errors[:3]}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_family_of_pages(browser: Any, site: Path, scheme: str):
    window, found = Window(browser, site, color_scheme=scheme), []
    for path in one_of_each(site):
        page = window.open(path)
        result = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
        for one in result.response["violations"]:
            if one["impact"] in ("serious", "critical"):
                found.append(
                    (path, one["id"], one["nodes"][0]["html"][:200], one["nodes"][0].get("failureSummary", "")[:300])
                )
    window.context.close()
    assert found == []


def test_hostile_names_and_tracebacks_are_text(window: Window):
    page = window.open("failures.html")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert HOSTILE in page.locator("main").inner_text()
    assert page.locator("main script, main img[onerror]").count() == 0


def test_a_table_is_sorted_by_a_click_and_what_is_missing_stays_last(window: Window):
    page = window.open(BOARD)
    before = shown(page)
    head = page.locator("table.data >> nth=0").locator("thead th", has_text="Score").first
    column = 1 + head.evaluate("head => head.cellIndex")
    head.click()  # the best first
    until(page, "document.querySelector('th[aria-sort=descending]')")
    descending = orders(page, column)
    assert "#?o." in page.url
    head.click()
    until(page, "document.querySelector('th[aria-sort=ascending]')")
    ascending = orders(page, column)
    known = [value for value in ascending if value < 1e308]
    assert 8 < len(known) < len(ascending)
    assert known == sorted(known)
    assert descending[: len(known)] == known[::-1]
    assert ascending[: len(known)] == known  # what is missing stays last
    scores = page.locator("table.data >> nth=0").locator(f"tbody tr > :nth-child({column})").all_inner_texts()
    seen = [float(text.split()[0]) for text in scores[: len(known)]]
    assert seen == sorted(seen), "what is said to ascend ascends to the eye, too"
    address = page.url
    head.click()
    until(page, "!document.querySelector('th[aria-sort]')")
    assert shown(page) == before
    other = window.open(address.partition("/report/")[2])
    until(other, "document.querySelector('th[aria-sort=ascending]')")
    assert orders(other, column) == ascending


def test_names_sort_as_they_are_read(window: Window):
    page = window.open(BOARD)
    before = shown(page)
    page.locator("table.data >> nth=0").locator("thead th", has_text="Component").first.click()
    until(page, "document.querySelector('th[aria-sort=ascending]')")
    after = shown(page)
    assert after != before
    assert after == sorted(after, key=lambda name: name.strip().lower())


def test_a_table_is_searched_filtered_by_column_and_its_columns_hidden(window: Window):
    page = window.open(BOARD)
    everything = len(shown(page))
    assert everything > 8
    page.get_by_placeholder("Search this table").first.fill("ada")
    until(page, "document.querySelector('.dt-info').textContent.includes('of')")
    assert sorted(name.split()[0] for name in shown(page)) == ["adagrad", "adam", "nadam"]
    page.get_by_placeholder("Search this table").first.fill("")
    page.get_by_role("button", name="Filters").first.click()
    page.get_by_label("Filter Score", exact=True).first.fill("> 60")
    until(page, "document.querySelector('.dt-info').textContent.includes('of')")
    assert 0 < len(shown(page)) < everything
    page.get_by_label("Filter Score", exact=True).first.fill("")
    heads = page.locator("table.data >> nth=0").locator("thead tr >> nth=0").locator("th")
    count = heads.count()
    page.locator(".columns-menu summary").first.click()
    page.locator(".menu label").last.click()
    assert heads.count() == count - 1
    page.keyboard.press("Escape")
    assert not page.locator(".columns-menu").first.evaluate("menu => menu.open")


def test_every_table_has_its_numbers_as_a_file(site: Path):
    for path, _ in pages_of(site):
        text = (site / path).read_text(encoding="utf-8")
        for link in re.findall(r'data-csv="([^"]*)"', text):
            assert (site / path).parent.joinpath(link).resolve().is_file(), (path, link)


def test_the_search_finds_a_component_by_the_keyboard_alone(window: Window):
    page = window.open(BOARD)
    page.keyboard.press("/")
    page.keyboard.type("muon")
    page.wait_for_selector("#found [role=option]")
    assert page.locator("#found a").first.inner_text().startswith("Optimizer: muon")
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/optimizer/muon.html")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    page.wait_for_selector("#found >> text=Nothing found")
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()


def test_a_number_leads_to_its_record(window: Window):
    page = window.open("components/optimizer/lion.html")
    link = page.locator("main td a[href*='records/'][href*='#']").first
    wanted = link.get_attribute("href").partition("#")[2]
    link.click()
    page.wait_for_url("**/records/**")
    page.wait_for_selector("html[data-ready]", state="attached")
    found = page.locator(f"[id='{wanted}']")
    found.wait_for()
    within = "id => { const box = document.getElementById(id).getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight; }"
    until(page, within, wanted)


def test_a_record_on_a_later_page_of_a_long_table_is_found(window: Window, site: Path):
    text = (site / "records/optimizer/lion.html").read_text(encoding="utf-8")
    ids = re.findall(r'<tr id="([^"]+)"', text)
    assert len(ids) > 130
    page = window.open(f"records/optimizer/lion.html#{ids[-1]}")
    page.wait_for_selector(f"tr.aimed[id='{ids[-1]}']")
    assert page.locator("table.data >> nth=0").locator("tbody > tr").count() < len(ids)
    assert page.locator(".dt-paging").is_visible()


def test_one_component_in_focus_others_away_and_the_view_in_the_address(window: Window):
    page = window.open(BOARD)
    page.locator(".pill button").first.click()
    page.get_by_label("Focus muon", exact=True).click()
    assert page.locator("body.focusing").count() == 1
    assert page.locator("tr.focused").first.inner_text().split()[1] == "muon"
    looks = page.evaluate(
        "[...document.querySelectorAll('svg.figure .of')].map(one => [one.dataset.component, getComputedStyle(one).filter])"
    )
    assert {"optimizer/muon", "optimizer/adam"} <= {component for component, _ in looks}
    assert all((look == "none") == (component == "optimizer/muon") for component, look in looks), looks
    away = page.locator("legend label", has_text="adaptive")
    count = int(away.locator("small").inner_text())
    assert count == 4
    everything = len(shown(page))
    away.locator("input").uncheck()
    until(page, f"document.querySelector('table.data').tBodies[0].rows.length === {everything - count}")
    assert "adam" not in [name.split()[0] for name in shown(page)]
    address = page.url
    assert "focus=optimizer/muon" in address
    assert "hide=*optimizer/adaptive" in address.replace("%2A", "*")
    again = Window(window.context.browser, window.folder)
    other = again.open(address.partition("/report/")[2])
    until(other, f"document.querySelector('table.data').tBodies[0].rows.length === {everything - count}")
    assert other.locator(".pill").inner_text().startswith("Focus: muon")
    assert again.complaints == []
    again.context.close()
    page.keyboard.press("Escape")  # closes the list
    page.keyboard.press("Escape")  # ends the focus
    assert page.locator("body.focusing").count() == 0


def test_components_of_several_kinds_are_picked_by_kind(window: Window):
    page = window.open()
    page.locator(".pill button").first.click()
    legends = [" ".join(text.split()) for text in page.locator("#picker legend").all_inner_texts()]
    assert "optimizer: adaptive 4" in legends
    assert any(text.startswith("schedule ") for text in legends)


def test_curves_of_others_are_grey_and_those_away_are_gone(window: Window):
    page = window.open("tasks/digits_mlp.html")
    curves = page.locator("svg .of[data-component='optimizer/muon']")
    assert curves.count() > 0
    page.evaluate("location.hash = '#?focus=optimizer/adam&hide=optimizer/lion'")
    page.wait_for_selector("body.focusing", state="attached")
    grey = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--grey').trim()")
    assert curves.first.evaluate("node => getComputedStyle(node).getPropertyValue('--of').trim()") == grey
    assert page.locator("svg .of[data-component='optimizer/lion']").first.is_hidden()


def test_the_axis_of_curves_is_switched(window: Window):
    page = window.open("tasks/digits_mlp.html")
    switch = page.locator(".axes > .switch").first
    names = switch.locator("button").all_inner_texts()
    assert len(names) >= 2
    switch.locator("button").nth(1).click()
    held = page.locator(".axes").first
    assert [one.is_visible() for one in held.locator(":scope > [data-axis]").all()] == [
        at == 1 for at in range(len(names))
    ]
    assert f"x={names[1]}" in page.url


def test_the_scheme_is_that_of_the_system_until_one_is_chosen_which_is_remembered(window: Window):
    page = window.open()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.locator(".theme").click()
    assert page.evaluate(ground) == light  # chosen, whatever the system says
    page.locator(".theme").click()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == dark
    assert window.open(BOARD).evaluate(ground) == dark


def test_what_is_printed_has_the_colours_of_paper_and_nothing_to_click(window: Window):
    page = window.open(BOARD)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()") == "#fff"
    assert not any(
        one.is_visible() for one in page.locator(".tools, .table-tools, .csv, .picker, .dt-search, nav").all()
    )
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) < 12


def test_a_page_of_a_long_table_is_printed_as_a_whole(window: Window):
    page = window.open("records/optimizer/lion.html")
    page.wait_for_selector(".dt-paging")
    rows = "document.querySelector('table.data').tBodies[0].rows.length"
    some = page.evaluate(rows)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(rows) > 130 > some
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(rows) == some


def test_the_keyboard_reaches_everything_and_shows_where_it_is(window: Window):
    page = window.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.locator("table.data thead [tabindex='0']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("th[aria-sort]")


def test_all_is_there_without_scripts(browser: Any, site: Path):
    window = Window(browser, site, java_script_enabled=False)
    page = window.open("records/optimizer/lion.html", ready=False)
    assert page.locator("table.data tbody tr").count() > 130
    page = window.open(BOARD, ready=False)
    assert page.locator("table.data tbody tr").first.is_visible()
    window.context.close()


def test_the_start_page_is_usable_soon(window: Window):
    """Of this small site; benchmarks/start_page.py measures the largest."""
    page = window.open()
    taken = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert 0 < taken < PATIENCE
