"""The options of ``benchsuite diagnose``, and the trials that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchsuite.arm_trials import trial_of
from benchsuite.changes import CHANGES, read_changes, spelled
from benchsuite.checks import one_of, whole
from benchsuite.components import RECIPE_KINDS, Arm, Task
from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import KNOBS
from benchsuite.options import Table, one_for_each, option, same
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.seed_numbers import LARGEST_SEED
from benchsuite.selection import expand, read_value
from benchsuite.spaces import Value
from benchsuite.study import Execution, Invocation, Study
from benchsuite.trial import Trial

FACTORS = (0.1, 10.0)
"""The learning rates that the recipe's own is compared with, as multiples of it."""
PROBED = "0,last"
FAILS = ("alarm",)
FEWEST_SETS, MOST_SETS = 3, 1_000
"""Redrawn training sets: two have no spread that could be believed."""


@dataclass(frozen=True)
class Diagnosing(Table):
    """The options of ``benchsuite diagnose``."""

    task: str = option(
        "", "The task; an instance of one is as good.", metavar="TASK", positional=True, in_file=False, example="teacher_mlp"
    )  # fmt: skip
    components: Mapping[str, tuple[str, ...]] = one_for_each(
        RECIPE_KINDS, "kind", "The {name} of the recipe, such as name[hp=value]; the baseline's unless given.",
        metavar="NAME", example=["x"],
    )  # fmt: skip
    with_: tuple[str, ...] = option(
        (), "Knobs of the recipe: batch_size=N, epochs=N, the task's own such as depth=N; kinds may stand here as well.",
        CHANGES, metavar="CHANGES", example=["batch_size=128"], spelled=spelled,
    )  # fmt: skip
    seed: int = option(0, "The seed.", whole(0, LARGEST_SEED), metavar="N", example=1)
    epochs: int | None = same(Study, "epochs")
    against: str = option(
        "", "A shallower net to compare with: a task, or a knob such as depth=20. Says whether the deeper one overfits.",
        metavar="TASK|KNOB", example="depth=2",
    )  # fmt: skip
    alone: bool = option(False, "Look at this one training alone: no other learning rates, no steps on a few examples.")
    curvature: bool = option(False, "Curvature at start, middle and end: largest eigenvalues, saddle or minimum.")
    spectrum: Path | None = option(
        None, "With --curvature: draw the Hessian's spectrum at start and end.", metavar="FILE", example="spectrum.png"
    )  # fmt: skip
    surface: Path | None = option(
        None, "Draw the loss around the solution and on the way to another one, and say whether it lies flat.",
        metavar="FILE", example="surface.png",
    )  # fmt: skip
    gradient_noise: bool = option(
        False, "Compare the batch with the gradient's noise scale, before and after training."
    )
    bias_variance: int | None = option(
        None, "Train on so many redrawn training sets, and take the error apart into bias and variance. Each costs a training.",
        whole(FEWEST_SETS, MOST_SETS), metavar="N", example=10,
    )  # fmt: skip
    check_gradients: bool = option(False, "Compare gradients with numerical differences, for each variable.")
    json: bool = option(False, "Print what is found as JSON, and everything else to standard error.")
    fail_if: str | None = option(
        None, "End with exit code 3 if there is an alarm.", one_of("finding", FAILS), metavar="FINDING", example="alarm"
    )  # fmt: skip
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
        """How its trials are run: with probes of the layers."""
        return Execution(
            workers=self.workers, executor=self.executor, timeout=self.timeout, memory=self.memory,
            no_compile_cache=self.no_compile_cache,
            results=self.results, plugin=self.plugin, probe=PROBED,
        )  # fmt: skip


@dataclass(frozen=True)
class DiagnosePlan:
    """The trials of a diagnosis.

    Args:
        task: The task.
        trial: What is diagnosed.
        rates: Learning rate → trial, all else equal; its own among them. Empty where the optimizer has none, or nobody asked.
        shallow: A shallower net with the same recipe, and its name.
        baseline: The task's own baseline with the same seed: it is looked at where it is there, and not run.
    """

    task: Task
    trial: Trial
    rates: Mapping[float, Trial]
    shallow: tuple[str, Trial] | None
    baseline: Trial

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All that run, each once."""
        held = [self.trial, *self.rates.values(), *([self.shallow[1]] if self.shallow else [])]
        return tuple({trial.id: trial for trial in held}.values())

    def labels(self) -> dict[str, str]:
        """Return trial id → why it is trained, in a few words."""
        said = {trial.id: f"learning rate {rate:g}" for rate, trial in self.rates.items()}
        if self.shallow is not None:
            said[self.shallow[1].id] = f"against {self.shallow[0]}"
        return said | {self.trial.id: "the recipe"}

    def title(self, known: Registry) -> str:
        """Return task and recipe in one line: what differs from the task's own."""
        own, trial = self.baseline, self.trial
        parts = [self.task.name]
        for kind, settings in trial.recipe.settings:
            if settings != own.recipe.get(kind):
                said = "+".join(one.describe(known.component(kind, one.name)) for one in settings)
                parts.append(f"{kind.replace('_', ' ')} {said}")
        if trial.batch_size != own.batch_size:
            parts.append(f"batch size {trial.batch_size}")
        parts += [f"{name}={value}" for name, value in trial.knobs]
        epochs = f"{trial.epochs} epoch{'s' * (trial.epochs != 1)}"
        return ", ".join([*parts, epochs, f"seed {trial.seed}"])


