"""A reader of the growing page: asks for its version as a browser does, and loads pages whenever they changed."""

from __future__ import annotations

import contextlib
import re
import threading
import urllib.request
from pathlib import Path

EVERY = 2.0
"""Seconds between two questions, as :mod:`benchsuite.live.live_page` has it."""
PAGES = ("", "records.html", "failures.html")


class Reader(threading.Thread):
    """Reads until it is told to stop.

    Args:
        log: What the page server prints, its address in it.
    """

    def __init__(self, log: Path) -> None:
        super().__init__(daemon=True, name="reader")
        self.stopping = threading.Event()
        self.asked = self.loaded = 0
        """Questions that were answered, and pages."""
        self.reports = 0
        """Versions that were seen."""
        self._log = log

    def run(self) -> None:
        """Go on until it is told to stop."""
        seen = "0"
        while not self.stopping.wait(EVERY):
            found = re.search(r"http://127\.0\.0\.1:\d+/", self._log.read_text(encoding="utf-8"))
            if found is None:
                continue
            with contextlib.suppress(OSError):  # it answers late, or is about to end
                version = self._get(f"{found[0]}-/version")
                self.asked += 1
                if version != seen:
                    seen = version
                    self.reports += 1
                    for page in PAGES:
                        with contextlib.suppress(OSError):  # not every report has every page
                            self._get(found[0] + page)
                            self.loaded += 1

    def _get(self, address: str) -> str:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return str(answer.read().decode())
