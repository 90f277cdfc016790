"""Which records become points of one space, and which do not."""

from __future__ import annotations

import math

import pytest

from benchsuite.analysis.importance.tried import Tries, tries
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from tests.factories import component, make_record, remade


def adam(rate: float, **others: object) -> Record:
    setting = component("adam", learning_rate=rate, beta_1=0.9, beta_2=0.999)
    return make_record(changes={"optimizer": [setting]}, **others)  # type: ignore[arg-type]


def only(records: list[Record], measure: str = "test") -> Tries:
    (found,) = tries(records, measure)
    return found


def test_seeds_of_one_setting_are_one_point() -> None:
    records = [adam(rate, seed=seed, value=rate + seed / 100) for rate in (0.1, 0.2) for seed in range(3)]
    found = only(records)
    assert found.varied == ("optimizer.0.learning_rate",)
    assert [(point.result, point.seeds, point.failed) for point in found.points] == [
        (pytest.approx(0.11), 3, 0), (pytest.approx(0.21), 3, 0)
    ]  # fmt: skip
    assert found.trials == 6


def test_a_failed_seed_is_worse_than_any_number_and_counted() -> None:
    records = [
        adam(0.1, seed=0),
        adam(0.2, seed=0, outcome="diverged"),
        adam(0.2, seed=1, value=0.9),
        adam(0.2, seed=2, outcome="crashed"),
    ]
    found = only(records)
    assert [(point.result, point.failed) for point in found.points][1] == (-math.inf, 2)
    assert found.failed == 1


def test_what_was_pruned_or_unsupported_is_no_failure() -> None:
    records = [adam(0.1), adam(0.2), adam(0.3, outcome="pruned"), adam(0.4, outcome="unsupported")]
    found = only(records)
    assert len(found.points) == 2
    assert found.left_out == 2


def test_other_components_and_changed_baselines_are_other_spaces() -> None:
    records = [adam(0.1), adam(0.2)]
    sgd = make_record(changes={"optimizer": [component("sgd", learning_rate=0.1)]})
    tanh = [
        make_record(
            changes={
                "activation": [component("tanh")],
                "optimizer": [component("adam", learning_rate=rate, beta_1=0.9, beta_2=0.999)],
            }
        )
        for rate in (0.1, 0.3)
    ]
    changed = [remade(record, lambda data: data["spec"].update(changes={"schedule": "cosine"})) for record in records]
    found = tries([*records, sgd, *tanh, *changed], "test")
    assert sorted(len(one.points) for one in found) == [2, 2, 2]


def test_streams_of_their_own_and_refits_are_left_out() -> None:
    refit = remade(adam(0.3), lambda data: data["spec"].update(refit=True))
    found = only([adam(0.1), adam(0.2), adam(0.1, streams={"order": 5}), refit])
    assert found.trials == 2


def test_batch_size_and_knobs_are_dimensions_as_well() -> None:
    small = remade(adam(0.1), lambda data: data["spec"].update(batch_size=8, changes={"batch_size": "8"}))
    wide = remade(adam(0.1), lambda data: data["spec"].update(knobs={"width": 128}))
    records = [adam(0.1), small, wide]
    (found,) = tries(records, "test", {"digits_mlp": {"width": 64}})
    assert found.varied == ("batch_size", "width")
    assert sorted(str(point.values["width"]) for point in found.points) == ["128", "64", "64"]


def test_folds_are_parts_of_one_value_and_a_seed_without_all_of_them_is_none() -> None:
    whole = [adam(rate, fold=(number, 2), value=0.8 + number / 10) for rate in (0.1, 0.2) for number in (0, 1)]
    found = only([*whole, adam(0.3, fold=(0, 2))])
    assert [(point.result, point.seeds) for point in found.points] == [(pytest.approx(0.85), 1)] * 2


def test_another_measure_has_another_direction_and_an_unknown_one_is_refused() -> None:
    found = only([adam(0.1), adam(0.2)], "train_loss")
    assert (found.looked.key, found.looked.direction) == ("train_loss", "min")
    with pytest.raises(BenchsuiteError, match=r"^unknown measure. Received: 'tests'"):
        tries([adam(0.1), adam(0.2)], "tests")
