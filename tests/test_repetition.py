"""Two runs of one trial: what differs is named, down to the last bit; what may differ is not."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from benchsuite.curves import Curves
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe
from benchsuite.record import Costs, Environment, Failure, Record
from benchsuite.repetition import difference, facts_difference, other_numerics
from tests.factories import make_json, make_record, typed


def read(data: dict[str, Any]) -> Record:
    return typed(data)


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place where a number stands."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(inner, (*path, key))
    elif type(value) in (int, float):
        yield path


def nudged(data: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The record with one number changed by as little as it can be."""
    changed = copy.deepcopy(data)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    before = inner[path[-1]]
    inner[path[-1]] = before + 1 if isinstance(before, int) else math.nextafter(before, math.inf)
    return changed


DATA = make_json()
FAILED = make_json(outcome="diverged")


@pytest.mark.parametrize("path", list(numbers({"curves": DATA["curves"]})), ids=lambda path: ".".join(map(str, path)))
def test_one_digit_of_a_curve_is_named(path: tuple[Any, ...]) -> None:
    found = difference(read(DATA), read(nudged(DATA, path)))
    old, new = DATA["curves"][path[1]][path[2]], nudged(DATA, path)["curves"][path[1]][path[2]]
    old, new = (old, new) if path[1] in Curves.WHOLE else (float(old), float(new))
    assert found == f"{path[1]} after epoch {path[2]} was {old} and is {new} now"


@pytest.mark.parametrize(
    ("data", "path"),
    [(data, path) for data in (DATA, FAILED) for path in numbers({"results": data["results"]})],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_one_digit_of_a_result_is_named(data: dict[str, Any], path: tuple[Any, ...]) -> None:
    assert difference(read(data), read(nudged(data, path))).startswith(f"{'.'.join(map(str, path))} was ")


def test_the_same_is_no_difference() -> None:
    for data in (DATA, FAILED):
        assert difference(read(data), read(data)) == ""


def test_what_may_differ_is_not_named() -> None:
    first = make_record(outcome="diverged")
    assert first.results.failure is not None
    failure = Failure(step=first.results.failure.step, traceback="another path")
    second = replace(
        first,
        costs=Costs(wall_seconds=99.0),
        environment=Environment(device="cpu", worker=7, finished_at="later"),
        results=replace(first.results, failure=failure),
        reason="said otherwise",
        fingerprints={},
    )
    assert difference(first, second) == ""


def test_other_ends_are_named() -> None:
    first = make_record()
    assert difference(first, replace(first, outcome=Outcome.DIVERGED)) == "it was completed and is diverged now"
    assert difference(first, replace(first, outcome=Outcome.TIMED_OUT, reason="too slow")) == (
        "it was completed and is timed_out now (too slow)"
    )


def test_missing_epochs_curves_and_values_are_named() -> None:
    first = make_record()
    values = first.curves.to_json()
    short = Curves({name: row[:-1] for name, row in values.items()})
    assert difference(first, replace(first, curves=short)) == "epoch had 21 epochs and has 20 now"
    assert difference(replace(first, curves=short), first) == "epoch had 20 epochs and has 21 now"
    less = Curves({name: row for name, row in values.items() if name != "test_loss"})
    assert difference(first, replace(first, curves=less)) == "test_loss had 21 epochs and has 0 now"
    assert difference(replace(first, curves=less), first) == "test_loss had 0 epochs and has 21 now"
    unfinished = replace(first, results=replace(first.results, final=None))
    assert difference(first, unfinished).startswith("results.final was {")


def test_what_was_no_number_and_is_one_is_named() -> None:
    before, after = copy.deepcopy(DATA), copy.deepcopy(DATA)
    before["curves"]["test_loss"][3] = None
    after["curves"]["test_loss"][3] = 0.5
    assert difference(read(before), read(after)) == "test_loss after epoch 3 was None and is 0.5 now"
    assert difference(read(before), read(before)) == ""


def test_what_an_engine_cannot_store_is_no_difference() -> None:
    """A record holds null where a loss was infinite; the run beside it has infinity still."""
    first = make_record()
    values = first.curves.to_json()
    values["running_loss"][5] = math.inf
    fresh = replace(first, curves=Curves(values))
    values["running_loss"][5] = None
    assert difference(replace(first, curves=Curves(values)), fresh) == ""


def test_the_sign_of_zero_is_a_bit() -> None:
    first = make_record()
    values = first.curves.to_json()
    values["test_loss"][0] = 0.0
    one = replace(first, curves=Curves(values))
    values["test_loss"][0] = -0.0
    two = replace(first, curves=Curves(values))
    assert difference(one, two) == "test_loss after epoch 0 was 0.0 and is -0.0 now"


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [("a", "a", False), ("a", "b", True), ("", "b", False), ("a", "", False), ("", "", False)],
)
def test_other_numerics_are_told(first: str, second: str, other: bool) -> None:
    """A record of format 1 does not know its own: nothing is known of it."""

    def on(numerics: str, data: dict[str, Any]) -> Record:
        return read(data | {"environment": data["environment"] | {"numerics": numerics}})

    assert other_numerics(on(first, DATA), on(second, DATA)) is other
    changed = nudged(DATA, ("curves", "test_loss", 3))
    assert difference(on(first, DATA), on(second, changed))  # whoever asks is to say why
    assert difference(on(first, DATA), on(second, DATA)) == ""


@pytest.mark.parametrize(
    "name", ["primary", "direction", "targets", "metrics", "compares", "summary", "license", "citation"]
)
def test_what_a_task_says_otherwise_is_named(name: str) -> None:
    facts = make_record().task
    value = getattr(facts, name)
    other = [*value[:-1], "another"] if isinstance(value, list) else "another"
    found = facts_difference(facts, replace(facts, **{name: other}))
    assert found == f"its task's {name}: {value} in the record, {other} now"
    assert facts_difference(facts, make_record().task) == ""


def test_a_baseline_may_change_without_the_tasks_doing() -> None:
    facts = make_record().task
    assert facts_difference(facts, replace(facts, baseline=Recipe(()))) == ""
