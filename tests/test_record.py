"""A record there and back, field by field: whatever follows the format is read, whatever does not is named with its place."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import math
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from benchsuite.curves import Curves
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.outcomes import Outcome
from benchsuite.record import (
    FORMAT,
    LATER,
    MOST,
    Costs,
    Ending,
    Environment,
    Failure,
    MadeBy,
    Reached,
    Record,
    Results,
    printable,
)
from benchsuite.record_json import NewerFormat, NotARecord, record_from_json, record_to_json
from tests.factories import in_format_1, make_json, make_record


def read(data: Any) -> Record:
    return record_from_json(json.dumps(data).encode())


def refused(data: Any) -> str:
    with pytest.raises(NotARecord) as caught:
        read(data)
    message = str(caught.value)
    assert "\n" not in message
    return message


# What hypothesis thinks of

TEXT = st.text(max_size=12)  # hypothesis makes no lone surrogates
NAME = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=12)
WORD = st.text("abcdefgh_", min_size=1, max_size=8)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
NUMBER = st.one_of(st.none(), FLOAT, st.integers(-(2**53), 2**53))
WHOLE = st.integers(-MOST, MOST)
COUNT = st.integers(0, MOST)
SECONDS = st.floats(0, 1e9)
HYPERPARAMETER = st.one_of(FLOAT, WHOLE, TEXT, st.booleans(), st.none())
SETTING = st.fixed_dictionaries(
    {"name": WORD, "version": WHOLE, "hyperparameters": st.dictionaries(NAME, HYPERPARAMETER, max_size=3)}
)
RECIPE = st.fixed_dictionaries(
    {}, optional={kind: st.lists(SETTING, min_size=1, max_size=1) for kind in RECIPE_KINDS}
) | st.fixed_dictionaries({"regularization": st.lists(SETTING, min_size=1, max_size=3)})
SPEC = st.fixed_dictionaries(
    {
        "task": st.fixed_dictionaries({"name": NAME, "version": WHOLE}),
        "recipe": RECIPE,
        "seed": COUNT,
        "streams": st.dictionaries(WORD, COUNT, max_size=3),
        "epochs": st.integers(4, MOST),
        "batch_size": st.integers(1, MOST),
        "precision": NAME,
        "device": NAME,
        "engine": COUNT,
    },
    optional={
        "fold": st.one_of(st.none(), st.fixed_dictionaries({"number": st.integers(0, 4), "of": st.integers(5, MOST)})),
    },
)


def maybe(strategy: Any) -> Any:
    return st.one_of(st.none(), strategy)


@st.composite
def results_json(draw: st.DrawFn, task: dict[str, Any], completed: bool, failed: bool) -> tuple[Any, Any]:
    """The JSON of any curves, and of the results that they give."""
    count, each = draw(st.integers(int(completed), 4)), draw(st.integers(1, 2**40))
    names = [f"{part}_{measure}" for part in ("train", "validation", "test") for measure in task["metrics"]]
    rows = {name: draw(st.lists(NUMBER, min_size=count, max_size=count)) for name in ["running_loss", *names]}
    curves = {"epoch": list(range(count)), "step": [each * epoch for epoch in range(count)], **rows}
    results = {
        "final": None,
        "best": None,
        "targets": {},
        "steps_per_epoch": each,
        "failure": {"step": draw(maybe(COUNT)), "traceback": draw(TEXT)} if failed else None,
    }
    if completed:
        sign = 1 if task["direction"] == "max" else -1
        primary = [-math.inf if value is None else sign * value for value in curves[f"validation_{task['primary']}"]]
        places = {
            "final": draw(st.integers(0, count - 1)),
            "best": primary.index(max(primary[1:] or primary), count > 1),
        }
        results |= {
            name: {key: row[place] for key, row in curves.items() if key != "running_loss"}
            for name, place in places.items()
        }
        for target in map(float, task["targets"]):
            hits = [place for place, value in enumerate(primary) if value >= sign * target]
            reached = {"epoch": hits[0], "step": each * hits[0]} if hits else None
            results["targets"][repr(target)] = reached
    if not count and draw(st.booleans()):
        curves = {}
    return curves, results


@st.composite
def record_json(draw: st.DrawFn) -> dict[str, Any]:
    """The JSON of any record of the current format."""
    spec = draw(SPEC)
    outcome = draw(st.sampled_from(Outcome))
    task = {
        **{name: draw(TEXT) for name in ("summary", "license", "citation")},
        "primary": (primary := draw(WORD)),
        "direction": draw(st.sampled_from(["max", "min"])),
        "targets": draw(st.lists(st.one_of(FLOAT, st.integers(-(2**50), 2**50)), max_size=3)),
        "metrics": list({"loss", primary}),
        "baseline": draw(RECIPE),
        "compares": draw(st.lists(NAME, max_size=2)),
    }
    curves, results = draw(results_json(task, outcome is Outcome.COMPLETED, outcome.failed))
    seconds = st.lists(SECONDS, min_size=len(curves.get("epoch", ())), max_size=len(curves.get("epoch", ())))
    return {
        "format": FORMAT,
        "id": hashlib.sha256(json.dumps(spec, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32],
        "spec": spec,
        "outcome": str(outcome),
        "reason": draw(TEXT.filter(str.strip)),
        "curves": curves,
        "results": results,
        "costs": {
            "wall_seconds": draw(SECONDS),
            **{
                name: draw(maybe(SECONDS))
                for name in (
                    "compile_seconds", "initialize_seconds", "train_seconds", "evaluate_seconds", "step_milliseconds",
                    "cpu_share",
                )
            },
            "train_seconds_at": sorted(draw(seconds)),
            "program_reused": draw(maybe(st.booleans())),
            **{
                name: draw(maybe(COUNT))
                for name in ("parameters", "state_bytes", "peak_memory_bytes")
            },
            **{name: draw(COUNT) for name in LATER if draw(st.booleans())},
        },
        "environment": {
            **{
                name: draw(NAME)
                for name in ("device", "finished_at", "numerics", "processor_features", "machine", "processor")
            },
            "worker": draw(maybe(COUNT)),
            "xla": draw(maybe(st.booleans())),
            "versions": draw(st.dictionaries(NAME, NAME, max_size=2)),
            "cores": draw(maybe(COUNT)),
        },
        "fingerprints": draw(st.dictionaries(NAME, NAME, max_size=2)),
        "task": task,
        "made_by": {
            "benchsuite": draw(NAME),
            "commit": draw(NAME),
            "plugins": draw(st.dictionaries(NAME, NAME, max_size=2)),
        },
    }  # fmt: skip


def exactly(data: Any) -> str:
    """JSON text: unlike == it tells 1 from 1.0 and from true."""
    return json.dumps(data, sort_keys=True)


# There and back


@given(data=record_json())
def test_a_record_survives_json(data: dict[str, Any]) -> None:
    record = read(data)
    stored = json.loads(record_to_json(record))
    # A curve is an array of floating-point numbers; all else is what it was.
    assert stored.pop("curves") == data.pop("curves")
    assert exactly(stored) == exactly(data)
    assert record_from_json(record_to_json(record)) == record
    assert record_to_json(record_from_json(record_to_json(record))) == record_to_json(record)
    assert pickle.loads(pickle.dumps(record)) == record
    assert record.id == record.trial.id


def test_the_fields_are_where_the_format_says() -> None:
    data = make_json(seed=3, fold=(1, 4), value=0.875)
    record = read(data)
    assert (record.id, record.trial.seed, record.trial.fold) == (data["id"], 3, (1, 4))
    assert record.outcome is Outcome.COMPLETED
    assert record.curves["test_accuracy"].tolist() == data["curves"]["test_accuracy"]
    assert record.results.final == data["results"]["final"]
    assert record.results.final is not None
    assert record.results.final["test_accuracy"] == 0.875
    assert record.costs.train_seconds_at == tuple(data["costs"]["train_seconds_at"])
    assert record.environment.versions["keras"] == "3.15.0"
    assert record.task.baseline.one("optimizer").name == "adam"
    assert record.made_by == MadeBy(benchsuite="0.1.0")


def test_what_many_records_share_is_one_object() -> None:
    one, two = make_record(seed=0), make_record(seed=1)
    assert one.task is two.task
    assert one.trial.recipe is two.trial.recipe
    assert one.environment.versions is two.environment.versions
    other = make_json(seed=2, outcome="unsupported")
    other["task"]["targets"][0] = 1
    assert type(read(other).task.targets[0]) is int  # and 1 is not taken for 1.0
    other["task"]["targets"][0] = 1.0
    assert type(read(other).task.targets[0]) is float


def test_a_record_is_not_changed() -> None:
    record = make_record()
    for part, name in (
        (record, "outcome"),
        (record.results, "final"),
        (record.task, "primary"),
        (record.trial, "seed"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, name, None)


def test_a_record_of_the_first_engine_without_folds_keeps_its_id() -> None:
    data = make_json()
    del data["spec"]["fold"]
    data["spec"]["engine"] = 1
    data["id"] = hashlib.sha256(json.dumps(data["spec"], sort_keys=True, separators=(",", ":")).encode()).hexdigest()[
        :32
    ]
    record = read(data)
    assert (record.trial.fold, record.trial.id) == (None, data["id"])
    assert record_from_json(record_to_json(record)) == record
    assert json.loads(record_to_json(record))["spec"] == data["spec"]


def test_of_escapes_texts_that_no_encoding_holds() -> None:
    ending = Ending(
        outcome=Outcome.CRASHED,
        reason="no file \udcff",
        results=Results(failure=Failure(step=3, traceback="File \udcfe")),
        costs=Costs(wall_seconds=1.0),
        environment=Environment(device="cpu"),
        fingerprints={"data": "1"},
    )
    template = make_record()
    record = Record.of(template.trial, ending, template.task, template.made_by, {"task:x": "2"})
    assert record.reason == "no file \\udcff"
    assert record.results.failure == Failure(step=3, traceback="File \\udcfe")
    assert record.fingerprints == {"task:x": "2"}
    assert record_from_json(record_to_json(record)) == record


def test_printable_leaves_all_else_alone() -> None:
    data = {"a\udc80": ["\ud800", 1, 1.5, None, True, {"ß∞": ("\u2028", "x")}]}
    assert printable(data) == {"a\\udc80": ["\\ud800", 1, 1.5, None, True, {"ß∞": ["\u2028", "x"]}]}


def test_numbers_are_what_must_agree_between_two_runs() -> None:
    record = make_record(outcome="crashed")
    assert record.results.failure is not None
    moved = dataclasses.replace(
        record,
        costs=Costs(wall_seconds=99.0),
        environment=Environment(device="other"),
        results=dataclasses.replace(record.results, failure=Failure(step=66, traceback="another path")),
    )
    assert moved.numbers() == record.numbers()
    assert set(record.numbers()) == {"outcome", "curves", "results"}
    earlier = dataclasses.replace(record.results, failure=Failure(step=65, traceback=record.results.failure.traceback))
    assert dataclasses.replace(record, results=earlier).numbers() != record.numbers()
    assert dataclasses.replace(record, outcome=Outcome.DIVERGED).numbers() != record.numbers()
    assert dataclasses.replace(record, curves=Curves({"a": [1]})).numbers() != record.numbers()


# What is refused


TYPED = TypeAdapter(Record)


def whole() -> dict[str, Any]:
    """A record in which every part is there, more than agree with each other: types are looked at first."""
    data = copy.deepcopy(make_json(fold=(1, 4), streams={"initial": 7}))
    data["results"]["failure"] = {"step": 1, "traceback": "x"}
    data["results"]["targets"] = {"0.9": {"epoch": 1, "step": 33}, "0.97": None}
    data["curves"] = {"epoch": [0, 1], "step": [0, 33], "test_loss": [1.5, None]}
    data["costs"]["train_seconds_at"] = [0.0, 1.0]
    data["task"]["targets"] = [0.5, 1]
    data["made_by"]["plugins"] = {"a": "1"}
    del data["format"]
    return json.loads(json.dumps(TYPED.validate_python(data).to_json()))  # type: ignore[no-any-return]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, containers included."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


PLACES = list(places(whole()))
NAMED_TO = {"curves": 1, "final": 2, "best": 2}
"""Parts that are checked as a whole: an error names so many steps of the place, not the number in it."""


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_a_wrong_type_is_named_with_its_place(path: tuple[Any, ...]) -> None:
    """Nothing in a record may be a list of a list of true; and where numbers stand, no text may."""
    before = at(whole(), path)
    for wrong in ([[True]], *(["1"] if type(before) in (int, float) and "hyperparameters" not in path else [])):
        data = whole()
        at(data, path[:-1])[path[-1]] = wrong
        message = refused(data)
        if path == ("format",):
            assert message == "does not follow the format: top level: must be an object whose format is 1 to 2"
            continue
        named = path[: next((NAMED_TO[key] for key in path if key in NAMED_TO), len(path))]
        place = ".".join(map(str, named))
        # A value that may be of several types is named with the type that was tried first.
        assert message.startswith((f"does not follow the format: {place}: ", f"does not follow the format: {place}."))


OPEN = {"hyperparameters", "streams", "curves", "final", "best", "targets", "fingerprints", "versions", "plugins"}
"""Objects whose keys are names that nobody lists."""


@pytest.mark.parametrize(
    "path",
    [path for path in PLACES if isinstance(at(whole(), path[:-1]), dict) and not OPEN & set(map(str, path[:-1]))],
    ids=lambda path: ".".join(map(str, path)),
)
def test_a_value_that_is_missing_is_named_or_has_a_documented_default(path: tuple[Any, ...]) -> None:
    data = whole()
    del at(data, path[:-1])[path[-1]]
    if path == ("format",):
        assert refused(data).startswith("does not follow the format: top level: ")
        return
    if path[-2:-1] == ("recipe",) or path[-2:-1] == ("baseline",):
        return  # a recipe holds the kinds that it holds
    try:
        record = TYPED.validate_python({key: value for key, value in data.items() if key != "format"})
    except ValidationError:
        pass
    else:
        if path == ("spec", "fold"):
            assert refused(data) == f"holds another spec than that of trial {data['id']}"
            return
        default = at(json.loads(json.dumps(record.to_json())), path)
        assert default in (None, "", {}, []) or isinstance(default, dict)
        return
    assert refused(data) == f"does not follow the format: {'.'.join(map(str, path))}: Field required"


@pytest.mark.parametrize(
    "path",
    [(), *(path for path in PLACES if isinstance(at(whole(), path), dict) and not OPEN & set(map(str, path)))],
    ids=lambda path: ".".join(map(str, path)) or "top level",
)
def test_a_key_that_the_format_does_not_know_is_refused(path: tuple[Any, ...]) -> None:
    data = whole()
    at(data, path)["surprise"] = 1
    assert refused(data).startswith(f"does not follow the format: {'.'.join(map(str, (*path, 'surprise')))}: ")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("id",), "A" * 32, "id: String should match pattern '^[0-9a-f]{32}$'"),
        (("id",), "0" * 31, "id: String should match pattern '^[0-9a-f]{32}$'"),
        (("outcome",), "fine", "outcome: Input should be 'completed', 'pruned', 'diverged', "),
        (("costs", "wall_seconds"), -1, "costs.wall_seconds: Input should be greater than or equal to 0"),
        (("costs", "wall_seconds"), True, "costs.wall_seconds: Input should be a valid number"),
        (("costs", "parameters"), 1.0, "costs.parameters: Input should be a valid integer"),
        (("costs", "program_reused"), 1, "costs.program_reused: Input should be a valid boolean"),
        (("task", "direction"), "up", "task.direction: String should match pattern '^(max|min)$'"),
        (("results", "final"), {"a": "x"}, "results.final: must be an object of numbers and null"),
        (("results", "final"), {"a": True}, "results.final: must be an object of numbers and null"),
        (("curves",), {"epoch": [0], "step": [0], "a": [1, 2]}, "curves: must be equally long, and are "),
        (("spec", "recipe", "optimizer"), [], "spec.recipe: a recipe cannot hold 0 components of the kind optimizer"),
        (
            ("spec", "recipe", "loss"),
            make_json()["spec"]["recipe"]["loss"] * 2,
            "spec.recipe: a recipe cannot hold 2 components of the kind loss",
        ),
    ],
)
def test_a_value_that_is_wrong_is_named_and_what_could_be_there(
    path: tuple[Any, ...], value: Any, message: str
) -> None:
    data = whole()
    at(data, path[:-1])[path[-1]] = value
    assert refused(data).startswith(f"does not follow the format: {message}")


@pytest.mark.parametrize(
    "changed", [("spec", "seed"), ("spec", "recipe", "optimizer", 0, "version"), ("spec", "epochs")]
)
def test_a_spec_that_was_changed_is_refused(changed: tuple[Any, ...]) -> None:
    data = whole()
    at(data, changed[:-1])[changed[-1]] += 1
    assert refused(data) == f"holds another spec than that of trial {data['id']}"


@pytest.mark.parametrize("number", [True, 1.0, "1", 0, -1, None, [2], 2.0])
def test_a_format_is_a_whole_number(number: Any) -> None:
    data = whole() | {"format": number}
    assert refused(data) == "does not follow the format: top level: must be an object whose format is 1 to 2"


def test_the_trial_of_a_file_is_its_spec() -> None:
    data = whole()
    data["trial"] = data.pop("spec")
    assert refused(data) == "does not follow the format: spec: Field required"


def test_a_newer_format_says_so() -> None:
    with pytest.raises(NewerFormat) as caught:
        read({"format": FORMAT + 1, "new": "field"})
    assert str(caught.value) == (
        f"has format {FORMAT + 1}; this benchsuite reads up to {FORMAT}. "
        "Upgrade benchsuite, or use another --results folder"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"\x00" * 100, b"[" * 100_000, b'{"format": 2', b"{'format': 2}", b'{"format": 2,}',
        b'{"format": 2, "a": NaN}', b'{"format": 2, "a": Infinity}', b'{"format": 2, "a": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda content: repr(content[:24]),
)  # fmt: skip
def test_what_is_no_json_is_not_whole_json(content: bytes) -> None:
    with pytest.raises(NotARecord, match=r"^is not whole JSON \(") as caught:
        record_from_json(content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
@pytest.mark.parametrize("path", [("results", "final", "epoch"), ("costs", "wall_seconds"), ("task", "targets", 0)])
def test_a_number_beyond_all_numbers_is_refused(path: tuple[Any, ...], number: str) -> None:
    data = whole()
    at(data, path[:-1])[path[-1]] = "HERE"
    with pytest.raises(NotARecord, match="does not follow the format"):
        record_from_json(json.dumps(data).replace('"HERE"', number).encode())


def test_a_lone_surrogate_is_refused_but_in_files_of_format_1_where_it_is_read_as_its_escape() -> None:
    """Python once wrote such files; most readers of JSON refuse them."""
    data = make_json(outcome="crashed")
    data["reason"] = "\udcff"
    assert refused(data) == "does not follow the format: a text in it holds a lone surrogate, which is no letter"
    assert read(in_format_1(data)).reason == "\\udcff"


def test_nesting_without_end_is_refused_in_one_line() -> None:
    """Deep enough for a part that is read by us, and with a surrogate, so that Python's reader reads it."""
    for depth in (150, 900, 3000):
        deep = "[" * depth + "]" * depth
        data = json.dumps(whole() | {"task": "HERE", "reason": "\udcff"}).replace('"HERE"', deep)
        with pytest.raises(NotARecord) as caught:
            record_from_json(data.encode())
        assert "\n" not in str(caught.value)


# What parts say


@pytest.mark.parametrize("part", [Ending, Record, Results, Costs, Environment, MadeBy, Failure, Reached])
def test_every_field_is_explained(part: type) -> None:
    own = part.__doc__ or ""
    for field in dataclasses.fields(part):
        inherited = field.name in getattr(part.__mro__[1], "__dataclass_fields__", {})
        assert inherited or part is Reached or f"        {field.name}: " in own, field.name


def test_a_costs_share_may_be_more_than_one() -> None:
    data = make_json()
    data["costs"]["cpu_share"] = 1.01  # processors count in coarser steps than clocks
    assert math.isclose(read(data).costs.cpu_share or 0, 1.01)
