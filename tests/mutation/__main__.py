"""How many slips of the hand the tests notice: ``nice -n 19 .venv/bin/python -m tests.mutation [MODULE …]``.

Of each module of :mod:`tests.mutation.table` some mutants are drawn, always the same; of each, the module's tests run in a
fork of this process, to the first failure, those first that caught others. What passes them all has survived: it is printed,
to be looked at. Libraries and the project are imported once, before the forks: a mutant is put into the functions that
are there. What it changes beside them, and what would survive so, is tried in a fork that imports the project anew. No file
is changed. What a test starts as another program has no mutant in it. What mutants compile is thrown away.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import pkgutil
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.planting import ROOT, Replacement, import_anew, replace, replacements
from tests.mutation.table import TESTS

LIBRARIES = (
    "numpy", "pandas", "scipy.stats", "sklearn", "pydantic", "pluggy", "pytest", "hypothesis", "typer", "rich.console",
)  # fmt: skip
TENSORFLOW = ("tensorflow", "keras")
OURS = ("tests.conftest", "tests.bundled", "benchsuite.conformance.tiny", "tests.factories")
PACKAGES = ("benchsuite.engine", "benchsuite.analysis")
"""Of which every module is imported."""
AT_IMPORT = ("plugins/",)
"""Where functions give what they register, once: a mutant in one of them needs the project imported anew."""
OUTPUT = os.environ.get("BENCHSUITE_MUTATION_OUTPUT", os.devnull)
"""Where pytest's words go."""
PATIENCE = 5.0
"""A mutant may take so many times the processor time of the module as it is, and five seconds."""
CLOCK = 20.0
"""And so many times that by the clock: one that waits for ever ends as well, however busy the machine is."""
LOOK = 0.01
"""Seconds between two looks at whether a fork has ended."""
CAUGHT_BY = "caught-by"
"""The file, in the folder of a fork, with the test that failed."""


def main() -> int:
    """Print one line for each module, and each survivor; the exit code is 1 if the tests fail as they are."""
    parser = argparse.ArgumentParser(prog="tests.mutation")
    parser.add_argument("modules", nargs="*", help="parts of paths; all of the table unless given")
    parser.add_argument("--sample", type=int, default=40, help="mutants of a module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--line", type=int, action="append", help="of those, only the mutants of this line; may be given again"
    )
    parser.add_argument("--at-once", type=int, default=1, help="forks side by side")
    parser.add_argument("--minutes", type=float, default=1e9, help="after which no other module begins")
    asked = parser.parse_args()
    chosen = [module for module in TESTS if not asked.modules or any(part in module for part in asked.modules)]
    _import(tensorflow=any(not module.startswith("benchsuite/analysis") for module in chosen))
    begun, caught, tried, failed = time.monotonic(), 0, 0, False
    for module in chosen:
        if time.monotonic() - begun > 60 * asked.minutes:
            break
        (as_it_is,) = endings(module, [None], 600.0, 1)
        if as_it_is.status:
            print(f"{module}: its tests fail as it is ({as_it_is.caught_by or as_it_is.status})", flush=True)
            failed = True
            continue
        drawn = sample(module, asked.sample, asked.seed, asked.line)
        ended = sorted(
            endings(module, drawn, PATIENCE * as_it_is.seconds + 5, asked.at_once),
            key=lambda ending: ending.mutant.line if ending.mutant else 0,
        )
        survived = [ending.mutant for ending in ended if ending.status == 0]
        caught, tried = caught + len(drawn) - len(survived), tried + len(drawn)
        print(f"{module}: {len(drawn) - len(survived)} of {len(drawn)} caught", flush=True)
        for ending in ended:
            if ending.mutant is not None and (ending.status == 0 or ending.out_of_time):
                how = " (out of time)" if ending.out_of_time else ""
                print(f"    {ending.mutant.line}: {ending.mutant.before}  ->  {ending.mutant.after}{how}", flush=True)
    print(f"{caught} of {tried} caught", flush=True)
    return int(failed)


def _import(tensorflow: bool) -> None:
    for library in (*LIBRARIES, *(TENSORFLOW if tensorflow else ()), *OURS):
        importlib.import_module(library)
    for package in PACKAGES if tensorflow else PACKAGES[1:]:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)


def sample(module: str, most: int, seed: int, lines: list[int] | None = None) -> list[Mutant]:
    """Return some mutants of a module, the same at each call; of some lines alone where they are given."""
    found = mutants((ROOT / module).read_text(encoding="utf-8"))
    if len(found) > most:
        found = [found[place] for place in sorted(random.Random(f"{seed} {module}").sample(range(len(found)), most))]
    return [one for one in found if not lines or one.line in lines]


