"""A trial: one training run, and the id that stands for all that decides its numbers."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from benchsuite.kinds import change_order
from benchsuite.recipe import Recipe, RecipeSpec, Setting, canonical
from benchsuite.spaces import Value

if sys.version_info >= (3, 12):
    from typing import NotRequired, TypedDict
else:
    from typing import NotRequired

    from typing_extensions import TypedDict

ENGINE_VERSION = 3
"""Raised whenever the engine starts to give other numbers for the same trial."""

PRECISIONS = ("float32", "bfloat16")
STREAMS = ("initial", "order", "noise")
ON_HOST = ("schedule", "initializer", "preprocessing")
"""Kinds that act on the host: no program knows of them."""
RATE = ("optimizer", "learning_rate")
"""Kind and name of the hyperparameter that every program is given at each step."""

MOST_PROGRAMS = 4096
"""Recipes of which is remembered what decides their programs."""


class TaskSpec(TypedDict):
    """A task as records name it."""

    name: str
    version: int


class FoldSpec(TypedDict):
    """One fold of a cross-validation: its number, from 0, and how many there are."""

    number: int
    of: int


class Spec(TypedDict):
    """All that decides a trial's numbers, as records hold it."""

    task: TaskSpec
    recipe: RecipeSpec
    seed: int
    streams: dict[str, int]
    epochs: int
    batch_size: int
    precision: str
    device: str
    engine: int
    fold: NotRequired[FoldSpec | None]  # records of engine 1 know none
    lanes: NotRequired[int]  # where it is not 1
    changes: NotRequired[dict[str, str]]  # where there are some
    stop: NotRequired[int]  # where a tuner stops it before its budget ends
    knobs: NotRequired[dict[str, Value]]  # those of the task's own that are not as it has them
    inner: NotRequired[FoldSpec]  # where a fold of the rest validates
    refit: NotRequired[bool]  # where it is true


class Division(NamedTuple):
    """Which examples of a task train, validate and test; the task's own split where nothing is said.

    Args:
        fold: See :class:`Trial`.
        inner: Likewise.
        refit: Likewise.
    """

    fold: tuple[int, int] | None = None
    inner: tuple[int, int] | None = None
    refit: bool = False


