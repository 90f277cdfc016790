"""Search spaces: which hyperparameters and knobs a search chooses, by name, and how its choice becomes a trial."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real

from benchsuite.components import Dimension, Task
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import COMBINED, RECIPE_KINDS
from benchsuite.recipe import Recipe, Setting
from benchsuite.selection import Components
from benchsuite.spaces import Choice, Space, Value
from benchsuite.trial import Trial
from benchsuite.unit_scale import is_searched

BATCHES = (0.25, 0.5, 1, 2, 4)
"""Batch sizes that a search may take, as multiples of the task's own."""


@dataclass(frozen=True)
class SearchSpace:
    """What a search chooses.

    Args:
        dimensions: ``optimizer.0.learning_rate`` (kind, place among the kind's settings, hyperparameter), the name of a kind
            (which component), or a knob (``batch_size``, and what the task declares, such as ``width``); each with its
            values, in the order: settings by place and name, then knobs.
    """

    dimensions: tuple[Dimension, ...]

    @classmethod
    def of(
        cls,
        settings: Sequence[Setting],
        components: Components,
        task: Task | None = None,
        knobs: Sequence[str] = (),
        fixed: Collection[str] = (),
    ) -> SearchSpace:
        """Return the space of a selection: every hyperparameter that has more than one value.

        Args:
            settings: The selection's settings, one or several joined.
            components: Where their spaces are looked up.
            task: Of which knobs are searched.
            knobs: Which: what the task declares, ``batch_size``, or a kind that the task compares.
            fixed: Names of dimensions that stay as the settings have them.

        Raises:
            BenchsuiteError: If the task has no such knob.
        """
        found = [
            Dimension(name, space)
            for place, setting in enumerate(settings)
            for key, space in sorted(components.component(setting.kind, setting.name).space.items())
            if (name := f"{setting.kind}.{place}.{key}") not in fixed and is_searched(space)
        ]
        known = knob_spaces(task, components) if task is not None and knobs else {}
        for knob in dict.fromkeys(knobs):
            if knob not in known:
                raise unknown(f"knob of {task.title if task else 'no task'} in --search:", knob, known)
            found.append(Dimension(knob, known[knob]))
        return cls(tuple(found))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the dimensions."""
        return tuple(one.name for one in self.dimensions)

    def values(self, point: Sequence[float]) -> dict[str, Value]:
        """Return name → value at a point of the unit cube.

        Raises:
            BenchsuiteError: If it is no such point.
        """
        given: Sequence[object] = point  # a tuner may propose anything
        if len(given) != len(self.dimensions) or not all(
            isinstance(one, Real) and 0 <= float(one) <= 1 for one in given
        ):
            raise BenchsuiteError(
                f"a proposal must have {len(self.dimensions)} places from 0 to 1, one for each of "
                f"{', '.join(self.names)}. Received: {tuple(point)!r}."
            )
        return {one.name: one.value(place) for one, place in zip(self.dimensions, point, strict=True)}

    def point(self, values: Mapping[str, Value]) -> tuple[float, ...]:
        """Return the point of values, or the one nearest to them."""
        return tuple(one.place(values[one.name]) for one in self.dimensions)

    def widened(self, ranges: Mapping[str, tuple[float, float]]) -> SearchSpace:
        """Return the space with other ends for some of its continuous dimensions.

        Args:
            ranges: Name → low and high.
        """
        return SearchSpace(
            tuple(
                Dimension(one.name, _between(one.space, *ranges[one.name])) if one.name in ranges else one
                for one in self.dimensions
            )
        )

    def current(self, trial: Trial, task: Task) -> dict[str, Value]:
        """Return name → the value that a trial has now: what :meth:`applied` would leave as it is."""
        knobs = {**{key: space.default for key, space in task.architecture.items()}, **dict(trial.knobs)}
        found: dict[str, Value] = {}
        for name in self.names:
            kind, place, key = _parts(name)
            if key:
                found[name] = trial.recipe[kind][place].hyperparameters[key]
            elif kind in RECIPE_KINDS:
                found[name] = trial.recipe.one(kind).name
            else:
                found[name] = trial.batch_size if kind == "batch_size" else knobs[kind]
        return found

    def applied(self, trial: Trial, values: Mapping[str, Value], components: Components, task: Task) -> Trial:
        """Return a trial with other values; nothing else of it changes.

        Args:
            trial: The trial.
            values: Name → value, for all dimensions or some. One that lies outside of its component's own range, in a
                range that was widened, is taken as it is.
            components: Where components are looked up.
            task: The trial's task.
        """
        recipe, knobs, batch = trial.recipe, dict(trial.knobs), trial.batch_size
        for name, value in values.items():
            kind, place, key = _parts(name)
            if key:
                recipe = recipe.replaced(kind, _changed(recipe, kind, place, key, value))
            elif kind in RECIPE_KINDS:
                recipe = recipe.replaced(kind, (Setting.of(components.component(kind, str(value))),))
            elif kind == "batch_size":
                assert isinstance(value, int)
                batch = value
            else:
                knobs[kind] = value
        return replace(trial, recipe=recipe, batch_size=batch, knobs=task.unusual(knobs))


def knob_spaces(task: Task, components: Components) -> dict[str, Space]:
    """Return what a search may choose of a task beside a selection: its own knobs, the batch size, and kinds that it compares.

    Args:
        task: The task.
        components: Where the components of a kind are looked up.
    """
    found: dict[str, Space] = dict(task.architecture)
    if "batch_size" in task.knobs:
        sizes = sorted({max(1, round(share * task.batch_size)) for share in BATCHES})
        found["batch_size"] = Choice(sizes, default=task.batch_size)
    for kind in (kind for kind in RECIPE_KINDS if kind in task.compares and kind not in COMBINED):
        names = [name for name in components.names(kind) if not components.component(kind, name).required]
        if len(names) > 1:
            found[kind] = Choice(names)
    return found


def _parts(name: str) -> tuple[str, int, str]:
    """Return kind, place and hyperparameter of a dimension's name; no hyperparameter for a kind or a knob."""
    kind, *rest = name.split(".")
    return (kind, int(rest[0]), rest[1]) if rest else (kind, 0, "")


def _changed(recipe: Recipe, kind: str, place: int, key: str, value: Value) -> tuple[Setting, ...]:
    settings = list(recipe[kind])
    one = settings[place]
    settings[place] = replace(one, values=tuple((name, value if name == key else old) for name, old in one.values))
    return tuple(settings)


def _between(space: Space, low: float, high: float) -> Space:
    return replace(space, low=low, high=high)  # type: ignore[type-var]  # of a dataclass with ends
