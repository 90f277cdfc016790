"""The request: every option of ``benchsuite run``, once. What to run, how, and what is said to one call alone.

Each line is an option of the command line, a key of a study file, and a row of ``docs/reference/cli.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchsuite.budgets import BUDGET_FORM, BUDGET_WORDS, BUDGETS, TRACKS, USUAL_BUDGET
from benchsuite.changes import CHANGES, Changes, read_changes, spelled
from benchsuite.checks import Check, above, form, one_of, whole
from benchsuite.components import MOST_LANES, TIERS
from benchsuite.errors import BenchsuiteError
from benchsuite.extras import Extras
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.options import Table, one_for_each, option
from benchsuite.seed_numbers import SEEDS, joined, seed_numbers
from benchsuite.shards import SHARD_WORDS, Shard, asked_shard, is_shard
from benchsuite.trial import PRECISIONS
from benchsuite.variant_numbers import VARIANTS, variant_numbers

EACH_KIND = one_of("kind", RECIPE_KINDS)
TWO_KINDS = Check(
    "name two kinds", lambda value: len(value) == len(set(value)) == 2, then="Example: --cross optimizer,normalization."
)


def _probes(text: str) -> bool:
    try:
        Extras(probe=text)
    except BenchsuiteError:
        return False
    return True


SHARD = Check(SHARD_WORDS, is_shard, then="Example: --shard 3/16.")
PROBED = Check("name epochs: numbers from 0 and 'last', separated by commas, or 'all'", _probes)


@dataclass(frozen=True)
class Study(Table):
    """Which trials to run: all that decides them, and nothing else."""

    all: bool = option(False, "Every component of every kind, on every task of the tier that compares it.")
    baselines: bool = option(False, "The baseline of every selected task.")
    kind: tuple[str, ...] = option(
        (), "Like --all, for these kinds only.", EACH_KIND, metavar="KINDS", example=["schedule"], kinds=True
    )
    task: tuple[str, ...] = option(
        (), "Tasks: names or globs, separated by commas.", metavar="NAMES", example=["digits_*"]
    )
    tier: str = option(
        "quick", f"Which tasks, where none are named: {', '.join(TIERS)}.", one_of("tier", TIERS), example="full"
    )
    variant: str = option(
        "",
        "Variants of the tasks instead of the published ones, drawn from these numbers: 3, 1-5, 2,4.",
        VARIANTS,
        metavar="NUMBERS",
        example="1-3",
        numeric=True,
        spelled=joined,
    )
    components: Mapping[str, tuple[str, ...]] = one_for_each(
        RECIPE_KINDS,
        "kind",
        "Selections of kind {name}: a,b or a* or a[x=1,2]; each runs alone in the task's baseline.",
        metavar="NAMES",
        example=["*"],
    )
    cross: tuple[str, ...] = option(
        (),
        "Run all pairs of two kinds: of what their own options select, or of everything registered.",
        EACH_KIND,
        TWO_KINDS,
        metavar="KIND,KIND",
        example=["optimizer", "activation"],
        kinds=True,
    )
    with_: tuple[str, ...] = option(
        (),
        "Change the baseline of the whole study: kind=selection, batch_size=N, epochs=N.",
        CHANGES,
        metavar="CHANGES",
        example=["schedule=warmup+cosine,batch_size=128"],
        spelled=spelled,
    )
    seeds: str = option(
        "3",
        "N for the seeds 0 … N−1, or seeds and ranges: 0-9, 3,5, 0-4,10.",
        SEEDS,
        metavar="SEEDS",
        example="0-4,10",
        numeric=True,
        spelled=joined,
    )
    folds: str = option(
        "",
        "Cross-validate: each trial K times, testing on another fold; n leaves one example out.",
        form(r"n|0*([2-9]|[1-9]\d+)", "be a whole number from 2, or n for leave-one-out"),
        metavar="K",
        example=10,
        numeric=True,
    )
    track: str = option(
        "default",
        "How hyperparameters are chosen: default (as declared), tuned (a search of equal budget for each), self_tuning (none).",
        one_of("track", TRACKS),
        example="tuned",
    )
    budget: str = option(
        "",
        f"Trainings of each search: {', '.join(f'{name} ({count})' for name, count in BUDGETS.items())}, or a number; "
        f"{USUAL_BUDGET} unless given.",
        form(BUDGET_FORM, BUDGET_WORDS),
        metavar="NAME|N",
        example="medium",
        numeric=True,
    )
    tuner: str = option(
        "",
        "Who proposes settings: a tuner, as name[hp=value]; the default one unless given.",
        metavar="NAME",
        example="tpe",
    )
    search: tuple[str, ...] = option(
        (),
        "Search these knobs of the tasks as well: depth, width, batch_size, activation, … Those of a task: benchsuite info.",
        metavar="KNOBS",
        example=["depth", "width"],
        kinds=True,
    )
    tuning_seeds: int = option(
        1,
        "With how many seeds each setting is tried; none of them is an evaluation seed.",
        whole(1, 1_000),
        metavar="N",
        example=3,
    )
    tuning_folds: int | None = option(
        None,
        "Choose settings by K-fold cross-validation of all that does not test, and train on all of it at the end.",
        whole(2, 1_000),
        metavar="K",
        example=5,
    )
    epochs: int | None = option(
        None, "Budget that replaces the tasks' own.", whole(1, 1_000_000_000), metavar="N", example=10
    )
    precision: str = option(
        "float32", f"{' or '.join(PRECISIONS)}.", one_of("precision", PRECISIONS), example="bfloat16"
    )
    lanes: int | None = option(
        None,
        "Trials that one program trains side by side; what the task says for the device unless given, 1 on the CPU.",
        whole(1, MOST_LANES),
        metavar="N",
        example=64,
    )
    device: str = option("cpu", "cpu, gpu or gpu:N.", form(r"cpu|gpu(:\d+)?", "be cpu, gpu or gpu:N"), example="gpu:0")

    def refuse_without_search(self) -> None:
        """Refuse what says how hyperparameters are searched on a track that searches none.

        Raises:
            BenchsuiteError: If something does.
        """
        for flag, given in (
            ("--budget", self.budget),
            ("--tuner", self.tuner),
            ("--search", self.search),
            ("--tuning-folds", self.tuning_folds),
            ("--tuning-seeds", self.tuning_seeds != 1),
        ):
            if given and self.track != "tuned":
                raise BenchsuiteError(
                    f"{flag} says how hyperparameters are searched, and --track {self.track} searches none. Use --track tuned, "
                    f"or leave {flag} out."
                )

    @property
    def changes(self) -> Changes:
        """What differs from the tasks' own baselines in every trial, as it was written."""
        return read_changes(self.with_)

    @property
    def seed_numbers(self) -> tuple[int, ...]:
        """The seeds, in the order in which they run."""
        return seed_numbers(self.seeds)

    @property
    def variant_numbers(self) -> tuple[int, ...]:
        """The variants, in the order written; none for the published instances."""
        return variant_numbers(self.variant)

    @property
    def device_kind(self) -> str:
        """``cpu`` or ``gpu``, part of each trial's id; which GPU it is decides no number."""
        return self.device.partition(":")[0]


