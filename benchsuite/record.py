"""A record: what came of one trial, field by field. Everybody uses this one type, from the worker to the report.

The JSON of a record is :meth:`Record.to_json`; docs/reference/record-format.md describes it for readers in other
languages. Files are read by :func:`benchsuite.record_json.record_from_json`.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, TypeAdapter

from benchsuite.curves import Curves, Number
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, RecipeSpec
from benchsuite.shared import Shared
from benchsuite.spaces import Value
from benchsuite.text import LONGEST_REASON, LONGEST_TRACEBACK, shortened
from benchsuite.trial import Trial

if sys.version_info >= (3, 12):
    from typing import NotRequired, TypedDict
else:
    from typing import NotRequired

    from typing_extensions import TypedDict

FORMAT = 2

MOST = 2**63 - 1
"""Larger whole numbers fit into no table."""
MOST_SECONDS = 1e10
"""Three hundred years."""

Whole = Annotated[int, Field(strict=True, ge=-MOST, le=MOST)]
Count = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Positive = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=MOST_SECONDS)]
Milliseconds = Annotated[float, Field(strict=True, ge=0, le=1000 * MOST_SECONDS)]
Share = Annotated[float, Field(strict=True, ge=0, le=MOST_SECONDS)]
Truth = Annotated[bool, Field(strict=True)]
Target = Annotated[float, Field(strict=True)] | Whole
Name = Annotated[str, Field(strict=True, pattern=r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$")]
"""A text without control characters: what names something stands in tables, headings and file names."""


def _values(data: Any) -> dict[str, Number]:
    if not isinstance(data, dict) or not all(map(_is_number, data.values())):
        raise ValueError("must be an object of numbers and null")
    return data


def _is_number(value: Any) -> bool:
    return (
        value is None or (type(value) is int and abs(value) <= MOST) or (type(value) is float and math.isfinite(value))
    )


def _in_tables(value: Value) -> Value:
    if type(value) is int and abs(value) > MOST:
        raise ValueError(f"must lie between -{MOST} and {MOST}")
    return value


Values = Annotated[dict[str, Number], PlainValidator(_values)]
"""One evaluated epoch: ``epoch``, ``step``, and every measure of every part, such as ``test_accuracy``."""
Texts = Annotated[dict[Name, Name], PlainValidator(Shared(lambda data: _texts.validate_python(data)))]
"""Equal ones are one object: nobody changes them."""

_shared_recipe: Shared[Recipe] = Shared(lambda data: Recipe.from_json(_recipes.validate_python(data, strict=True)))

EXACT = ConfigDict(extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _part(cls: type[T]) -> type[T]:
    """Make a frozen dataclass that is checked to the letter when it is read."""
    cls.__pydantic_config__ = EXACT  # type: ignore[attr-defined]
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    # What dataclasses do with slots takes five times as long, nearly as long as to read a record's file.
    made.__reduce__ = lambda part: (_unpickled, (type(part), tuple(_shallow(part).values())))  # type: ignore[assignment, method-assign]
    return made


def _unpickled(cls: type[T], values: tuple[Any, ...]) -> T:
    """Return a part of a record that another process of this benchsuite has checked."""
    part = object.__new__(cls)
    for one, value in zip(fields(cls), values, strict=True):  # type: ignore[arg-type]
        getattr(cls, one.name).__set__(part, value)
    return part


@_part
class Failure:
    """Where and how a trial failed.

    Args:
        step: Steps done; ``None`` if the worker process died or was ended.
        traceback: The traceback, or the end of what a worker that died had printed.
    """

    step: Count | None
    traceback: str


@_part
class Reached:
    """The first evaluated epoch whose validation measure reached a target."""

    epoch: Count
    step: Count


@_part
class Results:
    """What training gave.

    Args:
        final: The last evaluated epoch; where a regularization put the best weights back, the epoch they are from.
        best: The epoch with the best *validation* primary measure.
        targets: Target, written as a number → when it was reached; ``None``: never within the budget (censored).
        steps_per_epoch: Steps of one epoch; ``None`` if the trial ended before it was known.
        failure: Only if the trial failed.
    """

    final: Values | None = None
    best: Values | None = None
    targets: dict[str, Reached | None] = field(default_factory=dict)
    steps_per_epoch: Count | None = None
    failure: Failure | None = None


LATER = ("functions_compiled", "functions_loaded", "lanes")
"""Costs that records of format 2 know since engine 3: left out where there is nothing to say, as in the files before."""


@_part
class Costs:
    """What a trial cost; never compared bit for bit. ``None`` where it ended before that was known.

    Args:
        wall_seconds: The whole trial.
        compile_seconds: Building, tracing and compiling; next to none when the program was reused.
        initialize_seconds: Starting values, pre-training by an initializer included.
        train_seconds: Training alone.
        evaluate_seconds: Evaluation alone.
        train_seconds_at: Training seconds done at each evaluated epoch.
        step_milliseconds: Training seconds divided by the steps, in those epochs in which the trial had its core to itself:
            of all epochs, where these hold less than a fifth of the steps.
        cpu_share: Processor time divided by wall time in the same epochs; below 0.9 the core was shared and no timing counts.
        program_reused: Whether the program had served another trial.
        functions_compiled: Functions that XLA compiled for it; none of those that it had compiled for another program.
        functions_loaded: Functions that it needed not compile, since their code was kept on the disk.
        parameters: Trained numbers.
        state_bytes: The optimizer's state, without scalars.
        peak_memory_bytes: Largest resident size of the worker process so far.
        lanes: How many trials its program trained side by side: its times are shares, and none of a step. ``None`` where
            it trained alone.
    """

    wall_seconds: Seconds
    compile_seconds: Seconds | None = None
    initialize_seconds: Seconds | None = None
    train_seconds: Seconds | None = None
    evaluate_seconds: Seconds | None = None
    train_seconds_at: tuple[Seconds, ...] = ()
    step_milliseconds: Milliseconds | None = None
    cpu_share: Share | None = None
    program_reused: Truth | None = None
    functions_compiled: Count | None = None
    functions_loaded: Count | None = None
    parameters: Count | None = None
    state_bytes: Count | None = None
    peak_memory_bytes: Count | None = None
    lanes: Count | None = None


@_part
class Environment:
    """Where a trial ran; never compared bit for bit. If the worker process died: ``worker`` and ``device`` alone.

    Args:
        device: Name of the device; as ``--device`` named it if the worker died.
        worker: Number of the worker.
        xla: Whether XLA compiled the program; ``None`` if none was built.
        finished_at: UTC, ISO 8601.
        numerics: Fingerprint of what the last bits depend on and nobody can set: versions, processor features. Only
            records with the same one agree bit for bit.
        processor_features: Those that choose the code that runs.
        versions: Python and the packages that compute → version.
        machine: System and architecture.
        processor: Its model.
        cores: Their number.
    """

    device: Name
    worker: Count | None = None
    xla: Truth | None = None
    finished_at: Name = ""
    numerics: Name = ""
    processor_features: Name = ""
    versions: Texts = field(default_factory=dict)
    machine: Name = ""
    processor: Name = ""
    cores: Count | None = None


@_part
class TaskFacts:
    """What the task says of itself, so that a record can be read without it.

    Args:
        primary: The measure that tables show.
        direction: ``max`` or ``min``.
        targets: Values of the primary measure.
        metrics: All that is measured, ``loss`` first.
        baseline: The task's baseline recipe.
        compares: Kinds for which it is informative.
        summary: One line.
        license: Of its data.
        citation: Of its data.
    """

    primary: Name
    direction: Annotated[str, Field(pattern="^(max|min)$")]
    targets: list[Target]
    metrics: list[Name]
    baseline: Annotated[Recipe, PlainValidator(_shared_recipe)]
    compares: list[Name]
    summary: str
    license: str
    citation: str


@_part
class MadeBy:
    """The code that made a record.

    Args:
        benchsuite: Its version.
        commit: Of the source checkout that it ran from, with ``+`` behind if files were changed; empty for an installation.
        plugins: Distribution → version, of each that a component of the recipe or the task comes from, benchsuite left out.
    """

    benchsuite: Name
    commit: Name = ""
    plugins: Texts = field(default_factory=dict)


@_part
class Ending:
    """How the run of a trial ended: the part of a record that is known where it ran.

    Args:
        outcome: One of the closed list.
        reason: What happened, in one line; empty when completed.
        curves: Up to the failure if there was one; empty if training never began.
        results: What training gave.
        costs: What it cost.
        environment: Where it ran.
        fingerprints: ``kind:name`` of the task and of each component → hash of its source code; ``data`` → of the data.
    """

    outcome: Outcome
    reason: str = ""
    curves: Annotated[Curves, PlainValidator(Curves.from_json)] = field(default_factory=Curves)
    results: Results = field(default_factory=Results)
    costs: Costs
    environment: Environment
    fingerprints: Texts = field(default_factory=dict)

    def numbers(self) -> dict[str, Any]:
        """Return what must agree bit for bit between two runs of a trial with the same numerics."""
        return {
            "outcome": self.outcome.value,
            "curves": self.curves.to_json(),
            "results": _without_traceback(self.results),
        }


@_part
class Record(Ending):
    """One trial and what came of it.

    Args:
        id: 32 hexadecimal digits: the trial's.
        trial: The trial; ``spec`` in JSON.
        task: What the task says of itself.
        made_by: The code that made it.
    """

    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    trial: Annotated[Trial, PlainValidator(lambda data: _trial(data)), Field(alias="spec")]
    task: Annotated[TaskFacts, PlainValidator(Shared(lambda data: _facts.validate_python(data)))]
    made_by: MadeBy

    @classmethod
    def of(cls, trial: Trial, ending: Ending, task: TaskFacts, made_by: MadeBy, fingerprints: dict[str, str]) -> Record:
        """Put a record together whose parts agree, whatever a plugin made of the ending.

        Texts that no encoding can hold are escaped, and none is longer than a record's may be; an empty reason says what
        the outcome means; a trial that did not complete has no final value, and one that failed has a failure.


        Args:
            trial: The trial.
            ending: How it ended.
            task: What its task says of itself.
            made_by: The code that made it.
            fingerprints: Of that code, in place of the ending's.
        """
        reason = shortened(printable(ending.reason), LONGEST_REASON)
        if not reason.strip() and ending.outcome is not Outcome.COMPLETED:  # a plugin raised an error without a word
            reason = ending.outcome.meaning
        known = {**_shallow(ending), "fingerprints": fingerprints, "reason": reason}
        if ending.outcome is not Outcome.COMPLETED:
            failure = ending.results.failure or Failure(step=None, traceback="")
            failure = replace(failure, traceback=shortened(printable(failure.traceback), LONGEST_TRACEBACK))
            known["results"] = Results(
                steps_per_epoch=ending.results.steps_per_epoch, failure=failure if ending.outcome.failed else None
            )
        return cls(id=trial.id, trial=trial, task=task, made_by=made_by, **known)

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is stored, in the current format."""
        return {
            "format": FORMAT,
            "id": self.id,
            "spec": self.trial.spec,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "curves": self.curves.to_json(),
            "results": _plain_results(self.results),
            "costs": {
                name: value for name, value in _shallow(self.costs).items() if value is not None or name not in LATER
            },
            "environment": {**_shallow(self.environment), "versions": dict(self.environment.versions)},
            "fingerprints": self.fingerprints,
            "task": {**_shallow(self.task), "baseline": self.task.baseline.to_json()},
            "made_by": {**_shallow(self.made_by), "plugins": dict(self.made_by.plugins)},
        }


