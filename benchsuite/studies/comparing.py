"""The options of ``benchsuite compare``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchsuite.budgets import TRACKS
from benchsuite.checks import one_of, whole
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.options import Table, option, same
from benchsuite.seed_numbers import SEEDS
from benchsuite.studies.sequential import LAST_LOOK
from benchsuite.study import Execution, Invocation, Study

SEEDS_UNLESS_GIVEN = 10
"""Fewer cannot pass Holm's correction for the tasks of a tier: of 10 pairs the smallest two-sided p is 0.002."""


@dataclass(frozen=True)
class Comparing(Table):
    """The options of ``benchsuite compare``."""

    a: str = option(
        "", "A selection such as adam, sgd[learning_rate=0.1] or warmup+cosine.", metavar="A", positional=True, in_file=False
    )  # fmt: skip
    b: str = option(
        "", "Another of the same kind; reference:NAME is the one whose results ship with benchsuite.", metavar="B",
        positional=True, in_file=False,
    )  # fmt: skip
    task: tuple[str, ...] = same(Study, "task")
    tier: str = same(Study, "tier")
    kind: str | None = option(
        None, "Their kind, where both names stand for several.", one_of("kind", RECIPE_KINDS), metavar="KIND", example="schedule"
    )  # fmt: skip
    measure: str = option(
        "test",
        "What is compared: test, validation, train, each also with _loss behind; steps:TARGET, epochs:TARGET, seconds:TARGET.",
        metavar="MEASURE",
        example="steps:0.95",
    )
    seeds: str | None = option(
        None,
        f"N for the seeds 0 … N−1, or seeds and ranges; unless given {SEEDS_UNLESS_GIVEN}, and those that both have in a row.",
        SEEDS,
        metavar="SEEDS",
        example="20",
        numeric=True,
    )
    until: str | None = option(
        None,
        "Go on with more seeds until there is a verdict: decided.",
        one_of("end", ("decided",)),
        metavar="decided",
        example="decided",
    )
    at_most: int | None = option(
        None,
        f"With --until: no more than so many seeds; {LAST_LOOK} unless given.",
        whole(2, 1_000_000),
        metavar="SEEDS",
        example=80,
    )
    track: str | None = option(
        None,
        "Hyperparameters as declared (default), as searches chose them (tuned), or as the methods do (self_tuning); default "
        "unless given, and tuned against stored results that are.",
        one_of("track", TRACKS),
        metavar="TRACK",
        example="tuned",
    )
    reference: Path | None = option(
        None,
        "The bundle whose results reference:NAME means; the one that ships with benchsuite unless given.",
        metavar="BUNDLE",
        example="theirs.zip",
    )
    variants: int | None = option(
        None,
        "Ask as well whether the verdict holds on so many other instances of each task, drawn from the seeds 1, 2, ….",
        whole(1, 1_000),
        metavar="N",
        example=5,
    )
    drawn_from: str | None = option(
        None,
        "Draw these instances from the hash of a bundle (folder, zip or 64 digits): nobody could tune on them before it was "
        "published.",
        metavar="BUNDLE|HASH",
        example="theirs.zip",
    )
    with_: tuple[str, ...] = same(Study, "with_")
    epochs: int | None = same(Study, "epochs")
    precision: str = same(Study, "precision")
    lanes: int | None = same(Study, "lanes")
    device: str = same(Study, "device")
    yes: bool = option(False, "Run what is missing without asking.")
    json: bool = option(False, "Print the verdict as JSON, and everything else to standard error.")
    fail_if: str | None = option(
        None,
        "End with exit code 3 if A is worse, overall, on any task or instance (worse), or if what is found does not hold beyond "
        "the published instance (does-not-hold).",
        one_of("verdict", ("worse", "does-not-hold")),
        metavar="VERDICT",
        example="worse",
    )
    workers: int | None = same(Execution, "workers")
    executor: str = same(Execution, "executor")
    timeout: float | None = same(Execution, "timeout")
    memory: float | None = same(Execution, "memory")
    store_predictions: bool = same(Execution, "store_predictions")
    no_compile_cache: bool = same(Execution, "no_compile_cache")
    results: Path = same(Execution, "results")
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")
    shard: str | None = same(Invocation, "shard")
