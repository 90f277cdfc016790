"""A session: trains trials one after another in one process, and keeps data and programs for the next."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchsuite.components import Component, Monitor, Optimizer, Task
from benchsuite.data import Dataset
from benchsuite.engine.cache import Cache
from benchsuite.engine.ending import Account
from benchsuite.engine.epochs import AfterEpoch, Course, train_epochs
from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.finding import RecipeFinding, likenesses, recipe_finding
from benchsuite.engine.fed.number import Number
from benchsuite.engine.first_look import FirstLook
from benchsuite.engine.ingredients import Ingredients, make, make_ingredients, make_monitors, make_schedule
from benchsuite.engine.keep import Keeper
from benchsuite.engine.kept_data import KeptData, Usable
from benchsuite.engine.known_programs import KnownPrograms
from benchsuite.engine.lanes.group import Group
from benchsuite.engine.lanes.program import NoLane
from benchsuite.engine.program.feed import RESIDENT_BYTES
from benchsuite.engine.program.optimizer import ConfigurationChanged
from benchsuite.engine.program.program import Program
from benchsuite.engine.program.stored import NotStorable
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
        feeds: Whether programs are fed hyperparameters; each program has its own values baked in otherwise.
        after_epoch: Told the trial's id and what was noted of each epoch, if somebody listens.
        known: Programs that other processes traced; none are looked up and none are kept unless given.
        strangers: What of a trial is a plugin's: its programs get a first look before they train.
        writing: Told before and after something is written that is kept of a trial: whether it begins.
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
        feeds: bool = True,
        after_epoch: AfterEpoch | None = None,
        known: KnownPrograms | None = None,
        strangers: Callable[[Trial], Sequence[Component | Task]] = lambda _: (),
        writing: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._components = components
        self._tasks = tasks
        self._device = device
        self._extras, self._after_epoch = extras, after_epoch
        self._weights, self._predictions, self._results, self._feeds = weights, predictions, results, feeds
        self._resident_bytes = resident_bytes
        self._known, self._strangers, self._writing = known, strangers, writing
        self._certified = certified
        self.forget_data()
        self._programs: Cache[Program] = Cache(PROGRAMS_KEPT, dropped=gc.collect)  # graphs are full of cycles
        self.programs_built = 0

    def forget_data(self) -> None:
        """Forget the data of all tasks: whoever gives another task under a name says so by this. Programs are kept."""
        self._data = KeptData(self._components, self._certified)

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
            group = Group(trials[0].lanes, self._extras, self._after_epoch)
            for number, trial in list(waiting.items()):
                if group.full:
                    break
                account, taken = Account(trial.device), True
                try:
                    ready, monitors = self._begun(trial, account)
                    self._first_look(trial, ready, compiled=False)
                    taken = group.takes(ready)
                    if taken:
                        group.add(number, account, ready, monitors, self._tasks(trial.task))
                except KeyboardInterrupt:
                    raise
                except NoLane as reason:
                    found[number] = self._run_alone(trial, str(reason))
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
        except NoLane as reason:
            return {number: self._run_alone(trials[number], str(reason)) for number in group.members}
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

    def _run_alone(self, trial: Trial, why: str = "") -> Ran:
        account = Account(trial.device)
        account.alone = why
        try:
            self._train(trial, account)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything, SystemExit included
            return self._failed(account, error)
        return self._completed(trial, account)

    def _completed(self, trial: Trial, account: Account) -> Ran:
        """Write what is to be kept of a trial that trained to its end; of one that was stopped, nothing is."""
        weights, predictions = (
            extra_file(folder, trial.id) if folder else None for folder in (self._weights, self._predictions)
        )
        if account.keeper is not None and account.stopped is None:
            self._writing(True)
            account.keeper.write(weights, predictions, self._results)
            self._writing(False)
        return account.completed()

    def _failed(self, account: Account, error: BaseException) -> Ran:
        ran = account.failed(error)
        if ran.ending.outcome is Outcome.OUT_OF_MEMORY:
            self._programs.clear()
        return ran

    def _begun(self, trial: Trial, account: Account) -> tuple[ReadyTrial, list[Monitor]]:
        """Make a trial ready, and who watches it."""
        task = self._tasks(trial.task)
        checksum = self._data.raw(task).checksum
        with suppress(Unsupported):  # of this division alone, as it is said when the trial is made ready
            self._data.dataset(task, trial.division)
        account.checksum = checksum  # data that cannot be split are none: no recipe has failed on them
        ready = account.ready = self.ready(trial)
        return ready, make_monitors(trial.recipe, self._components)

    def _train(self, trial: Trial, account: Account) -> None:
        task = self._tasks(trial.task)
        ready, monitors = self._begun(trial, account)
        account.compile_seconds = ready.program.compile(ready.feed, ready.plan.steps)
        if self._known is not None and ready.program.kept_as:
            self._known.keep(ready.program.kept_as, ready.program)
            ready.program.kept_as = ""
        logbook = account.logbook = Logbook(task.measures)
        restores = any(monitor.restores_best for monitor in monitors)
        keeper = account.keeper = Keeper(self._extras, ready, restores)
        look = self._first_look(trial, ready)
        course = Course(ready.plan, monitors, logbook, keeper, self._after_epoch)
        train_epochs(ready, course, look.watched() if look else None)
        if course.pruned:
            account.stopped = trial
            return
        account.results = summarize(task, logbook, restores)
        keeper.take()

    def _first_look(self, trial: Trial, ready: ReadyTrial, compiled: bool = True) -> FirstLook | None:
        """Look at a program that a plugin's code built, before it trains; the caller lets the look see the first epoch.

        Args:
            trial: The trial.
            ready: What it trains with.
            compiled: Whether its program was compiled.

        Raises:
            BrokenPromise: If its numbers would not be those of the recipe.
        """
        strangers = self._strangers(trial)
        if not strangers:
            return None
        beside = Session(self._components, self._tasks, self._device, weights=self._weights, feeds=self._feeds)
        beside._data, beside._resident_bytes = self._data, self._resident_bytes
        look = FirstLook(trial, ready, strangers, self._components, beside.ready, lambda: self.ready(trial))
        look.before_training(compiled)
        return look

    def ready(self, trial: Trial) -> ReadyTrial:
        """Return all that a trial needs to train: its program with fresh starting values, its data, its plan.

        Raises:
            Unsupported: If the recipe does not apply to the task.
            BenchsuiteError: If a component's ``make`` returned something that its kind does not allow.
        """
        task = self._tasks(trial.task)
        dataset = self._data.dataset(task, trial.division)
        optimizer = self._components.component("optimizer", trial.recipe.one("optimizer").name)
        assert isinstance(optimizer, Optimizer)
        _check_batch(trial, task, optimizer, dataset)
        schedule = make_schedule(trial.recipe, self._components)
        plan = StepPlan.of(trial, task, dataset.sizes[0], schedule, optimizer)
        initializer = make(trial.recipe.one("initializer"), self._components)
        usable = self._data.usable(trial, dataset)
        prepared, built, what = usable.prepared, 0.0, ""
        for _ in range(2):
            started = time.perf_counter()
            program, ingredients, reused = self._program(trial, task, usable, plan)
            built += 0.0 if reused else time.perf_counter() - started
            started = time.perf_counter()
            try:
                program.reset(plan.streams, initializer, ingredients, prepared, self._weights, plan.lengths)
                break
            except ConfigurationChanged as changed:
                what = str(changed)
                self._programs.drop_value(program)
                del program, ingredients  # nothing of it is left when its successor is built
        else:
            raise BenchsuiteError(
                f"make of {optimizer.title} gives another configuration at each call with equal hyperparameters: "
                f"{what} of get_config() differs each time. What stands there must be the same for the same hyperparameters."
            )
        initialized = time.perf_counter() - started
        self._check_effect(trial, task, program, ingredients)
        return ReadyTrial(program, usable.uploaded(program), prepared, plan, reused, built, initialized)

    def _program(self, trial: Trial, task: Task, usable: Usable, plan: StepPlan) -> tuple[Program, Ingredients, bool]:
        """Return the program that serves a trial, what the trial's recipe makes for it, and whether it is a used one."""
        found = recipe_finding(trial.recipe, self._components)
        values = {name: value for name, value in trial.numbers.items() if name not in found.host}
        common = (trial.cell, usable.prepared.x.shape[1:], usable.prepared.dataset.sizes)
        key = self._programs.find(common, lambda program: program.serves(values))
        reused = key is not None
        self.programs_built += not reused
        program = self._programs.get(
            key or (*common, self.programs_built), lambda: self._built(trial, task, usable, plan, values, found)
        )
        program.feeding.assign(values)
        return program, self._ingredients(trial, task, usable, program.feeding), reused

    def _built(
        self,
        trial: Trial,
        task: Task,
        usable: Usable,
        plan: StepPlan,
        values: Mapping[str, Number],
        found: RecipeFinding,
    ) -> Program:
        """Build a program that is fed all that it can be fed; what turns out to be baked is handed over as it is.

        What that is depends on the code and the trial's own values, never on what ran before: its bits would.
        """
        fed, kept_as = found.fed if self._feeds else frozenset[str](), ""
        if self._known is not None and self._feeds and trial.lanes == 1:
            kept_as = self._known.name(trial, usable, plan.steps, self._device_of(trial), self._resident_bytes)
            known = self._adopted(kept_as, trial, task, usable, values)
            if known is not None:
                return known
        while True:
            feeding = Feeding(values, fed)
            try:
                program = self._made(trial, task, usable, feeding)
                lost = program.trace(usable.uploaded(program), plan.steps, found) if fed else {}
                program.likenesses = likenesses(trial.recipe, self._components, feeding) if fed and not lost else []
                lost |= {name: "with a float it is made otherwise" for one in program.likenesses for name in one.lost}
            except (Unsupported, MemoryError):
                raise
            except Exception:
                if not fed:
                    raise
                # If it is not for the fed numbers it happens again without them.
                fed = frozenset()
                continue
            if not lost:
                program.kept_as = kept_as
                return program
            fed -= lost.keys()
            del program, feeding
            gc.collect()

    def _adopted(
        self, name: str, trial: Trial, task: Task, usable: Usable, values: Mapping[str, Number]
    ) -> Program | None:
        """Return a program with functions that another process traced; ``None`` if none are known, or none of use."""
        assert self._known is not None
        files = self._known.get(name)
        if files is None:
            return None
        try:
            feeding = Feeding(values, frozenset(json.loads(files["about"])["fed"]))
            program = self._made(trial, task, usable, feeding)
            program.adopt(files)
            program.likenesses = likenesses(trial.recipe, self._components, feeding)
            if feeding.reads or any(one.lost for one in program.likenesses):
                raise NotStorable("something is read that was not")
        except (Unsupported, MemoryError):
            raise
        except Exception:  # traced, it says itself what is wrong with it
            self._known.drop(name)
            return None
        return program

    def _made(self, trial: Trial, task: Task, usable: Usable, feeding: Feeding) -> Program:
        return Program(
            task,
            self._ingredients(trial, task, usable, feeding),
            usable.prepared.dataset,
            usable.prepared.x.shape[1:],
            trial.batch_size,
            trial.precision,
            self._device_of(trial),
            self._resident_bytes,
        )

    def _device_of(self, trial: Trial) -> str:
        return self._device or f"/{trial.device.upper()}:0"

    def _ingredients(self, trial: Trial, task: Task, usable: Usable, feeding: Feeding) -> Ingredients:
        classes = bool(np.issubdtype(usable.prepared.dataset.y.dtype, np.integer))
        return make_ingredients(task, trial.recipe, self._components, classes, feeding, trial.knobs)

    def _check_effect(self, trial: Trial, task: Task, program: Program, ingredients: Ingredients) -> None:
        """Refuse a component that the network has no use for: it would pass for one that makes no difference."""
        usual = baseline(task, self._components)
        for kind, missing in NOTHING_TO_CHANGE.items():
            setting = trial.recipe.one(kind)
            idle = kind == "normalization" and ingredients.normalization() is None
            if kind not in program.network.used and setting != usual.one(kind) and not idle:
                raise Unsupported(f"{task.title} has no {missing}, so {kind} {setting.name!r} would change nothing")


def _check_batch(trial: Trial, task: Task, component: Optimizer, dataset: Dataset) -> None:
    """Refuse a batch size that the data cannot have, and mini-batches for an optimizer that needs all examples at once."""
    if trial.batch_size > dataset.sizes[0]:
        raise Unsupported(
            f"a batch of {trial.batch_size} is larger than the training part of {task.title}: {dataset.sizes[0]} examples"
        )
    if "full_batch" in component.wants and trial.batch_size != dataset.sizes[0]:
        raise Unsupported(
            f"{component.title} needs the whole training part in each batch: {dataset.sizes[0]} examples; "
            f"the batch size of {task.title} is {trial.batch_size}"
        )