def printable(value: Any) -> Any:
    """Return a JSON value whose texts every encoding of Unicode can hold: an error may quote bytes that are no text."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {printable(key): printable(inner) for key, inner in value.items()}
    return [printable(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain_results(results: Results) -> dict[str, Any]:
    """Return results as JSON has them; by hand, since ``asdict`` takes as long as all else of a record's JSON."""
    return {
        "final": None if results.final is None else dict(results.final),
        "best": None if results.best is None else dict(results.best),
        "targets": {target: reached and _shallow(reached) for target, reached in results.targets.items()},
        "steps_per_epoch": results.steps_per_epoch,
        "failure": results.failure and _shallow(results.failure),
    }


def _without_traceback(results: Results) -> dict[str, Any]:
    plain = _plain_results(results)
    if plain["failure"]:
        plain["failure"].pop("traceback")
    return plain


def _shallow(part: Any) -> dict[str, Any]:
    kind = type(part)
    if kind not in _names:
        _names[kind] = tuple(one.name for one in fields(kind))
    return {name: getattr(part, name) for name in _names[kind]}


class _Setting(TypedDict):
    name: Name
    version: Whole
    hyperparameters: dict[Name, Annotated[Value, AfterValidator(_in_tables)]]


class _Task(TypedDict):
    name: Name
    version: Whole


