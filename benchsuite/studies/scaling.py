"""The options of ``benchsuite scale``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchsuite.checks import one_of
from benchsuite.options import Table, option, same
from benchsuite.seed_numbers import SEEDS
from benchsuite.studies.comparing import SEEDS_UNLESS_GIVEN, Comparing
from benchsuite.study import Execution, Invocation, Study


@dataclass(frozen=True)
class Scaling(Table):
    """The options of ``benchsuite scale``."""

    task: str = option(
        "", "The task; an instance of one is as good.", metavar="TASK", positional=True, example="noisy_quadratic"
    )  # fmt: skip
    a: str = option(
        "", "A selection such as adam, sgd[learning_rate=0.1] or warmup+cosine.", metavar="A", positional=True, example="adam"
    )  # fmt: skip
    b: str = option("", "Another of the same kind.", metavar="B", positional=True, example="sgd")
    study_file: Path | None = option(None, "A study file; flags override it.", metavar="STUDY.toml", in_file=False)
    over: str = option(
        "", "The axis: one that the task declares, or a knob of it, such as width, batch_size or epochs.", metavar="AXIS", example="width"
    )  # fmt: skip
    values: tuple[str, ...] = option(
        (), "Values of the axis, separated by commas; those that the task declares unless given.", metavar="VALUES", example=["16,32,64"]
    )  # fmt: skip
    hold: str = option(
        "epochs", "What is the same at every value, where an epoch has another number of steps: epochs or steps.",
        one_of("budget that is held", ("epochs", "steps")), metavar="BUDGET", example="steps",
    )  # fmt: skip
    kind: str | None = same(Comparing, "kind")
    measure: str = same(Comparing, "measure")
    seeds: str = option(
        str(SEEDS_UNLESS_GIVEN), "N for the seeds 0 … N−1, or seeds and ranges: 0-9, 3,5, 0-4,10. Fewer than 6 tell no trend.",
        SEEDS, metavar="SEEDS", example="0-4,10", numeric=True,
    )  # fmt: skip
    track: str = same(Study, "track")
    budget: str = same(Study, "budget")
    tuner: str = same(Study, "tuner")
    tuning_seeds: int = same(Study, "tuning_seeds")
    with_: tuple[str, ...] = same(Study, "with_")
    epochs: int | None = same(Study, "epochs")
    precision: str = same(Study, "precision")
    lanes: int | None = same(Study, "lanes")
    device: str = same(Study, "device")
    output: Path | None = option(
        None, "A .png, .svg or .pdf; scale-TASK-AXIS-A-B.png unless given. The numbers lie beside it as .csv.", metavar="FILE",
        example="scale.svg",
    )  # fmt: skip
    json: bool = same(Comparing, "json")
    workers: int | None = same(Execution, "workers")
    executor: str = same(Execution, "executor")
    timeout: float | None = same(Execution, "timeout")
    memory: float | None = same(Execution, "memory")
    no_compile_cache: bool = same(Execution, "no_compile_cache")
    results: Path = same(Execution, "results")
    plugin: tuple[str, ...] = same(Execution, "plugin")
    no_local: bool = same(Invocation, "no_local")
    dry_run: bool = same(Invocation, "dry_run")
    shard: str | None = same(Invocation, "shard")