@dataclass(frozen=True)
class Trial:
    """One training run.

    Args:
        task: Name of the task.
        task_version: Its version.
        recipe: The recipe.
        seed: From 0.
        epochs: The budget.
        batch_size: Examples a step.
        precision: ``float32`` or ``bfloat16``.
        device: ``cpu`` or ``gpu``: the two round differently.
        streams: Seed stream → seed that replaces the trial's own for this stream alone.
        fold: Number of the fold that tests, from 0, and how many folds there are; ``None`` for the task's own split.
        engine: Version of the engine that gives the numbers.
        has_fold: Whether its spec says anything of folds; some of engine 1 do not.
        lanes: How many trials its program trains side by side, this one among them: products of many round differently.
        changes: What its study changed in the task's baseline, by kind or knob. Recipe, budget and batch size hold it
            already; it says which trials are compared with each other, and so is part of the id.
        inner: Number of the fold of training and validation part that validates, from 0, and how many there are: a trial of
            a tuning by cross-validation. ``None`` for the task's own validation part.
        refit: Whether it trains on training and validation part together. What it measures on the validation part is
            measured on examples that it trained on.
        stop: The epoch after which it ends as ``pruned``: up to there it is, bit for bit, the trial that has none.
        knobs: The values of the task's own knobs, sorted by name, of those that are not as the task has them.
    """

    task: str
    task_version: int
    recipe: Recipe
    seed: int
    epochs: int
    batch_size: int
    precision: str = "float32"
    device: str = "cpu"
    streams: tuple[tuple[str, int], ...] = ()
    fold: tuple[int, int] | None = None
    engine: int = ENGINE_VERSION
    has_fold: bool = True
    lanes: int = 1
    changes: tuple[tuple[str, str], ...] = ()
    inner: tuple[int, int] | None = None
    refit: bool = False
    stop: int | None = None
    knobs: tuple[tuple[str, Value], ...] = ()

    @property
    def spec(self) -> Spec:
        """The record's ``spec``: all that decides the numbers."""
        return self._spec(self.recipe.to_json())

    def _spec(self, recipe: RecipeSpec) -> Spec:
        """Return the spec with another recipe in it."""
        spec: Spec = {
            "task": {"name": self.task, "version": self.task_version},
            "recipe": recipe,
            "seed": self.seed,
            "streams": dict(self.streams),
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "precision": self.precision,
            "device": self.device,
            "engine": self.engine,
        }
        if self.has_fold:
            spec["fold"] = {"number": self.fold[0], "of": self.fold[1]} if self.fold else None
        if self.lanes != 1:
            spec["lanes"] = self.lanes
        if self.changes:
            spec["changes"] = dict(self.changes)
        if self.inner:
            spec["inner"] = {"number": self.inner[0], "of": self.inner[1]}
        if self.refit:
            spec["refit"] = True
        if self.stop is not None:
            spec["stop"] = self.stop
        if self.knobs:
            spec["knobs"] = dict(self.knobs)
        return spec

    @cached_property
    def id(self) -> str:
        """32 hexadecimal digits of the SHA-256 of the canonical JSON of the spec."""
        # Many trials share a recipe, so its text is made once. What is replaced stands nowhere else: in texts, JSON
        # puts a backslash before each quotation mark.
        return _digest(canonical(self._spec({})).replace('"recipe":{}', f'"recipe":{self.recipe.text}'))

    @cached_property
    def cell(self) -> str:
        """Hash of what trials that may share a program have in common: seed, fold, budget, stop and numbers are left out.

        A program is fed the numbers among the hyperparameters, those at least that can be fed; the engine knows which.
        """
        bare = replace(self, changes=(), inner=None, refit=False, stop=None)._spec({})
        changing = dict.fromkeys(("seed", "streams", "epochs", "fold"))
        return _digest(canonical({**bare, **changing}).replace('"recipe":{}', f'"recipe":{_program(self.recipe)}'))

    @cached_property
    def numbers(self) -> Mapping[str, float | int]:
        """The numbers among the hyperparameters of what a program is made of: ``optimizer.0.beta_1`` → value."""
        return {
            f"{kind}.{place}.{name}": value
            for kind, settings in self.recipe.settings
            if kind not in ON_HOST
            for place, setting in enumerate(settings)
            for name, value in fed_values(setting).items()
        }

    @classmethod
    def from_spec(cls, spec: Spec, recipe: Recipe | None = None) -> Trial:
        """Read a record's ``spec``.

        Args:
            spec: The spec.
            recipe: Its recipe, where that was read already.
        """
        return cls(
            task=spec["task"]["name"],
            task_version=spec["task"]["version"],
            recipe=recipe or Recipe.from_json(spec["recipe"]),
            seed=spec["seed"],
            epochs=spec["epochs"],
            batch_size=spec["batch_size"],
            precision=spec["precision"],
            device=spec["device"],
            streams=tuple(sorted(spec["streams"].items())),
            fold=(fold["number"], fold["of"]) if (fold := spec.get("fold")) else None,
            engine=spec["engine"],
            has_fold="fold" in spec,
            lanes=spec.get("lanes", 1),
            changes=tuple(sorted(spec.get("changes", {}).items(), key=lambda item: change_order(item[0]))),
            inner=(inner["number"], inner["of"]) if (inner := spec.get("inner")) else None,
            refit=spec.get("refit", False),
            stop=spec.get("stop"),
            knobs=tuple(sorted(spec.get("knobs", {}).items())),
        )

    @property
    def division(self) -> Division:
        """What decides which examples train, validate and test."""
        return Division(self.fold, self.inner, self.refit)

    @property
    def longest(self) -> int:
        """The epoch after which it ends at the latest."""
        return self.epochs if self.stop is None else min(self.stop, self.epochs)

    @property
    def change(self) -> str:
        """What is changed in the task's baseline, in words; empty for the baseline as it is.

        That is what its study changed, and what a search chose of the task's own knobs: another network is another baseline.
        """
        named = dict(self.changes)
        searched = ((name, value) for name, value in self.knobs if name not in named)
        return ", ".join(f"{name}={value}" for name, value in (*self.changes, *searched))

    def with_seed(self, seed: int) -> Trial:
        """Return the same trial with another seed."""
        return replace(self, seed=seed)


def identity(spec: Mapping[str, object]) -> str:
    """Return the 32 hexadecimal digits that stand for a spec."""
    return _digest(canonical(spec))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _program(recipe: Recipe) -> str:
    """Return the JSON text of what decides a program in a recipe; of many trials with one recipe it is made once."""
    known = _programs.get(recipe.text)
    if known is None:
        known = canonical(
            {
                kind: [{**setting.to_json(), "hyperparameters": _without_numbers(setting)} for setting in settings]
                for kind, settings in recipe.settings
                if kind not in ON_HOST
            }
        )
        if len(_programs) >= MOST_PROGRAMS:
            _programs.clear()
        _programs[recipe.text] = known
    return known


def fed_values(setting: Setting) -> dict[str, float | int]:
    """Return those hyperparameters of a setting that are numbers: a program may be fed them, as it always is learning rates."""
    return {
        name: value
        for name, value in setting.values
        if isinstance(value, int | float) and not isinstance(value, bool) and (setting.kind, name) != RATE
    }


def _without_numbers(setting: Setting) -> dict[str, object]:
    fed: dict[str, object] = {name: [] for name in fed_values(setting)}  # no value is a list
    return {name: value for name, value in {**setting.hyperparameters, **fed}.items() if (setting.kind, name) != RATE}


_programs: dict[str, str] = {}
