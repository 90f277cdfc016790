"""One site and one browser for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.record import Record
from benchsuite.report import write_report
from benchsuite.report.site.cards import ComponentCard
from tests.factories import AUTOENCODER, DIGITS, component, make_record, remade

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}<img src=x onerror=alert(1)>../../\\input{x}'
PATIENCE = 90_000
"""Milliseconds that anything may take: the machine may be busy."""
TASKS = (replace(DIGITS, compares=("optimizer", "schedule")), replace(AUTOENCODER, compares=("optimizer",)))
OPTIMIZERS = ("adam", "adagrad", "lion", "muon", "nadam", "rmsprop", "sgd", "shampoo", "sophia", HOSTILE)
FAMILIES = {"adam": "adaptive", "adagrad": "adaptive", "nadam": "adaptive", "rmsprop": "adaptive", "sgd": "momentum"}


def _with_traceback(data: dict[str, Any]) -> None:
    data["results"]["failure"]["traceback"] = f"Traceback (most recent call last):\n  {HOSTILE}"


def records() -> list[Record]:
    """Ten optimizers and two schedules on two tasks, a grid of both, every outcome, and a method with very many seeds."""
    found = []
    for task in TASKS:
        for number, name in enumerate(OPTIMIZERS):
            changes = {"optimizer": [component(name, learning_rate=0.01)]} if number else {}
            for seed in range(2):
                outcome = "diverged" if name == "sophia" and task is TASKS[0] else "completed"
                value = task.limit + (task.start - task.limit) * (0.02 + 0.004 * number + 0.001 * seed)
                found.append(make_record(task, changes, seed=seed, outcome=outcome, value=round(value, 5)))
    for name in ("cosine", "warmup_linear"):
        for seed in range(2):
            found.append(make_record(TASKS[0], {"schedule": [component(name)]}, seed=seed, value=0.96 + seed / 100))
            both = {"schedule": [component(name)], "optimizer": [component("sgd", learning_rate=0.01)]}
            found.append(make_record(TASKS[0], both, seed=seed, value=0.95))
    for number in range(130):
        changes = {"optimizer": [component("lion", learning_rate=0.01)]}
        found.append(make_record(TASKS[1], changes, seed=2 + number, outcome="unsupported"))
    crashed = make_record(TASKS[0], {"optimizer": [component("crasher")]}, outcome="crashed", reason=HOSTILE)
    return [*found, remade(crashed, _with_traceback)]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that holds every family of pages."""
    folder = tmp_path_factory.mktemp("site")
    cards = {
        ("optimizer", name): ComponentCard(
            "optimizer", name, summary=f"{HOSTILE} {name}", family=FAMILIES.get(name, "other")
        )
        for name in OPTIMIZERS
    }
    return write_report(records(), folder / "report", components=cards).parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The browser that is installed, driven by Playwright, which downloads none."""
    if BROWSER is None:
        pytest.skip("no chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=BROWSER, args=arguments, timeout=PATIENCE)
        yield started
        started.close()


class Window:
    """A page of the browser that notes all that a reader of a file should never have: errors, dialogs, requests."""

    def __init__(self, browser: Any, folder: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.folder = folder
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((f"file://{self.folder}/", "data:")):
            self.complaints.append(f"request: {request.url}")

    def open(self, path: str = "index.html", *, ready: bool = True) -> Any:
        """Open a page of the site, and wait until its scripts have run."""
        self.page.goto(f"file://{self.folder}/{path}")
        if ready:
            self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page


@pytest.fixture
def window(browser: Any, site: Path) -> Iterator[Window]:
    """A window with nothing remembered, which must have had no complaint."""
    opened = Window(browser, site)
    yield opened
    opened.context.close()
    assert opened.complaints == []