@dataclass(frozen=True)
class Ending:
    """How the tests of a module ended.

    Args:
        mutant: Which stood in its place, if any.
        status: 0 if no test failed.
        seconds: Of the processor.
        caught_by: The test that failed, if one did.
        out_of_time: Whether it was ended for its time: it may hang, or the machine was busy.
    """

    mutant: Mutant | None
    status: int
    seconds: float
    caught_by: str
    out_of_time: bool = False


def endings(module: str, tried: Iterable[Mutant | None], limit: float, at_once: int) -> Iterator[Ending]:
    """Run the tests of a module with each mutant in its place, some side by side; yield how they ended, in the order of their ends.

    Args:
        module: Its path.
        tried: The mutants; ``None`` is the module as it is.
        limit: Seconds of the processor that one may take, and a part of those that may pass.
        at_once: How many.
    """
    waiting = [(mutant, _within(module, mutant)) for mutant in tried]
    forks: dict[int, Fork] = {}
    killers: Counter[str] = Counter()
    while waiting or forks:
        while waiting and len(forks) < at_once:
            fork = Fork(module, *waiting.pop(0), limit, [test for test, _ in killers.most_common()])
            forks[fork.child] = fork
        for fork in list(forks.values()):
            if ending := fork.ended():
                del forks[fork.child]
                if ending.status == 0 and fork.within and fork.mutant is not None:
                    waiting.insert(0, (fork.mutant, None))
                    continue
                killers.update([ending.caught_by] if ending.caught_by else [])
                yield ending
        time.sleep(LOOK)


def _within(module: str, mutant: Mutant | None) -> list[Replacement] | None:
    """Return what a mutant changes in functions that are there, if that is all."""
    if mutant is None or module.startswith(AT_IMPORT):
        return None
    return replacements(ROOT / module, mutant.tree)


class Fork:
    """A fork of this process in which the tests of a module run.

    Args:
        module: Its path.
        mutant: What stands in its place; ``None`` for the module as it is.
        within: What it changes in functions that are there; ``None`` if the project is to be imported anew.
        limit: Seconds of the processor that it may take, and a part of those that may pass.
        first: The tests to begin with.
    """

    def __init__(
        self, module: str, mutant: Mutant | None, within: list[Replacement] | None, limit: float, first: list[str]
    ) -> None:
        self.mutant, self.within = mutant, within
        self._ends = time.monotonic() + CLOCK * limit
        self._folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        self.child = os.fork()
        if self.child == 0:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 1))
            silence = os.open(OUTPUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            os.environ["TMPDIR"] = str(self._folder)
            tempfile.tempdir = None
            if mutant is not None:
                if within:
                    replace(within)
                else:
                    import_anew(ROOT / module, mutant.tree)
                _keep_nothing_compiled()
            code = _tests(TESTS[module], _Order(first, self._folder / CAUGHT_BY))
            sys.stdout.flush()
            os._exit(code)

    def ended(self) -> Ending | None:
        """Return how it ended, or nothing as long as it runs; end it where its time is over."""
        if time.monotonic() > self._ends:
            self._kill()
        child, status, used = os.wait4(self.child, os.WNOHANG)
        if child == 0:
            return None
        self._kill()  # what a test had started
        caught_by = ""
        with contextlib.suppress(OSError):
            caught_by = (self._folder / CAUGHT_BY).read_text(encoding="utf-8")
        shutil.rmtree(self._folder, ignore_errors=True)
        out_of_time = not caught_by and os.WIFSIGNALED(status)
        return Ending(self.mutant, status, used.ru_utime + used.ru_stime, caught_by, out_of_time)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child, signal.SIGKILL)


class _Order:
    """A plugin of pytest's: some tests first, and the one that fails written down."""

    def __init__(self, first: list[str], caught_by: Path) -> None:
        self._first, self._caught_by = first, caught_by

    def pytest_collection_modifyitems(self, items: list) -> None:
        place = {test: number for number, test in enumerate(self._first)}
        items.sort(key=lambda item: place.get(item.nodeid, len(place)))

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self._caught_by.write_text(report.nodeid, encoding="utf-8")


def _keep_nothing_compiled() -> None:
    """Have the next run on this machine find nothing that a mutant compiled, since one may have named it wrongly."""
    from tests import compiled_code

    compiled_code.end = lambda folder: shutil.rmtree(folder, ignore_errors=True)


def _tests(arguments: tuple[str, ...], order: _Order) -> int:
    import pytest

    # Where assertions are rewritten, pytest loads this project itself, since it holds a plugin of pytest's, and sees no mutant.
    options = ["-x", "-q", "-p", "no:xdist", "--no-header", "--tb=no", "--assert=plain"]
    try:
        return int(pytest.main([*arguments, *options], plugins=[order]))
    except BaseException as error:
        print(repr(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
