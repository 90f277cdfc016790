"""A record that contradicts itself is refused, and the place where it does is named. Every honest one is read."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from benchsuite.outcomes import Outcome
from benchsuite.record import MOST, Costs, Ending, Environment, Record
from benchsuite.record_json import NotARecord, record_from_json, record_to_json
from benchsuite.trial import identity
from tests.factories import in_format_1, make_json, make_record

Change = Callable[[dict[str, Any]], object]


def put(*path: Any) -> Change:
    """Return what puts the last of these at the place that the others name."""

    def change(data: dict[str, Any]) -> None:
        for key in path[:-2]:
            data = data[key]
        data[path[-2]] = path[-1]

    return change


def dropped(name: str) -> Change:
    return lambda data: data["curves"].pop(name)


def cut(data: dict[str, Any]) -> None:
    for row in data["curves"].values():
        del row[15:]


def told(change: Change, outcome: str = "completed", first: bool = False) -> str:
    """What is said of a record that was changed after it was written, its id made to fit."""
    data = copy.deepcopy(make_json(outcome=outcome))
    change(data)
    data["id"] = identity(data["spec"])
    if first:
        data = in_format_1(data)
    with pytest.raises(NotARecord) as caught:
        record_from_json(json.dumps(data).encode())
    said = str(caught.value)
    assert "\n" not in said
    return said.removeprefix("does not follow the format: ")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_is_honest_is_read(outcome: Outcome) -> None:
    data = make_json(outcome=str(outcome))
    record = record_from_json(json.dumps(data).encode())
    assert json.loads(record_to_json(record))["results"].items() >= data["results"].items()
    assert record_from_json(json.dumps(in_format_1(copy.deepcopy(data))).encode()).results == record.results


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dropped("test_loss"), "curves: 'test_loss' is missing"),
        (put("curves", "test_fun", [1] * 21), "curves: 'test_fun' is no measure of the task"),
        (put("curves", "epoch", 3, 4), "curves.epoch: must be 0, 1, 2 …"),
        (put("curves", "epoch", list(range(1, 22))), "curves.epoch: must be 0, 1, 2 …"),
        (put("curves", "step", 5, 164), "curves.step: must be results.steps_per_epoch for each epoch"),
        (put("curves", "step", [33 * epoch for epoch in range(21)][::-1]), "curves.step: must be results.steps_per_epoch"),
        (put("results", "steps_per_epoch", None), "curves.step: must be results.steps_per_epoch for each epoch"),
        (put("spec", "epochs", 19), "curves.epoch: reaches 20, beyond the budget of 19"),
        (cut, "costs.train_seconds_at: must have one number for each epoch of the curves, and grow"),
        (put("costs", "train_seconds_at", 3, 1e9), "costs.train_seconds_at: must have one number for each epoch"),
        (put("curves", {}), "costs.train_seconds_at: there are no curves"),
        (lambda data: (put("curves", {})(data), put("costs", "train_seconds_at", [])(data)),
         "curves: the trial completed, and there are none"),
        (put("task", "metrics", ["loss"]), "task.metrics: must hold 'loss' and the primary measure"),
        (put("task", "primary", "speed"), "task.metrics: must hold 'loss' and the primary measure"),
        (put("task", "targets", [0.5]), "results.targets: must be those of task.targets"),
        (put("spec", "fold", {"number": 4, "of": 4}), "spec.fold: there is no fold 4 of 4"),
        (put("results", "failure", {"step": 3, "traceback": ""}), "results.failure: the trial completed"),
        (put("results", "final", None), "results.final: the trial completed, and it is missing"),
        (put("results", "best", None), "results.best: the trial completed, and it is missing"),
        (put("results", "final", "test_accuracy", 0.999), "results.final.test_accuracy: the curves say otherwise"),
        (put("results", "final", "test_loss", None), "results.final.test_loss: the curves say otherwise"),
        (put("results", "final", "fun", 1), "results.final.fun: the curves say otherwise"),
        (lambda data: data["results"]["final"].pop("test_loss"), "results.final.test_loss: the curves say otherwise"),
        (put("results", "final", "epoch", 21), "results.final: must be an epoch of the curves"),
        (put("results", "final", "epoch", 20.0), "results.final: must be an epoch of the curves"),
        (put("results", "final", "epoch", 19), "results.final."),
        (lambda data: data["results"].update(best=row(data, 1)), "results.best: another epoch has a better "),
        (put("results", "targets", "0.9", None), "results.targets.0.9: the curves reached it before"),
        (put("results", "targets", "0.9", {"epoch": 20, "step": 660}), "results.targets.0.9: the curves reached it before"),
        (put("results", "targets", "0.9", {"epoch": 1, "step": 33}), "results.targets.0.9: the curves say otherwise"),
        (put("results", "targets", "0.9", {"epoch": 99, "step": 33}), "results.targets.0.9: the curves say otherwise"),
        (put("results", "targets", "0.8", None), "results.targets: must be those of task.targets"),
        (lambda data: data["curves"]["validation_accuracy"].__setitem__(1, 0.99), "results."),
    ],
)  # fmt: skip
def test_a_completed_record_that_contradicts_itself_is_refused(change: Change, message: str) -> None:
    assert told(change).startswith(message)


def row(data: dict[str, Any], place: int) -> dict[str, Any]:
    return {name: values[place] for name, values in data["curves"].items() if name != "running_loss"}


@pytest.mark.parametrize(
    ("outcome", "change", "message"),
    [
        ("crashed", put("reason", ""), "reason: must say what happened, since the trial did not complete"),
        ("unsupported", put("reason", " \n "), "reason: must say what happened"),
        ("crashed", put("results", "failure", None), "results.failure: must say where"),
        ("pruned", put("results", "failure", {"step": 1, "traceback": ""}), "results.failure: the trial did not fail"),
        ("unsupported", put("results", "failure", {"step": 1, "traceback": ""}), "results.failure: the trial did not fail"),
        ("pruned", lambda data: data["results"].update(final=row(data, 3)), "results: must have no final, best and targets"),
        ("timed_out", put("results", "targets", {"0.9": None}), "results: must have no final, best and targets"),
        ("pruned", dropped("running_loss"), "curves: 'running_loss' is missing"),
        ("diverged", put("costs", "train_seconds_at", [1.0]), "costs.train_seconds_at: there are no curves"),
        ("pruned", put("spec", "stop", 20), "spec.stop: must be before the last of 20 epochs"),
        ("pruned", put("spec", "stop", 9), "curves.epoch: must end with 9, where the trial was stopped"),
        ("pruned", put("spec", "stop", 11), "curves.epoch: must end with 11, where the trial was stopped"),
        ("completed", put("spec", "stop", 19), "curves.epoch: must end with 19, where the trial was stopped"),
        ("pruned", put("spec", "stop", 0), "spec.stop: Input should be greater than or equal to 1"),
        ("pruned", put("spec", "knobs", {}), "spec.knobs: Dictionary should have at least 1 item"),
        ("pruned", put("spec", "knobs", {"width": [1]}), "spec.knobs.width."),
    ],
)  # fmt: skip
def test_an_outcome_that_contradicts_its_content_is_refused(outcome: str, change: Change, message: str) -> None:
    assert told(change, outcome).startswith(message)


@pytest.mark.parametrize("end", ["~", "~0", "~01", "~001", "~1~2", "~noise=0.50", "~noise", "~2147483648", "~1~"])
def test_what_is_no_name_of_an_instance_is_no_task(end: str) -> None:
    name = f"digits_mlp{end}"
    assert told(put("spec", "task", "name", name)) == f"spec.task.name: {name!r} is no name of an instance"


@pytest.mark.parametrize("name", ["digits_mlp~1", "digits_mlp~1~noise=0.5", "My own-task"])
def test_other_names_of_tasks_are_read(name: str) -> None:
    data = make_json()
    put("spec", "task", "name", name)(data)
    data["id"] = identity(data["spec"])
    assert record_from_json(json.dumps(data).encode()).trial.task == name


def test_in_format_1_the_place_is_where_it_stands_there() -> None:
    assert told(put("task", "primary", "speed"), first=True).startswith("results.measure.metrics: must hold 'loss'")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("costs", "wall_seconds"), 1e11),
        (("costs", "train_seconds"), 1e300),
        (("costs", "step_milliseconds"), 1e14),
        (("costs", "cpu_share"), 1e300),
        (("costs", "parameters"), 2**63),
        (("costs", "peak_memory_bytes"), 10**300),
        (("environment", "worker"), 10**300),
        (("results", "steps_per_epoch"), 10**300),
        (("results", "final", "step"), 10**300),
        (("task", "targets"), [10**400]),
        (("spec", "seed"), 2**63),
        (("spec", "seed"), -1),
        (("spec", "epochs"), 0),
        (("spec", "streams"), {"noise": 10**300}),
    ],
)
def test_a_number_beyond_reason_is_refused(path: tuple[Any, ...], value: Any) -> None:
    assert told(put(*path, value)).startswith(".".join(path[:2]))
    assert MOST == 2**63 - 1


@pytest.mark.parametrize(
    "path",
    [
        ("environment", "device"), ("environment", "processor"), ("environment", "finished_at"), ("task", "primary"),
        ("task", "metrics", 0), ("task", "compares", 0), ("environment", "versions", "keras"), ("made_by", "commit"),
        ("fingerprints", "data"), ("spec", "task", "name"), ("spec", "recipe", "optimizer", 0, "name"), ("spec", "device"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["\x1b[2Jadam", "a\nb", "\x9b1m", "\u202eabc", "\u2028"])
def test_a_name_has_no_control_characters(path: tuple[Any, ...], text: str) -> None:
    assert told(put(*path, text)).startswith(".".join(map(str, path)))


def test_a_key_that_stands_twice_is_refused_however_it_is_written() -> None:
    content = json.dumps(make_json()).encode()
    for text in (b'"reason" :"",', b'"reason"\n\t:"",', b'"reason":"",', b'"rea\\u0073on": "",'):
        with pytest.raises(NotARecord) as caught:
            record_from_json(b"{" + text + content[1:])
        assert str(caught.value) == "does not follow the format: it has the key 'reason' twice in one object"
    deep = content.replace(b'"learning_rate"', b'"learning_rate": 7, "learning_rate"', 1)
    with pytest.raises(NotARecord, match="'learning_rate' twice"):
        record_from_json(deep)


@pytest.mark.parametrize("text", ['": ', 'File "x":\n', '\\":', '"a" : "b"'])
def test_colons_in_texts_are_no_keys(text: str) -> None:
    data = make_json(outcome="crashed", reason=text)
    assert record_from_json(json.dumps(data).encode()).reason == text


def test_whatever_an_ending_says_its_record_agrees() -> None:
    """A plugin raises an error without a word, or the disk is full when training is done."""
    whole = make_record()
    for outcome in Outcome:
        ending = Ending(
            outcome=outcome,
            curves=whole.curves,
            results=whole.results,
            costs=Costs(wall_seconds=1.0),
            environment=Environment(device="cpu"),
        )
        record = Record.of(whole.trial, ending, whole.task, whole.made_by, {})
        assert record_from_json(record_to_json(record)) == record
        assert record.reason == ("" if outcome is Outcome.COMPLETED else outcome.meaning)
