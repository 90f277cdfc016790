"""The options of ``benchsuite claim``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchsuite.checks import one_of
from benchsuite.options import Table, option, same
from benchsuite.study import Execution, Invocation

ACTIONS = ("list", "info", "run", "register")
FAILS = ("does-not-hold", "cannot-tell")


@dataclass(frozen=True)
class Claiming(Table):
    """The options of ``benchsuite claim``."""

    action: str = option(
        "list", "list, info, run or register; list unless given.", one_of("action", ACTIONS), metavar="ACTION",
        positional=True, in_file=False,
    )  # fmt: skip
    names: str = option(
        "", "Of claims: names or numbers, separated by commas, such as C7,C9; for register the file.", metavar="NAMES|FILE",
        positional=True, in_file=False,
    )  # fmt: skip
    all: bool = option(False, "Every claim.")
    quick: bool = option(
        False,
        "Run with the fewest seeds that can decide: 6 for a claim of one part, 7 of two or three, 8 of four to six, 9 of up to 12, "
        "10 of more.",
    )
    json: bool = option(False, "Print what is found as JSON, and everything else to standard error.")
    fail_if: str | None = option(
        None,
        "End with exit code 3 if the verdict on any of the claims is this.",
        one_of("verdict", FAILS),
        metavar="VERDICT",
        example="does-not-hold",
    )
    workers: int | None = same(Execution, "workers")
    executor: str = same(Execution, "executor")
    timeout: float | None = same(Execution, "timeout")
    memory: float | None = same(Execution, "memory")
    no_compile_cache: bool = same(Execution, "no_compile_cache")
    results: Path = same(Execution, "results")
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")
    dry_run: bool = same(Invocation, "dry_run")

    @property
    def execution(self) -> Execution:
        """How its trials are run."""
        return Execution(
            workers=self.workers, executor=self.executor, timeout=self.timeout, memory=self.memory,
            no_compile_cache=self.no_compile_cache,
            results=self.results, plugin=self.plugin,
        )  # fmt: skip