class _Fold(TypedDict):
    number: Count
    of: Positive


class _Spec(TypedDict):
    """:class:`benchsuite.trial.Spec` as it is checked; where that stands, nothing shall load pydantic."""

    task: _Task
    recipe: Annotated[Recipe, PlainValidator(_shared_recipe)]
    seed: Count
    streams: dict[Name, Count]
    epochs: Positive
    batch_size: Positive
    precision: Name
    device: Name
    engine: Count
    fold: NotRequired[_Fold | None]
    lanes: NotRequired[Count]
    changes: NotRequired[Annotated[dict[Name, Name], Field(min_length=1)]]
    inner: NotRequired[_Fold]
    refit: NotRequired[Literal[True]]
    stop: NotRequired[Positive]
    knobs: NotRequired[Annotated[dict[Name, Value], Field(min_length=1)]]


def _trial(data: Any) -> Trial:
    spec: Any = _specs.validate_python(data, strict=True)  # whose recipe has been read
    return Trial.from_spec(spec, spec["recipe"])


for _typed in (_Setting, _Task, _Fold, _Spec):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_names: dict[type, tuple[str, ...]] = {}
_texts: TypeAdapter[dict[str, str]] = TypeAdapter(dict[Name, Name])
_specs: TypeAdapter[_Spec] = TypeAdapter(_Spec)
_recipes: TypeAdapter[RecipeSpec] = TypeAdapter(dict[Name, list[_Setting]])
_facts: TypeAdapter[TaskFacts] = TypeAdapter(TaskFacts)
