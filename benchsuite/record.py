"""A record: what came of one trial, field by field. Everybody uses this one type, from the worker to the report.

The JSON of a record is :meth:`Record.to_json`; docs/reference/record-format.md describes it for readers in other
languages. Format 1 is converted when it is read (:func:`record_from_json`); nothing is rewritten on disk.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform

import numpy as np
from pydantic import ConfigDict, Field, PlainValidator, TypeAdapter, ValidationError
from pydantic_core import from_json

from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, RecipeSpec
from benchsuite.trial import Spec, Trial, identity

FORMAT = 2

Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(strict=True, ge=0)]
Truth = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True)] | Whole | None
"""A measured number; ``None`` if it is not finite."""
Values = dict[str, Number]
"""One evaluated epoch: ``epoch``, ``step``, and every measure of every part, such as ``test_accuracy``."""

EXACT = ConfigDict(extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _part(cls: type[T]) -> type[T]:
    """Make a frozen dataclass that is checked to the letter when it is read."""
    cls.__pydantic_config__ = EXACT  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class Curves(Mapping[str, "np.ndarray"]):
    """Name → one number for each evaluated epoch, epoch 0 first; NaN where there is none. All are equally long.

    Args:
        values: Name → numbers; ``None`` becomes NaN.

    Raises:
        ValueError: If they are not equally long.
    """

    WHOLE: ClassVar = ("epoch", "step")
    """Names whose numbers are whole."""

    __slots__ = ("_names", "_rows")

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        values = values or {}
        lengths = {name: len(row) for name, row in values.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"curves must be equally long, and are {lengths}")
        self._names = tuple(values)
        self._rows = np.array([np.asarray(row, "float64") for row in values.values()]).reshape(
            len(values), max(lengths.values(), default=0)
        )
        self._rows.flags.writeable = False

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self._rows[self._names.index(name)]  # type: ignore[no-any-return]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __eq__(self, other: object) -> bool:
        """Say whether all numbers are the same bits, whatever the order of the names."""
        return isinstance(other, Curves) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return Curves, (dict(zip(self._names, self._rows, strict=True)),)

    @property
    def epochs(self) -> int:
        """Number of evaluated epochs, epoch 0 included."""
        return int(self._rows.shape[1])

    def to_json(self) -> dict[str, list[Number]]:
        """Return the record's form."""
        return {
            name: [int(one) for one in row]
            if name in self.WHOLE
            else [one if math.isfinite(one) else None for one in row]
            for name, row in zip(self._names, self._rows.tolist(), strict=True)
        }


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
        step_milliseconds: ``train_seconds`` divided by the steps.
        cpu_share: Processor time divided by wall time while training; below 0.9 the core was shared and no timing counts.
        program_reused: Whether the program had served another trial.
        parameters: Trained numbers.
        state_bytes: The optimizer's state, without scalars.
        peak_memory_bytes: Largest resident size of the worker process so far.
    """

    wall_seconds: Seconds
    compile_seconds: Seconds | None = None
    initialize_seconds: Seconds | None = None
    train_seconds: Seconds | None = None
    evaluate_seconds: Seconds | None = None
    train_seconds_at: tuple[Seconds, ...] = ()
    step_milliseconds: Seconds | None = None
    cpu_share: Seconds | None = None
    program_reused: Truth | None = None
    parameters: Count | None = None
    state_bytes: Count | None = None
    peak_memory_bytes: Count | None = None


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

    device: str
    worker: Count | None = None
    xla: Truth | None = None
    finished_at: str = ""
    numerics: str = ""
    processor_features: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    machine: str = ""
    processor: str = ""
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

    primary: str
    direction: str
    targets: list[Annotated[float, Field(strict=True)] | Whole]
    metrics: list[str]
    baseline: Annotated[Recipe, PlainValidator(lambda value: _recipe(value))]
    compares: list[str]
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

    benchsuite: str
    commit: str = ""
    plugins: dict[str, str] = field(default_factory=dict)


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
    curves: Annotated[Curves, PlainValidator(lambda value: _curves(value))] = field(default_factory=Curves)
    results: Results = field(default_factory=Results)
    costs: Costs
    environment: Environment
    fingerprints: dict[str, str] = field(default_factory=dict)

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
    trial: Annotated[Trial, PlainValidator(lambda value: _trial(value))]
    task: TaskFacts
    made_by: MadeBy

    @classmethod
    def of(cls, trial: Trial, ending: Ending, task: TaskFacts, made_by: MadeBy, fingerprints: dict[str, str]) -> Record:
        """Put a record together; texts that no encoding can hold are escaped."""
        known = {**_shallow(ending), "fingerprints": fingerprints, "reason": printable(ending.reason)}
        if failure := ending.results.failure:
            known["results"] = replace(
                ending.results, failure=Failure(step=failure.step, traceback=printable(failure.traceback))
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
            "results": asdict(self.results),
            "costs": asdict(self.costs),
            "environment": asdict(self.environment),
            "fingerprints": self.fingerprints,
            "task": {**_shallow(self.task), "baseline": self.task.baseline.to_json()},
            "made_by": asdict(self.made_by),
        }


class NotARecord(Exception):
    """Raised for a file that holds no record that can be read; its text says why."""


class NewerFormat(NotARecord):
    """Raised for a record that a newer benchsuite wrote."""


def record_from_json(content: bytes) -> Record:
    """Read a record of any format, checked to the letter.

    Args:
        content: Of its file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    data = _parsed(content)
    number = data.get("format") if isinstance(data, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise NewerFormat(
            f"has format {number}; this benchsuite reads up to {FORMAT}. Upgrade benchsuite, or use another --results folder"
        )
    try:
        if number == 1:
            data = _from_format_1(data)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise NotARecord(
                f"does not follow the format: its top level must be an object whose format is 1 to {FORMAT}"
            )
        spec = data.pop("spec", None)
        record = _records.validate_python({**data, "trial": spec})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join("spec" if part == "trial" else str(part) for part in first["loc"]) or "top level"
        raise NotARecord(f"does not follow the format: {where}: {first['msg']}") from None
    if record.id != identity(spec):
        raise NotARecord(f"holds another spec than that of trial {record.id}")
    return record


def printable(value: Any) -> Any:
    """Return a JSON value whose texts every encoding of Unicode can hold: an error may quote bytes that are no text."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {printable(key): printable(inner) for key, inner in value.items()}
    return [printable(inner) for inner in value] if isinstance(value, list) else value


def _parsed(content: bytes) -> Any:
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError:
        pass  # a lone surrogate among them, which Python reads
    try:
        return printable(json.loads(content.decode(), parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        raise NotARecord(f"is not whole JSON ({error})") from None


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _from_format_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return a record of format 1 in format 2. What is not there stays away, and is refused like any other."""
    results, environment = data.get("results"), data.get("environment")
    if not isinstance(results, dict) or not isinstance(environment, dict):
        return {**data, "format": FORMAT}
    facts = results.get("measure")
    facts, steps = (facts, None) if not isinstance(facts, dict) else (dict(facts), facts.get("steps_per_epoch"))
    if isinstance(facts, dict):
        facts.pop("steps_per_epoch", None)
    packages = ("python", "tensorflow", "keras", "numpy")
    kept = {key: value for key, value in environment.items() if key not in (*packages, "benchsuite")}
    versions = {name: environment[name] for name in packages if name in environment}
    return {
        **data,
        "format": FORMAT,
        "results": {**{k: v for k, v in results.items() if k != "measure"}, "steps_per_epoch": steps},
        "environment": {**kept, "versions": versions},
        "task": facts,
        "made_by": {"benchsuite": environment.get("benchsuite", "")},
    }


def _curves(value: Any) -> Curves:
    return value if isinstance(value, Curves) else Curves(_numbers.validate_python(value, strict=True))


def _trial(value: Any) -> Trial:
    return value if isinstance(value, Trial) else Trial.from_spec(_specs.validate_python(value, strict=True))


def _recipe(value: Any) -> Recipe:
    return value if isinstance(value, Recipe) else Recipe.from_json(_recipes.validate_python(value, strict=True))


def _without_traceback(results: Results) -> dict[str, Any]:
    plain = asdict(results)
    if plain["failure"]:
        plain["failure"].pop("traceback")
    return plain


def _shallow(part: Any) -> dict[str, Any]:
    return {one.name: getattr(part, one.name) for one in fields(part)}


_numbers: TypeAdapter[dict[str, list[Number]]] = TypeAdapter(dict[str, list[Number]], config=EXACT)
_specs: TypeAdapter[Spec] = TypeAdapter(Spec)
_recipes: TypeAdapter[RecipeSpec] = TypeAdapter(RecipeSpec)
_records: TypeAdapter[Record] = TypeAdapter(Record)
