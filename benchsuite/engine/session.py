"""A session: trains trials one after another in one process, and keeps data and programs for the next."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchsuite.components import Monitor, Task
from benchsuite.data import Dataset, Prepared
from benchsuite.engine.cache import Cache
from benchsuite.engine.ending import Account
from benchsuite.engine.epochs import Course, train_epochs
from benchsuite.engine.ingredients import Ingredients, make, make_ingredients, make_monitors, make_schedule
from benchsuite.engine.keep import Keeper
from benchsuite.engine.kept_data import KeptData
from benchsuite.engine.lanes.group import Group
from benchsuite.engine.lanes.program import NoLane
from benchsuite.engine.program.feed import RESIDENT_BYTES
from benchsuite.engine.program.optimizer import ConfigurationChanged
from benchsuite.engine.program.program import Program
from benchsuite.engine.ran import Ran
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook, summarize
from benchsuite.engine.step_plan import StepPlan
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.extras import NOTHING, Extras
from benchsuite.files import extra_file
from benchsuite.folder import Identity
from benchsuite.outcomes import Outcome
from benchsuite.selection import Components, baseline
from benchsuite.trial import Trial

PROGRAMS_KEPT = 2

NOTHING_TO_CHANGE = {
    "normalization": "hidden layers to normalize",
    "activation": "hidden layers with an activation to choose",
    "initializer": "kernels to initialize",
}
"""Kind → what a network must have for it."""


class Session:
    """Runs trials in this process.

    Args:
        components: Where components are looked up.
        tasks: Finds a task by name.
        device: TensorFlow device to run on; the first of the trial's kind unless given.
        extras: What to keep of each trial beside its record.
        weights: Folder of stored weights, to write and to read; there are none unless given.
        resident_bytes: Examples up to this size lie on the device as a whole, larger ones are streamed.
        predictions: Folder of stored predictions, likewise.
        certified: Finds the checksum that a task's data must have; ``None`` if any will do.
        results: Of the folder that holds those of weights and predictions; nothing is written to another one.
    """

    def __init__(
        self,
        components: Components,
        tasks: Callable[[str], Task],
        device: str | None = None,
        extras: Extras = NOTHING,
        weights: Path | None = None,
        resident_bytes: int = RESIDENT_BYTES,
        predictions: Path | None = None,
        certified: Callable[[Task], str | None] = lambda _: None,
        results: Identity | None = None,
    ) -> None:
        self._components = components
        self._tasks = tasks
        self._device = device
        self._extras = extras
        self._weights, self._predictions, self._results = weights, predictions, results
        self._resident_bytes = resident_bytes
        self._data = KeptData(components, certified)
        self._programs: Cache[Program] = Cache(PROGRAMS_KEPT, dropped=gc.collect)  # graphs are full of cycles
        self.programs_built = 0

    @property
    def traces(self) -> int:
        """How often the programs that are kept were traced: twice each, once to train and once to evaluate."""
        return sum(program.traces for program in self._programs.values)

    def run(self, trial: Trial) -> Ran:
        """Train one trial to whatever end; only the user's own interruption gets out, and what the disk does.

        Raises:
            CannotWrite: If what is to be kept of it cannot be written: that is no end of the trial.
        """
        return self.run_together([trial])[0] if trial.lanes != 1 else self._run_alone(trial)

    def run_together(self, trials: Sequence[Trial]) -> list[Ran]:
        """Train trials of one cell side by side, each to whatever end, the same as if it were the only one.

        Where their program cannot be vectorized they train one after another, each in a program for one.

        Args:
            trials: Any number; their ``lanes`` says how many of them train at once.

        Raises:
            CannotWrite: As for :meth:`run`.
        """
        waiting, found = dict(enumerate(trials)), dict[int, Ran]()
        while waiting:
            group = Group(trials[0].lanes, self._extras)
            for number, trial in list(waiting.items()):
                if group.full:
                    break
                account, taken = Account(trial.device), True
                try:
                    ready, monitors = self._begun(trial, account)
                    taken = group.takes(ready)
                    if taken:
                        group.add(number, account, ready, monitors, self._tasks(trial.task))
                except KeyboardInterrupt:
                    raise
                except NoLane:
                    found[number] = self._run_alone(trial)
                except BaseException as error:
                    found[number] = self._failed(account, error)
                if taken:
                    del waiting[number]
            if group.members:
                found |= self._trained(group, trials)
        return [found[number] for number in range(len(trials))]

    def _trained(self, group: Group, trials: Sequence[Trial]) -> dict[int, Ran]:
        """Train a group; return what became of each by its position among all trials."""
        try:
            group.train()
        except KeyboardInterrupt:
            raise
        except NoLane:
            return {number: self._run_alone(trials[number]) for number in group.members}
        except BaseException as error:
            (first, *others) = group.members.items()
            failed = self._failed(first[1].account, error)
            if not others:
                return {first[0]: failed}
            # Nobody is blamed for a neighbour: each again by itself, in a lane as before.
            return {number: self.run_together([trials[number]])[0] for number in group.members}
        return {
            number: lane.failure or self._completed(trials[number], lane.account)
            for number, lane in group.members.items()
        }

    def _run_alone(self, trial: Trial) -> Ran:
        account = Account(trial.device)
        try:
            self._train(trial, account)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything, SystemExit included
            return self._failed(account, error)
        return self._completed(trial, account)

    def _completed(self, trial: Trial, account: Account) -> Ran:
        """Write what is to be kept of a trial that trained to its end."""
        weights, predictions = (
            extra_file(folder, trial.id) if folder else None for folder in (self._weights, self._predictions)
        )
        if account.keeper is not None:
            account.keeper.write(weights, predictions, self._results)
        return account.completed()

    def _failed(self, account: Account, error: BaseException) -> Ran:
        ran = account.failed(error)
        if ran.ending.outcome is Outcome.OUT_OF_MEMORY:
            self._programs.clear()
        return ran

    def _begun(self, trial: Trial, account: Account) -> tuple[ReadyTrial, list[Monitor]]:
        """Make a trial ready, and who watches it."""
        account.checksum = self._data.raw(self._tasks(trial.task)).checksum
        ready = account.ready = self.ready(trial)
        return ready, make_monitors(trial.recipe, self._components)

    def _train(self, trial: Trial, account: Account) -> None:
        task = self._tasks(trial.task)
        ready, monitors = self._begun(trial, account)
        account.compile_seconds = ready.program.compile(ready.feed, ready.plan.steps)
        logbook = account.logbook = Logbook(task.measures)
        restores = any(monitor.restores_best for monitor in monitors)
        keeper = account.keeper = Keeper(self._extras, ready, restores)
        train_epochs(ready, Course(ready.plan, monitors, logbook, keeper))
        account.results = summarize(task, logbook, restores)
        keeper.take()

    def ready(self, trial: Trial) -> ReadyTrial:
        """Return all that a trial needs to train: its program with fresh starting values, its data, its plan.

        Raises:
            Unsupported: If the recipe does not apply to the task.
            BenchsuiteError: If a component's ``make`` returned something that its kind does not allow.
        """
        task = self._tasks(trial.task)
        dataset = self._data.dataset(task, trial.fold)
        classes = bool(np.issubdtype(dataset.y.dtype, np.integer))
        ingredients = make_ingredients(task, trial.recipe, self._components, classes)
        _check_batch(trial, task, ingredients, dataset)
        schedule = make_schedule(trial.recipe, self._components)
        plan = StepPlan.of(trial, task, dataset.sizes[0], schedule, ingredients.optimizer_component)
        initializer = make(trial.recipe.one("initializer"), self._components)
        usable = self._data.usable(trial, dataset)
        prepared, built = usable.prepared, 0.0
        for _ in range(2):
            started = time.perf_counter()
            program, reused = self._program(trial, task, ingredients, prepared)
            built += 0.0 if reused else time.perf_counter() - started
            started = time.perf_counter()
            try:
                program.reset(plan.streams, initializer, ingredients, prepared, self._weights, plan.lengths)
                break
            except ConfigurationChanged:
                del program  # nothing of it is left when its successor is built
                self._programs.drop(_key(trial, prepared))
        else:
            title = ingredients.optimizer_component.title
            raise BenchsuiteError(
                f"make of {title} gives another configuration at each call with equal hyperparameters."
            )
        initialized = time.perf_counter() - started
        self._check_effect(trial, task, program, ingredients)
        return ReadyTrial(program, usable.uploaded(program), prepared, plan, reused, built, initialized)

    def _program(self, trial: Trial, task: Task, ingredients: Ingredients, prepared: Prepared) -> tuple[Program, bool]:
        """Return the program that serves a trial, and whether it is a used one."""
        key = _key(trial, prepared)
        reused = key in self._programs
        self.programs_built += not reused
        program = self._programs.get(
            key,
            lambda: Program(
                task,
                ingredients,
                prepared.dataset,
                prepared.x.shape[1:],
                trial.batch_size,
                trial.precision,
                self._device or f"/{trial.device.upper()}:0",
                self._resident_bytes,
            ),
        )
        return program, reused

    def _check_effect(self, trial: Trial, task: Task, program: Program, ingredients: Ingredients) -> None:
        """Refuse a component that the network has no use for: it would pass for one that makes no difference."""
        usual = baseline(task, self._components)
        for kind, missing in NOTHING_TO_CHANGE.items():
            setting = trial.recipe.one(kind)
            idle = kind == "normalization" and ingredients.normalization() is None
            if kind not in program.network.used and setting != usual.one(kind) and not idle:
                raise Unsupported(f"{task.title} has no {missing}, so {kind} {setting.name!r} would change nothing")


def _key(trial: Trial, prepared: Prepared) -> tuple[object, ...]:
    """Return what trials that share a program have in common."""
    return (trial.cell, prepared.x.shape[1:], prepared.dataset.sizes)


def _check_batch(trial: Trial, task: Task, ingredients: Ingredients, dataset: Dataset) -> None:
    """Refuse mini-batches for an optimizer that needs all examples at once."""
    component = ingredients.optimizer_component
    if "full_batch" in component.wants and trial.batch_size != dataset.sizes[0]:
        raise Unsupported(
            f"{component.title} needs the whole training part in each batch: {dataset.sizes[0]} examples; "
            f"the batch size of {task.title} is {trial.batch_size}"
        )
