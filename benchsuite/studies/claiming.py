"""The options of the actions of ``benchsuite claim``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchsuite.checks import one_of
from benchsuite.options import Table, option, same
from benchsuite.study import Execution, Invocation

FAILS = ("does-not-hold", "cannot-tell")


@dataclass(frozen=True)
class Claiming(Table):
    """The options of every action."""

    json: bool = option(False, "Print what is found as JSON, and everything else to standard error.")
    results: Path = same(Execution, "results")
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")


@dataclass(frozen=True)
class ClaimShowing(Claiming):
    """The options of ``benchsuite claim info``."""

    names: str = option(
        "", "Of claims: names or numbers, separated by commas, such as C7,C9.", metavar="NAMES", positional=True, in_file=False,
    )  # fmt: skip
    all: bool = option(False, "Every claim.")
    quick: bool = option(
        False,
        "With the fewest seeds that can decide: 6 for a claim of one part, 7 of two or three, 8 of four to six, 9 of up to 12, "
        "10 of more.",
    )
    workers: int | None = same(Execution, "workers")

    @property
    def execution(self) -> Execution:
        """How its trials are run."""
        return Execution(workers=self.workers, results=self.results, plugin=self.plugin)


@dataclass(frozen=True)
class ClaimRunning(ClaimShowing):
    """The options of ``benchsuite claim run``."""

    fail_if: str | None = option(
        None,
        "End with exit code 3 if the verdict on any of the claims is this.",
        one_of("verdict", FAILS),
        metavar="VERDICT",
        example="does-not-hold",
    )
    executor: str = same(Execution, "executor")
    timeout: float | None = same(Execution, "timeout")
    memory: float | None = same(Execution, "memory")
    no_compile_cache: bool = same(Execution, "no_compile_cache")
    dry_run: bool = same(Invocation, "dry_run")
    shard: str | None = same(Invocation, "shard")

    @property
    def execution(self) -> Execution:
        """How its trials are run."""
        return Execution(
            workers=self.workers, executor=self.executor, timeout=self.timeout, memory=self.memory,
            no_compile_cache=self.no_compile_cache,
            results=self.results, plugin=self.plugin,
        )  # fmt: skip


@dataclass(frozen=True)
class ClaimRegistering(Claiming):
    """The options of ``benchsuite claim register``."""

    file: str = option("", "With claims, such as my_claim.py.", metavar="FILE", positional=True, in_file=False)
