"""The options of ``benchsuite cost``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchsuite.checks import whole
from benchsuite.options import Table, option, same
from benchsuite.study import Execution, Invocation, Study


@dataclass(frozen=True)
class Costing(Table):
    """The options of ``benchsuite cost``."""

    task: tuple[str, ...] = option(
        (),
        "Tasks: names or globs, separated by commas; a perceptron of a million parameters unless given.",
        metavar="NAMES",
        example=["digits_*"],
    )
    components: Mapping[str, tuple[str, ...]] = same(Study, "components")
    against: str | None = option(
        None,
        "The setting that costs are told relative to; the one that its kind declares unless given.",
        metavar="NAME",
        example="adam",
    )
    rounds: int = option(9, "Rounds in which all take turns.", whole(3, 10_000), metavar="N", example=30)
    steps: int | None = option(
        None,
        "Steps of one turn; as many as take the yardstick 50 milliseconds unless given.",
        whole(1, 1_000_000),
        metavar="N",
        example=100,
    )
    precision: str = same(Study, "precision")
    device: str = same(Study, "device")
    results: Path = same(Execution, "results")
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")
