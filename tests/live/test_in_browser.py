"""A page of the real site in a real browser, served live: nothing is refused to it, and it follows its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchsuite.live.server import LiveServer
from benchsuite.report import Contents, write_report
from tests.factories import make_study

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("served") / "report"
    write_report(Contents(make_study(2, 1)), folder)
    found = LiveServer(folder)
    with found.serving():
        yield found


def test_a_page_obeys_its_rules_follows_its_report_and_stays_where_it_was(server: LiveServer) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.is_file():
        pytest.skip("there is no chromium here")
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        page = browser.new_page(viewport={"width": 900, "height": 400})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for path in ("", "provenance.html"):
            page.goto(server.address + path)
        page.goto(server.address)
        page.evaluate("scrollTo(0, 120)")
        page.evaluate("document.body.dataset.seen = 'before'")
        (server.folder / "index.html").write_text(
            (server.folder / "index.html").read_text().replace("</main>", '<p class="grown">grown</p></main>', 1)
        )
        server.version += 1
        page.wait_for_selector("p.grown", timeout=60_000)
        page.wait_for_load_state()
        assert page.evaluate("[document.body.dataset.seen || '', Math.round(scrollY)]") == ["", 120]
        browser.close()
    assert said == []
    assert {url.removeprefix(server.address).partition("/")[0] for url in asked} >= {"", "-"}
    assert all(url.startswith(server.address) or url.startswith("data:") for url in asked), asked
