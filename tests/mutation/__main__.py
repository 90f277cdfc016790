"""How many slips of the hand the tests notice: ``nice -n 19 .venv/bin/python -m tests.mutation [MODULE …]``.

Of each module of :mod:`tests.mutation.table` some mutants are drawn, always the same; of each, the module's tests run in a
fork of this process, to the first failure. What passes them all has survived: it is printed, to be looked at. Libraries are
imported once, before the forks; nothing of this project is, and no file is changed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.machinery
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path
from types import CodeType

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.table import TESTS

ROOT = Path(__file__).parent.parent.parent
LIBRARIES = ("numpy", "pandas", "scipy.stats", "pydantic", "pluggy", "pytest", "typer", "rich.console")
TENSORFLOW = ("tensorflow", "keras")
OUTPUT = os.environ.get("BENCHSUITE_MUTATION_OUTPUT", os.devnull)
"""Where pytest's words go."""
PATIENCE = 5.0
"""A mutant may take so many times the processor time of the module as it is, and five seconds."""


def main() -> int:
    """Print one line for each module, and each survivor; the exit code is 1 if the tests fail as they are."""
    parser = argparse.ArgumentParser(prog="tests.mutation")
    parser.add_argument("modules", nargs="*", help="parts of paths; all of the table unless given")
    parser.add_argument("--sample", type=int, default=40, help="mutants of a module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=1e9, help="after which no other module begins")
    asked = parser.parse_args()
    chosen = [module for module in TESTS if not asked.modules or any(part in module for part in asked.modules)]
    for library in LIBRARIES:
        importlib.import_module(library)
    begun, caught, tried = time.monotonic(), 0, 0
    for module in chosen:
        if time.monotonic() - begun > 60 * asked.minutes:
            break
        if not module.startswith("benchsuite/analysis") and "tensorflow" not in sys.modules:
            for library in TENSORFLOW:
                importlib.import_module(library)
        code, seconds = outcome(module, None, 600.0)
        if code:
            print(f"{module}: its tests fail as it is", flush=True)
            return 1
        drawn = sample(module, asked.sample, asked.seed)
        survivors = [one for one in drawn if outcome(module, one, PATIENCE * seconds + 5)[0] == 0]
        caught, tried = caught + len(drawn) - len(survivors), tried + len(drawn)
        print(f"{module}: {len(drawn) - len(survivors)} of {len(drawn)} caught", flush=True)
        for one in survivors:
            print(f"    {one.line}: {one.before}  ->  {one.after}", flush=True)
    print(f"{caught} of {tried} caught", flush=True)
    return 0


def sample(module: str, most: int, seed: int) -> list[Mutant]:
    """Return some mutants of a module, the same at each call."""
    found = mutants((ROOT / module).read_text(encoding="utf-8"))
    if len(found) > most:
        found = [found[place] for place in sorted(random.Random(f"{seed} {module}").sample(range(len(found)), most))]
    return found


def outcome(module: str, mutant: Mutant | None, limit: float) -> tuple[int, float]:
    """Run the tests of a module with a mutant in its place; return how they ended, 0 if none failed, and their processor time."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 1))
        silence = os.open(OUTPUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        if mutant is not None:
            put(ROOT / module, mutant.tree)
        code = _tests(TESTS[module])
        sys.stdout.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what a test had started
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return status, ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def _tests(arguments: tuple[str, ...]) -> int:
    import pytest

    # Where assertions are rewritten, pytest loads this project itself, since it holds a plugin of pytest's, and sees no mutant.
    options = ["-x", "-q", "-p", "no:xdist", "--no-header", "--tb=no", "--assert=plain"]
    try:
        return int(pytest.main([*arguments, *options]))
    except BaseException as error:
        print(repr(error))
        return 1


def put(path: Path, tree: ast.Module) -> None:
    """Let an import of this file give another module."""
    code = compile(tree, str(path), "exec")
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        return code if Path(loader.path).resolve() == path.resolve() else original(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.exit(main())
