"""A session: trains trials one after another in one process, and keeps data and programs for the next."""

from __future__ import annotations

import gc
import sys
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from benchsuite.components import Monitor, Task
from benchsuite.data import Dataset, Prepared, Raw, prepare, read, split
from benchsuite.engine.feed import RESIDENT_BYTES, Feed
from benchsuite.engine.keep import Keeper
from benchsuite.engine.parts import Parts, build_monitors, build_parts, build_schedule, make
from benchsuite.engine.plan import Plan
from benchsuite.engine.program import ConfigurationChanged, Program
from benchsuite.engine.results import Curves, summarize
from benchsuite.engine.seeds import Streams
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.selection import Components, baseline
from benchsuite.trial import Trial

DIVERGED_FACTOR = 1000.0
"""A trial has diverged when a batch loss exceeds this multiple of max(|initial training loss|, 1), or is not finite."""

NO_PLACE = {
    "normalization": "hidden layers to normalize",
    "activation": "hidden layers with an activation to choose",
    "initializer": "kernels to initialize",
}

# What a worker keeps for the next trial; small, since it stays resident.
PROGRAMS_KEPT = 2
PREPARED_KEPT = 6
DATA_KEPT_BYTES = 256 * 2**20


@dataclass
class Run:
    """What became of one trial; the fields of a record that the engine knows.

    Args:
        outcome: One of the closed list.
        reason: What happened, in one line; empty if completed.
        curves: As in the record.
        results: As in the record.
        costs: As in the record.
        data_checksum: Of the task's data; empty if it never loaded.
        xla: Whether the program was compiled by XLA.
        probes: ``layers``, ``epochs`` and ``measures``: measure → [epoch][layer]; empty unless asked for.
    """

    outcome: str
    reason: str = ""
    curves: dict[str, list[float | int | None]] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    costs: dict[str, Any] = field(default_factory=dict)
    data_checksum: str = ""
    xla: bool | None = None
    probes: dict[str, Any] = field(default_factory=dict)


NOTHING = Extras()
Fold = tuple[int, int] | None


class Diverged(Exception):
    """Training left the numbers that can be trained on."""


