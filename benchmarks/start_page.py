"""How soon a page of a large site can be used in a real browser: from asking for it to having sorted its first table.

    python benchmarks/site.py --keep FOLDER              # makes the site of 60 components × 30 tasks × 5 seeds
    python benchmarks/start_page.py FOLDER/report        # its start page; further pages after it

Each time is the least and the largest of so many loads, each in a window that remembers nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

READY = "document.documentElement.dataset.ready !== undefined"
SORTED = "document.querySelector('th[aria-sort]') !== null"


def until(page: Any, expression: str) -> None:
    """Ask until it holds."""
    while not page.evaluate(expression):
        pass


def load(browser: Any, address: str) -> tuple[float, float, float]:
    """Return the seconds until the document was there, its scripts had run, and its first table was sorted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(address, wait_until="domcontentloaded")
    loaded = time.perf_counter() - begin
    until(page, READY)
    ready = time.perf_counter() - begin
    page.locator("table.data.dataTable thead th").nth(1).click()
    until(page, SORTED)
    done = time.perf_counter() - begin
    context.close()
    return loaded, ready, done


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("site", type=Path, help="The folder of a site.")
    arguments.add_argument("pages", nargs="*", default=["index.html"], help="Its pages; the start page unless given.")
    arguments.add_argument("--loads", type=int, default=5)
    chosen = arguments.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for name in chosen.pages:
            file = chosen.site.resolve() / name
            held = [load(browser, f"file://{file}") for _ in range(chosen.loads)]
            words = ("loaded", "scripts ran", "sorted")
            said = ", ".join(
                f"{word} {min(times):.2f} to {max(times):.2f} s"
                for word, times in zip(words, zip(*held, strict=True), strict=True)
            )
            sys.stdout.write(f"{name} ({file.stat().st_size / 1e6:.2f} MB): {said}\n")
        browser.close()


if __name__ == "__main__":
    main()
