"""Kind ``task``: data, model, loss and measures that methods are compared on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from benchsuite.components.arrays import SPLITS, InOrder, Split
from benchsuite.components.axis import EXAMPLES, Axis
from benchsuite.components.base import check_name
from benchsuite.components.fields import (
    LARGEST_COUNT,
    MOST_HYPERPARAMETERS,
    MOST_LISTED,
    check_texts,
    is_finite,
    listed,
    mapping,
    shown,
)
from benchsuite.components.metric import STANDARD_METRICS, Metric
from benchsuite.components.surface import Surface
from benchsuite.components.variation import Draw, Variation
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import KNOBS, RECIPE_KINDS
from benchsuite.spaces import Choice, Integer, LogUniform, Space, Uniform, Value

TIERS = ("quick", "full", "standard", "large")
MOST_LANES = 4_096
"""Trials that one program may train side by side."""
ARCHITECTURE_SPACES = (Uniform, LogUniform, Integer, Choice)
"""Of the knobs that a task declares."""


@dataclass(frozen=True)
class Cost:
    """What one trial costs on one core of an ordinary machine: for predictions only, never for results.

    Args:
        compile: Seconds to trace and compile its program once.
        epoch: Seconds of training and evaluation for each epoch.
    """

    compile: float = 2.0
    epoch: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task: everything that a trial needs beside its recipe, seed and budget.

    Args:
        name: Unique; lower-case letters, digits, underscores.
        data: ``() -> Arrays``. Called once per worker; heavy imports belong inside.
        split: How the examples become training, validation and test part.
        model: ``(blocks, inputs) -> output tensor``. Everything that a recipe can choose comes from ``blocks``.
        loss: Name of a loss, as the baseline; or ``(model, batch, training) -> losses [batch]`` where one output
            against one target does not describe it. ``batch`` is ``(x, y)``.
        metrics: Names of standard metrics, or :class:`Metric` objects.
        primary: The metric (or ``"loss"``) that leaderboards show.
        direction: ``"max"`` or ``"min"``; taken from the primary metric unless given.
        targets: Values of the primary metric on the validation part, easy ones first; steps to reach them are reported.
        batch_size: Examples a step.
        epochs: Default budget.
        knobs: Which of ``batch_size`` and ``epochs`` a study may change with ``--with``; a task that trains on all examples
            in each step has no other batch size.
        architecture: Knobs of the task's own, such as ``{"width": bs.Integer(8, 256, default=64)}``, that a study may change with
            ``--with`` and a search may choose. The model reads them with ``blocks.knob("width")``; with every default it is
            the task's own network.
        steps_per_epoch: Steps between two evaluations; one pass over the training part unless given.
        baseline: Kind → selection (``"adam"``, ``"adam[learning_rate=0.01]"``). Kinds it does not name use that
            kind's default component.
        compares: Kinds for which the task is informative; ``run --all`` pairs by it.
        tier: ``quick``, ``full``, ``standard`` or ``large``.
        standardize_targets: Whether targets are shifted and scaled to mean 0 and variance 1 of the training part.
        xla: Whether programs are compiled by XLA on the CPU too. ``False`` where the cost lies in convolutions, which
            are slow there, or where recurrent layers take long to compile: such programs run as a graph.
        lanes: Device class (``"cpu"``, ``"gpu"``) → how many trials one program trains side by side there; 1 where it names none.
            Part of what decides the numbers: products of many round differently.
        examples: How many of the training part are kept, its first ones; all of them unless given. Validation and test part
            stay.
        variation: What the harness changes in a variant of it (``TASK~3``); a task without one has no variants.
        instance: ``(draw) -> {"data": …, "loss": …}``: what an instance other than the published one has instead. It follows
            from the draw alone, and reads no data.
        axes: Name → values along which the task can be scaled: ``batch_size``, knobs of its ``architecture``, ``examples``, and
            names that its ``instance`` acts on.
        surface: What ``benchsuite trace`` draws, if the loss is a function of two trained numbers alone.
        cost: For predictions of run time.
        summary: One line.
        source: Where the data come from: package and file, loader, or recipe.
        download: Fetches the data into their cache; only ``benchsuite data fetch TASK`` calls it. ``data()`` itself never
            downloads.
        license: Of the data.
        citation: Of the data or the problem.
        version: Raise it when the same recipe starts to give other numbers.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    kind: ClassVar[str] = "task"

    name: str
    data: Callable[[], Any]
    split: Split
    model: Callable[[Any, Any], Any]
    loss: str | Callable[[Any, Any, bool], Any]
    metrics: Sequence[str | Metric] = ()
    primary: str
    direction: str = ""
    targets: Sequence[float] = ()
    batch_size: int
    epochs: int
    knobs: Sequence[str] = KNOBS
    architecture: Mapping[str, Space] = field(default_factory=dict)
    steps_per_epoch: int | None = None
    baseline: Mapping[str, str] = field(default_factory=dict)
    compares: Sequence[str] = ()
    tier: str = "full"
    standardize_targets: bool = False
    xla: bool = True
    lanes: Mapping[str, int] = field(default_factory=dict)
    examples: int | None = None
    variation: Variation | None = None
    instance: Callable[[Draw], Mapping[str, Any]] | None = None
    axes: Mapping[str, Axis] = field(default_factory=dict)
    surface: Surface | None = None
    cost: Cost = Cost()
    summary: str = ""
    source: str = ""
    download: Callable[[], Any] | None = None
    license: str = ""
    citation: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        check_name("task", self.name)
        check_texts(self)
        for what in ("data", "model"):
            if not callable(getattr(self, what)):
                raise BenchsuiteError(
                    f"{what} of {self.title} must be a function. Received: {shown(getattr(self, what))}."
                )
        if not (self.download is None or callable(self.download)):
            raise BenchsuiteError(
                f"download of {self.title} must be a function, or None if there is nothing to fetch. Received: {shown(self.download)}."
            )
        split: Any = self.split
        if not isinstance(split, SPLITS):
            names = ", ".join(f"{split.__name__}(…)" for split in SPLITS)
            raise BenchsuiteError(f"split of {self.title} must be one of {names}. Received: {shown(self.split)}.")
        if not (isinstance(self.loss, str) or callable(self.loss)):
            raise BenchsuiteError(
                f"loss of {self.title} must be the name of a loss or a function. Received: {shown(self.loss)}."
            )
        if self.tier not in TIERS:
            raise BenchsuiteError(
                f"tier of {self.title} must be one of {', '.join(TIERS)}. Received: {shown(self.tier)}."
            )
        if not (self.surface is None or isinstance(self.surface, Surface)):
            raise BenchsuiteError(
                f"surface of {self.title} must be bs.Surface(…), or None if there is nothing to draw. Received: {shown(self.surface)}."
            )
        for what in ("batch_size", "epochs", "version", "steps_per_epoch", "examples"):
            value = getattr(self, what)
            if what in ("steps_per_epoch", "examples") and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_COUNT:
                raise BenchsuiteError(
                    f"{what} of {self.title} must be a whole number from 1. Received: {shown(value)}."
                )
        cost: Any = self.cost
        if not isinstance(cost, Cost) or not all(is_finite(part) and part >= 0 for part in (cost.compile, cost.epoch)):
            raise BenchsuiteError(
                f"cost of {self.title} must be bs.Cost of two numbers of seconds from 0. Received: {shown(cost)}."
            )
        baseline = mapping(f"baseline of {self.title}", self.baseline, MOST_LISTED)
        if not all(isinstance(selection, str) for selection in baseline.values()):
            raise BenchsuiteError(
                f"baseline of {self.title} must be a dictionary of kinds and selections. Received: {shown(baseline)}."
            )
        object.__setattr__(self, "baseline", baseline)
        lanes = mapping(f"lanes of {self.title}", self.lanes, MOST_LISTED)
        for device, value in lanes.items():
            if device not in ("cpu", "gpu") or not (type(value) is int and 1 <= value <= MOST_LANES):
                raise BenchsuiteError(
                    f"lanes of {self.title} must be a dictionary of 'cpu' or 'gpu' and a whole number from 1 to {MOST_LANES:,}. "
                    f"Received: {shown(lanes)}."
                )
        object.__setattr__(self, "lanes", lanes)
        if not all(isinstance(kind, str) for kind in listed(f"compares of {self.title}", self.compares, "kinds")):
            raise BenchsuiteError(
                f"compares of {self.title} must be a list of kinds. Received: {shown(self.compares)}."
            )
        knobs = tuple(listed(f"knobs of {self.title}", self.knobs, f"{' and '.join(KNOBS)}, or of one of them"))
        for knob in knobs:
            if knob not in KNOBS:
                raise unknown(f"knob of {self.title}:", str(knob), KNOBS)
        object.__setattr__(self, "knobs", knobs)
        architecture = mapping(f"architecture of {self.title}", self.architecture, MOST_HYPERPARAMETERS)
        for knob, space in architecture.items():
            check_name("knob", knob)
            if knob in (*KNOBS, *RECIPE_KINDS):
                raise BenchsuiteError(
                    f"a knob of {self.title} is named {knob!r}, as one that every task has. Choose another name."
                )
            if type(space) not in ARCHITECTURE_SPACES:
                raise BenchsuiteError(
                    f"the space of knob {knob!r} in {self.title} must be Uniform, LogUniform, Integer or Choice. Received: {shown(space)}."
                )
        object.__setattr__(self, "architecture", dict(sorted(architecture.items())))
        self._check_instances()
        self._settle_measures()

    def _check_instances(self) -> None:
        """Refuse a variation that changes nothing or cannot be applied, and axes along which nothing can change."""
        if not (self.instance is None or callable(self.instance)):
            raise BenchsuiteError(
                f"instance of {self.title} must be a function of a bs.Draw, or None. Received: {shown(self.instance)}."
            )
        variation: Any = self.variation
        if not (variation is None or isinstance(variation, Variation)):
            raise BenchsuiteError(
                f"variation of {self.title} must be bs.Variation(…), or None if it has no variants. Received: {shown(variation)}."
            )
        if variation is not None:
            if variation.split and isinstance(self.split, InOrder):
                raise BenchsuiteError(
                    f"{self.title} is split by position, which no seed changes. Received: {shown(variation)}. "
                    "Write bs.Variation(split=False, …)."
                )
            if not variation.anything and self.instance is None:
                raise BenchsuiteError(
                    f"the variation of {self.title} changes nothing, and it has no instance function. Received: {shown(variation)}."
                )
            if variation.width is not None and not _is_width(self.architecture.get("width")):
                raise BenchsuiteError(
                    f"the variation of {self.title} changes its width, which is no knob of it, or not of numbers above 0. "
                    f"Received: architecture={shown(dict(self.architecture))}. "
                    'Example: architecture={"width": bs.Integer(8, 256, default=64)}.'
                )
            if variation.batch_size is not None and "batch_size" not in self.knobs:
                raise BenchsuiteError(
                    f"the variation of {self.title} changes its batch size, which is no knob of it. Received: knobs={list(self.knobs)!r}."
                )
        axes = mapping(f"axes of {self.title}", self.axes, MOST_LISTED)
        for name, axis in axes.items():
            check_name("axis", name)
            if not isinstance(axis, Axis):
                raise BenchsuiteError(
                    f"axis {name!r} of {self.title} must be bs.Axis(values, default=…). Received: {shown(axis)}."
                )
            knobs = (*self.architecture, *self.knobs)
            if name in knobs:
                for value in axis.values if name in self.architecture else ():
                    self.architecture[name].checked(value, f"each value of axis {name!r} of {self.title}")
            elif name != EXAMPLES and self.instance is None:
                raise BenchsuiteError(
                    f"axis {name!r} of {self.title} is no knob of it, and it has no instance function that acts on it. "
                    f"Knobs: {', '.join(knobs) or 'none'}; {EXAMPLES} needs no function."
                )
        object.__setattr__(self, "axes", dict(sorted(axes.items())))

    def _settle_measures(self) -> None:
        metrics = []
        for metric in listed(f"metrics of {self.title}", self.metrics, "names or bs.Metric objects"):
            if isinstance(metric, str):
                if metric not in STANDARD_METRICS:
                    raise unknown(f"metric of {self.title}:", metric, STANDARD_METRICS, then="Or give a bs.Metric.")
                metric = STANDARD_METRICS[metric]
            elif not isinstance(metric, Metric):
                raise BenchsuiteError(
                    f"metrics of {self.title} must be names or bs.Metric objects. Received: {shown(metric)}."
                )
            if callable(self.loss) and metric.needs:
                raise BenchsuiteError(
                    f"metric {metric.name!r} of {self.title} compares targets with outputs, and a task with a loss of its own "
                    "has no such pair. Give a bs.Metric with per_example=function(model, batch)."
                )
            metrics.append(metric)
        object.__setattr__(self, "metrics", tuple(metrics))
        directions = {"loss": "min", **{metric.name: metric.direction for metric in metrics}}
        if self.primary not in directions:
            raise unknown(f"primary metric of {self.title}:", self.primary, directions)
        object.__setattr__(self, "direction", self.direction or directions[self.primary])
        if self.direction not in ("max", "min"):
            raise BenchsuiteError(
                f"direction of {self.title} must be 'max' or 'min'. Received: {shown(self.direction)}."
            )
        if not all(map(is_finite, listed(f"targets of {self.title}", self.targets, "numbers"))):
            raise BenchsuiteError(
                f"targets of {self.title} must be finite numbers, from easy to hard. Received: {shown(self.targets)}."
            )
        bounds = {metric.name: metric.bound for metric in metrics if metric.direction == self.direction}
        best = bounds.get(self.primary)
        beyond = (
            []
            if best is None
            else [one for one in self.targets if (one > best if self.direction == "max" else one < best)]
        )
        if beyond:
            raise BenchsuiteError(
                f"no value of {self.primary} can reach the target {beyond[0]!r} of {self.title}: its best is {best:g}. "
                f"Received: {list(self.targets)!r}."
            )
        in_order = sorted(self.targets, reverse=self.direction == "min")
        if list(self.targets) != in_order or len(set(in_order)) != len(in_order):
            raise BenchsuiteError(
                f"targets of {self.title} must go from easy to hard. Received: {list(self.targets)!r}."
            )

    def unusual(self, knobs: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
        """Return those of its own knobs that are not as the task has them, each in the type of its space, sorted.

        Args:
            knobs: Name → value.

        Raises:
            BenchsuiteError: If it has no such knob, or the value lies outside.
        """
        found = {}
        for name, value in knobs.items():
            if name not in self.architecture:
                raise unknown(f"knob of {self.title}:", name, self.architecture)
            space = self.architecture[name]
            checked = space.checked(value, f"{name} of {self.title}")
            if checked != space.default or isinstance(checked, bool) != isinstance(space.default, bool):
                found[name] = checked
        return tuple(sorted(found.items()))

    def lanes_on(self, device: str) -> int:
        """Return how many trials train side by side on a device class."""
        return self.lanes.get(device, 1)

    @property
    def title(self) -> str:
        """Kind and name, for messages."""
        return f"task {self.name!r}"

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured on each part: the loss and every metric."""
        return ("loss", *(metric.name for metric in self.metrics if isinstance(metric, Metric)))


def _is_width(space: Any) -> bool:
    """Say whether a space is one of numbers above 0, which a factor can change."""
    if isinstance(space, Choice):
        return all(is_finite(option) and option > 0 for option in space.options)  # type: ignore[operator]  # is_finite narrows
    return isinstance(space, Uniform | LogUniform | Integer) and space.low > 0 and not getattr(space, "zero", False)
