"""What a search may know: nothing of the test part, and nothing of training."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints

import pytest

from benchsuite.components import Dimension, Problem, Proposal, Scored
from benchsuite.record import Record
from benchsuite.tuning.validation import Validation
from tests.factories import AUTOENCODER, component, make_record, remade

BEST = {"regularization": [component("early_stopping", patience=3)]}


def poisoned(record: Record) -> Record:
    """The record with other numbers wherever it says something of the test or the training part."""

    def change(data: dict[str, Any]) -> None:
        for name in [name for name in data["curves"] if name.startswith(("test_", "train_")) or name == "running_loss"]:
            data["curves"][name] = [None if value is None else 12345.5 for value in data["curves"][name]]
        for row in (data["results"]["final"], data["results"]["best"]):
            for name in [name for name in row or () if name.startswith(("test_", "train_"))]:
                row[name] = 12345.5

    return remade(record, change)


@pytest.mark.parametrize(
    "record",
    [make_record(), make_record(outcome="pruned"), make_record(outcome="diverged"), make_record(AUTOENCODER), make_record(changes=BEST)],
)  # fmt: skip
def test_poisoned_test_and_training_numbers_give_the_same(record: Record) -> None:
    other = poisoned(record)
    if record.curves:
        assert other.curves != record.curves
    one, two = Validation.of(record), Validation.of(other)
    assert json.dumps(asdict(one)) == json.dumps(asdict(two))
    assert one.score == two.score
    assert "12345.5" not in repr(two)


def test_a_tuner_is_given_numbers_and_no_record() -> None:
    """Its types hold nothing from which a path leads to a test number."""
    assert {field.name for field in fields(Scored)} == {"point", "stop", "score", "own"}
    assert {field.name for field in fields(Problem)} == {"dimensions", "budget", "epochs", "generator"}
    assert {field.name for field in fields(Proposal)} == {"point", "stop"}
    assert {field.name for field in fields(Dimension)} == {"name", "space"}
    assert all(
        set(get_args(hint) or [hint]) <= {float, int, bool, type(None), ...} for hint in get_type_hints(Scored).values()
    )


def test_the_score_is_where_training_ended_and_larger_is_better() -> None:
    record = make_record()
    curve = record.curves["validation_accuracy"]
    assert Validation.of(record).score == curve[-1]
    pruned = make_record(outcome="pruned")
    assert Validation.of(pruned).score == pruned.curves["validation_accuracy"][-1]
    assert Validation.of(pruned).kept is None
    loss = make_record(AUTOENCODER)
    assert Validation.of(loss).score == -loss.curves["validation_loss"][-1]


def test_where_weights_were_put_back_it_is_that_of_their_epoch() -> None:
    record = make_record()
    place = record.curves.epochs // 2

    def put_back(data: dict[str, Any]) -> None:
        data["results"]["final"] = {
            name: row[place] for name, row in data["curves"].items() if name != "running_loss"
        }  # fmt: skip

    assert Validation.of(remade(record, put_back)).score == record.curves["validation_accuracy"][place]


@pytest.mark.parametrize("outcome", ["diverged", "crashed", "timed_out", "out_of_memory", "unsupported"])
def test_a_failure_has_no_score(outcome: str) -> None:
    found = Validation.of(make_record(outcome=outcome))
    assert found.failed
    assert found.score is None


def test_a_number_that_is_not_finite_is_none() -> None:
    def vanish(data: dict[str, Any]) -> None:
        data["curves"]["validation_accuracy"][-1] = None

    found = Validation.of(remade(make_record(outcome="pruned"), vanish))
    assert not found.failed
    assert found.score is None