def diagnose_plan(asked: Diagnosing, known: Registry) -> DiagnosePlan:
    """Return the trials that a diagnosis needs: the ordinary ones, which ``run`` trains for the same recipe, seed and budget.

    Raises:
        BenchsuiteError: If something does not exist, or means several recipes.
    """
    if not asked.task:
        raise BenchsuiteError("diagnose needs a task. `benchsuite list task` shows what there is.")
    if asked.spectrum is not None and not asked.curvature:
        raise BenchsuiteError("--spectrum FILE draws what --curvature finds. Give both.")
    task = known.task(asked.task)
    recipe, knobs = _wanted(asked, known)
    trial = trial_of(Arm(task=task.name, recipe=recipe, knobs=knobs), asked.seed, known.task, known)
    shallow = None
    if asked.against:
        name, more = (
            (asked.task, _knobs(dict(read_changes([asked.against])))) if "=" in asked.against else (asked.against, {})
        )
        arm = Arm(task=known.task(name).name, recipe=recipe, knobs={**knobs, **more})
        shallow = (asked.against, trial_of(arm, asked.seed, known.task, known))
        if shallow[1].id == trial.id:
            raise BenchsuiteError(f"--against {asked.against} is the very net that is diagnosed. Name a shallower one.")
    baseline = trial_of(Arm(task=task.name), asked.seed, known.task, known)
    return DiagnosePlan(task, trial, {} if asked.alone else _rates(trial, known), shallow, baseline)


def _wanted(asked: Diagnosing, known: Registry) -> tuple[dict[str, str], dict[str, Value]]:
    """Return the recipe and the knobs that differ from the task's own."""
    changes = dict(read_changes(asked.with_))
    for kind, selections in asked.components.items():
        if kind in changes:
            raise BenchsuiteError(
                f"--with sets the {kind}, and --{kind.replace('_', '-')} does as well. Take one of them."
            )
        changes[kind] = ",".join(selections)
    if asked.epochs is not None:
        if "epochs" in changes:
            raise BenchsuiteError("--with sets the epochs, and --epochs does as well. Take one of them.")
        changes["epochs"] = str(asked.epochs)
    for kind in (kind for kind in RECIPE_KINDS if kind in changes):
        for part in changes[kind].split("+"):
            known.refuse_conflict(kind, part.partition("[")[0].strip())
        if (means := len(expand(kind, [changes[kind]], known))) != 1:
            raise BenchsuiteError(
                f"diagnose takes one recipe, and so one {kind.replace('_', ' ')} with one value for each hyperparameter. "
                f"Received: {changes[kind]!r}, which means {means}. Diagnose each by itself."
            )
    return {kind: text for kind, text in changes.items() if kind in RECIPE_KINDS}, _knobs(changes)


def _knobs(changes: Mapping[str, str]) -> dict[str, Value]:
    knobs = {name: text for name, text in changes.items() if name not in RECIPE_KINDS}
    return {name: int(text) if name in KNOBS else read_value(text) for name, text in knobs.items()}


def _rates(trial: Trial, known: Registry) -> dict[float, Trial]:
    setting = trial.recipe.one("optimizer")
    component = known.component("optimizer", setting.name)
    own = setting.hyperparameters.get("learning_rate")
    if not isinstance(own, int | float) or isinstance(own, bool) or own <= 0:
        return {}
    found = {float(own): trial}
    for factor in FACTORS:
        rate = float(f"{own * factor:.12g}")
        if component.space["learning_rate"].contains(rate):
            other = Setting.of(component, {**setting.hyperparameters, "learning_rate": rate})
            found[rate] = replace(trial, recipe=trial.recipe.replaced("optimizer", (other,)))
    return found