@dataclass(frozen=True)
class Execution(Table):
    """How trials are run, what is kept of them and where: nothing here decides a number."""

    workers: int | None = option(
        None,
        "Worker processes; one for each core unless given. On a GPU as many as have a share of its memory and a core.",
        whole(1, 1_000),
        metavar="N",
        example=2,
    )
    executor: str = option(
        "local",
        "Where workers are: local, or on the nodes of a Ray cluster: ray for the one of this machine, or ray:ADDRESS.",
        form(r"local|ray|ray:\S+", "be local, ray or ray:ADDRESS"),
        metavar="WHERE",
        example="ray",
    )
    timeout: float | None = option(
        None,
        "Time limit of one trial, compilation included; 600, or ten times what its task says it costs, unless given.",
        above(0),
        metavar="SECONDS",
        example=1200,
    )
    memory: float | None = option(
        None,
        "Memory limit of one worker, on a GPU of what it keeps there; most of the machine or the GPU, shared, unless given.",
        above(0),
        metavar="GIB",
        example=4,
    )
    probe: str = option(
        "",
        "Measure what goes on in each layer after these epochs: 0,5,last or all. Shown in the report.",
        PROBED,
        metavar="EPOCHS",
        example="0,last",
        numeric=True,
    )
    store_weights: bool = option(False, "Store each trial's trained weights, for initializers that take them.")
    store_predictions: bool = option(
        False, "Store each trial's outputs for validation and test part; the report shows precision, recall, ROC, …."
    )
    no_compile_cache: bool = option(
        False, "Compile every program anew, and keep none of the compiled code for later runs."
    )
    results: Path = option(Path("results"), "The results folder.", metavar="DIR", example="elsewhere")
    plugin: tuple[str, ...] = option(
        (),
        "A plugin to load, as a file or an importable module. May be repeated.",
        metavar="FILE|MODULE",
        example=["my_opt.py"],
    )
    observer: tuple[str, ...] = option(
        (),
        "Observers to switch on, which see every epoch and trial: names, separated by commas. May be repeated.",
        metavar="NAMES",
        example=["my_observer"],
    )


@dataclass(frozen=True)
class Invocation(Table):
    """What is said to one call on the command line, and stands in no study file."""

    study_file: Path | None = option(
        None, "A study file; flags override it.", metavar="STUDY.toml", positional=True, in_file=False
    )
    no_local: bool = option(False, "Do not look into ./plugins and ./tasks.", in_file=False)
    dry_run: bool = option(False, "Say what would run and how long it would take; write nothing.", in_file=False)
    shard: str | None = option(
        None,
        "Run the K-th of N parts of the study, the same parts on every machine. `benchsuite collect` joins them.",
        SHARD,
        metavar="K/N",
        example="3/16",
        in_file=False,
    )

    @property
    def part(self) -> Shard | None:
        """Which part of the study is run; ``None`` for all of it."""
        return asked_shard(self.shard)


TABLES: tuple[type[Table], ...] = (Study, Execution, Invocation)