class Session:
    """Runs trials in this process.

    Args:
        components: Where components are looked up.
        tasks: Finds a task by name.
        place: TensorFlow device to run on; the first of the trial's kind unless given.
        extras: What to keep of each trial beside its record.
        weights: Folder of stored weights, to write and to read; there are none unless given.
        resident_bytes: Examples up to this size lie on the device as a whole, larger ones are streamed.
        predictions: Folder of stored predictions, likewise.
        certified: Finds the checksum that a task's data must have; ``None`` if any will do.
    """

    def __init__(
        self,
        components: Components,
        tasks: Callable[[str], Task],
        place: str | None = None,
        extras: Extras = NOTHING,
        weights: Path | None = None,
        resident_bytes: int = RESIDENT_BYTES,
        predictions: Path | None = None,
        certified: Callable[[Task], str | None] = lambda _: None,
    ) -> None:
        self._certified = certified
        self._predictions = predictions
        self._resident_bytes = resident_bytes
        self._extras = extras
        self._weights = weights
        self._components = components
        self._tasks = tasks
        self._place = place
        self._raw: OrderedDict[str, Raw] = OrderedDict()
        self._unreadable: dict[str, tuple[Exception, TracebackType | None]] = {}
        self._datasets: OrderedDict[tuple[str, Fold], Dataset] = OrderedDict()
        self._prepared: OrderedDict[tuple[str, Fold, Any], tuple[Prepared, Any]] = OrderedDict()
        self._programs: OrderedDict[tuple[str, tuple[int, ...], tuple[int, ...]], Program] = OrderedDict()
        self.programs_built = 0

    @property
    def traces(self) -> int:
        """How often the programs that are kept were traced: twice each, once to train and once to evaluate."""
        return sum(program.traces for program in self._programs.values())

    def run(self, trial: Trial) -> Run:
        """Train one trial to whatever end; only the user's own interruption gets out."""
        started = time.perf_counter()
        run = Run("crashed")
        step = _Progress()
        try:
            self._train(trial, run, step)
        except KeyboardInterrupt:
            raise
        except Unsupported as error:
            run.outcome, run.reason = "unsupported", str(error)
        except Diverged as error:
            run.outcome, run.reason = "diverged", str(error)
            run.results["failure"] = {"step": step.value, "traceback": ""}
        except BaseException as error:  # a plugin may raise anything, SystemExit included
            out_of_memory = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
            run.outcome = "out_of_memory" if out_of_memory else "crashed"
            run.reason = _one_line(error)
            run.results["failure"] = {"step": step.value, "traceback": "".join(traceback.format_exception(error))}
            if run.outcome == "out_of_memory":
                self._programs.clear()
        run.costs["wall_seconds"] = time.perf_counter() - started
        return run

    def _train(self, trial: Trial, run: Run, step: _Progress) -> None:
        task = self._tasks(trial.task)
        run.data_checksum = self._read(task).checksum
        ready = self.ready(trial)
        monitors = build_monitors(trial.recipe, self._components)
        program, data, plan = ready.program, ready.data, ready.plan
        run.xla = program.xla
        run.results["steps_per_epoch"] = plan.steps
        compiled = program.compile(data, plan.steps)
        # A used program traces again only if the shape of an epoch changed; then the time is compilation as well.
        run.costs.update(compile_seconds=ready.built_seconds + compiled, program_reused=ready.reused)
        run.costs.update(initialize_seconds=ready.initialize_seconds)
        run.costs.update(parameters=program.parameters, state_bytes=program.state_bytes)
        curves = Curves(task.measures)
        restores = any(monitor.restores_best for monitor in monitors)
        keeper = Keeper(self._extras, program, data, self._prepare(trial, program.dataset), restores, run.probes)
        try:
            self._epochs(program, data, plan, curves, monitors, step, keeper)
        finally:
            run.curves = curves.values
            run.costs.update(curves.costs())
            run.costs["peak_memory_bytes"] = _peak_memory()
        run.results.update(summarize(task, curves, curves.best_validation_loss() if restores else None))
        run.outcome = "completed"
        keeper.write(*(folder and extra_file(folder, trial.id) for folder in (self._weights, self._predictions)))

    def ready(self, trial: Trial) -> Ready:
        """Return all that a trial needs to train: its program with fresh starting values, its data, its plan.

        Raises:
            Unsupported: If the recipe does not apply to the task.
            BenchsuiteError: If a component's ``make`` returned something that its kind does not allow.
        """
        task = self._tasks(trial.task)
        dataset = self._dataset(task, trial.fold)
        classes = np.issubdtype(dataset.y.dtype, np.integer)
        parts = build_parts(task, trial.recipe, self._components, bool(classes))
        if "full_batch" in parts.optimizer_component.wants and trial.batch_size != dataset.sizes[0]:
            raise Unsupported(
                f"{parts.optimizer_component.title} needs the whole training part in each batch: {dataset.sizes[0]} examples; "
                f"the batch size of {task.title} is {trial.batch_size}"
            )
        streams = Streams.of(trial.seed, dict(trial.streams))
        schedule = build_schedule(trial.recipe, self._components)
        passes = dataset.sizes[0] // trial.batch_size
        steps = task.steps_per_epoch or passes
        has_rate = "learning_rate" in parts.optimizer_component.space
        plan = Plan(trial, streams, dataset.sizes[0], passes, steps, schedule, has_rate)
        plan.check()
        ready = self._program(trial, task, dataset, parts, plan)
        self._check_effect(trial, task, ready.program)
        return ready

    def _check_effect(self, trial: Trial, task: Task, program: Program) -> None:
        """Refuse a component that the network has no place for: it would pass for one that makes no difference."""
        usual = baseline(task, self._components)
        for kind, missing in NO_PLACE.items():
            setting = trial.recipe.one(kind)
            idle = kind == "normalization" and program.parts.normalization() is None
            if kind not in program.used and setting != usual.one(kind) and not idle:
                raise Unsupported(f"{task.title} has no {missing}, so {kind} {setting.name!r} would change nothing")

    def _epochs(
        self,
        program: Program,
        data: Feed,
        plan: Plan,
        curves: Curves,
        monitors: list[Monitor],
        step: _Progress,
        keeper: Keeper,
    ) -> None:
        bound = float("inf")
        for epoch in range(plan.trial.epochs + 1):
            if epoch:
                order, rates = plan.epoch(epoch - 1)
                with curves.training():
                    end = program.train(data, order, rates, step.value, bound)
                step.value += end.steps
                if not end.last_loss <= bound:
                    raise Diverged(_why(end.last_loss, bound, step.value))
                running: float | None = end.running_loss
            else:
                running = None
            with curves.evaluating():
                measured = program.evaluate(data)
            curves.add(epoch, step.value, running, measured)
            keeper.after_epoch(epoch, measured["validation_loss"])
            if not np.isfinite(measured["train_loss"]) or measured["train_loss"] > bound:
                raise Diverged(_why(measured["train_loss"], bound, step.value))
            if epoch == 0:
                bound = DIVERGED_FACTOR * max(abs(measured["train_loss"]), 1.0)
                continue
            validation = {name: measured[f"validation_{name}"] for name in curves.measures}
            # Every monitor sees every epoch, even if an earlier one has had enough.
            wishes = [monitor.after_epoch(epoch, validation) for monitor in monitors]
            plan.schedule.after_epoch(epoch, validation)
            if not all(wishes):
                break
        keeper.ended(epoch)

    def _program(self, trial: Trial, task: Task, dataset: Dataset, parts: Parts, plan: Plan) -> Ready:
        """Return a reset program with its data on the device."""
        initializer = make(trial.recipe.one("initializer"), self._components)
        prepared = self._prepare(trial, dataset)
        key = (trial.cell, prepared.x.shape[1:], dataset.sizes)
        built = 0.0
        for attempt in range(2):
            reused = key in self._programs
            if not reused:
                while len(self._programs) >= PROGRAMS_KEPT:
                    self._programs.popitem(last=False)
                    gc.collect()  # graphs are full of cycles
                self.programs_built += 1
                started = time.perf_counter()
                self._programs[key] = Program(
                    task,
                    parts,
                    dataset,
                    prepared.x.shape[1:],
                    trial.batch_size,
                    trial.precision,
                    trial.device,
                    self._place,
                    self._resident_bytes,
                )
                built += time.perf_counter() - started
            self._programs.move_to_end(key)
            try:
                started = time.perf_counter()
                self._programs[key].reset(plan.streams, initializer, parts, prepared, self._weights)
                break
            except ConfigurationChanged:
                if attempt:
                    raise BenchsuiteError(
                        f"make of {parts.optimizer_component.title} gives another configuration at each call with equal hyperparameters."
                    ) from None
                del self._programs[key]
        initialized = time.perf_counter() - started
        program = self._programs[key]
        program.lengths = (plan.steps, plan.steps * trial.epochs)
        return Ready(program, self._placed(trial, program, prepared), plan, reused, built, initialized)

    def _read(self, task: Task) -> Raw:
        if task.name in self._unreadable:  # a broken file may take long to read: once is enough
            error, where = self._unreadable[task.name]
            raise error.with_traceback(where)
        if task.name not in self._raw:
            try:
                found = self._checked(task, read(task))
            except MemoryError:
                raise
            except Exception as error:
                self._unreadable[task.name] = error, error.__traceback__
                raise
            while self._raw and sum(kept.arrays.x.nbytes for kept in (*self._raw.values(), found)) > DATA_KEPT_BYTES:
                name, _ = self._raw.popitem(last=False)
                for held in [key for key in self._datasets if key[0] == name]:
                    del self._datasets[held]
                for placed in [key for key in self._prepared if key[0] == name]:
                    del self._prepared[placed]
            self._raw[task.name] = found
        return self._raw[task.name]

    def _checked(self, task: Task, raw: Raw) -> Raw:
        certified = self._certified(task)
        if certified not in (None, raw.checksum):
            raise BenchsuiteError(
                f"the data of {task.title} are not those of its certificate: checksum {raw.checksum}, certified {certified}. "
                f"If that is meant to be, raise its version, and benchsuite certify {task.name} --write."
            )
        return raw

    def _dataset(self, task: Task, fold: Fold) -> Dataset:
        key = (task.name, fold)
        if key not in self._datasets:
            raw = self._read(task)
            while len(self._datasets) >= PREPARED_KEPT:
                self._datasets.popitem(last=False)
            self._datasets[key] = split(task, raw, fold)
        return self._datasets[key]

    def _prepare(self, trial: Trial, dataset: Dataset) -> Prepared:
        key = (trial.task, trial.fold, trial.recipe.one("preprocessing"))
        if key not in self._prepared:
            while len(self._prepared) >= PREPARED_KEPT:
                self._prepared.popitem(last=False)
            prepared = prepare(dataset, make(trial.recipe.one("preprocessing"), self._components))
            self._prepared[key] = (prepared, None)
        return self._prepared[key][0]

    def _placed(self, trial: Trial, program: Program, prepared: Prepared) -> Any:
        key = (trial.task, trial.fold, trial.recipe.one("preprocessing"))
        if self._prepared[key][1] is None:
            self._prepared[key] = (prepared, program.place_data(prepared.x))
        return self._prepared[key][1]


@dataclass(frozen=True)
class Ready:
    """A trial that has not trained a step.

    Args:
        program: Its program, with the starting values of its seed.
        data: Inputs and targets on the device.
        plan: Which examples and rates each epoch uses.
        reused: Whether the program served another trial before.
        built_seconds: What it took to build if not; compiling comes on top.
        initialize_seconds: What the starting values took, pre-training included.
    """

    program: Program
    data: Feed
    plan: Plan
    reused: bool
    built_seconds: float
    initialize_seconds: float


@dataclass
class _Progress:
    """Steps done so far, readable after an exception."""

    value: int = 0


def _why(loss: float, bound: float, step: int) -> str:
    if not np.isfinite(loss):
        return f"the loss became {loss} at step {step}"
    return f"the loss reached {loss:.4g} at step {step}, beyond {bound:.4g} ({DIVERGED_FACTOR:g} times the initial one)"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if len(text) > 300:
        text = text[:300] + " …"
    return text if isinstance(error, BenchsuiteError) else f"{type(error).__name__}: {text}"


def _peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
