"""What each test costs: seconds of processor time, of its own process and of those that it started, one line a test.

``BENCHSUITE_TEST_COSTS=costs.tsv make test`` writes the lines, and ``python -m tests.processor_time costs.tsv`` adds them up.
Processor time, since wall time tells on a busy machine about its neighbours. What a process costs that a test started is
counted where it is reaped: that of a fixture's worker by the test at whose end the fixture ends.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "BENCHSUITE_TEST_COSTS"


class Costs:
    """A plugin of pytest's that appends a line for each phase of each test: own seconds, children's, wall, phase, test."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lines: list[str] = []

    def _measured(self, item: pytest.Item, phase: str) -> Iterator[None]:
        before, begun = os.times(), time.monotonic()
        yield
        after, wall = os.times(), time.monotonic() - begun
        own = after.user + after.system - before.user - before.system
        children = after.children_user + after.children_system - before.children_user - before.children_system
        self._lines.append(f"{own:.2f}\t{children:.2f}\t{wall:.2f}\t{phase}\t{item.nodeid!r}\n")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        yield from self._measured(item, "setup")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        yield from self._measured(item, "call")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        yield from self._measured(item, "teardown")
        # Not before: a test may have limited the size of files. One write, so that two processes do not mix their lines.
        with open(self._path, "a", encoding="utf-8") as file:
            file.write("".join(self._lines))
        self._lines.clear()


def summary(text: str, most: int = 60) -> str:
    """Return two tables, dearest first: the files, and the tests."""
    by_file: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    by_test: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for line in text.splitlines():
        own, children, wall, phase, test = line.split("\t")
        for held in (by_file[test.strip("'\"").split("::")[0]], by_test[test]):
            held[0] += float(own)
            held[1] += float(children)
            held[2] += float(wall)
            held[3] += phase == "call"
    total = [sum(held[place] for held in by_file.values()) for place in range(4)]

    def row(held: list[float], name: str) -> str:
        return f"{held[0] + held[1]:8.1f} {held[0]:8.1f} {held[1]:9.1f} {held[2]:8.1f} {held[3]:6.0f}  {name}"

    def table(of: dict[str, list[float]]) -> list[str]:
        dearest = sorted(of.items(), key=lambda one: -one[1][0] - one[1][1])[:most]
        return [row(held, name) for name, held in dearest]

    head = "     sum      own  children     wall  tests"
    return "\n".join([head, row(total, "all"), *table(by_file), "", head, *table(by_test), ""])


if __name__ == "__main__":
    sys.stdout.write(summary(Path(sys.argv[1]).read_text(encoding="utf-8")))
