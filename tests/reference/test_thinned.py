"""Thinned records: valid, the same when thinned again, and with nothing lost that a verdict needs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record
from benchsuite.record_json import record_from_json, record_to_json
from benchsuite.thinned import thinned
from tests.factories import AUTOENCODER, component, make_record

RECORDS = {
    "completed": make_record(value=0.93),
    "best before the end": make_record(value=0.9, best=0.95),
    "diverged": make_record(outcome="diverged"),
    "pruned": make_record(outcome="pruned"),
    "no curves": make_record(outcome="unsupported"),
    "smaller is better": make_record(AUTOENCODER, value=0.02),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_thinned_record_is_a_record_that_says_the_same_as_far_as_it_says_anything(name: str) -> None:
    record = RECORDS[name]
    thin = thinned(record)
    assert record_from_json(record_to_json(thin)) == thin == thinned(thin)
    assert (thin.id, thin.trial, thin.results, thin.outcome, thin.task) == (
        record.id, record.trial, record.results, record.outcome, record.task,
    )  # fmt: skip
    for curve, row in record.curves.items():
        left = thin.curves[curve]
        assert np.array_equal(left[~np.isnan(left)], row[~np.isnan(left)])
    assert thin.costs.train_seconds_at == ()


@pytest.mark.parametrize("name", ["completed", "best before the end", "smaller is better"])
def test_the_epochs_that_results_name_and_the_curve_of_targets_stay(name: str) -> None:
    record = RECORDS[name]
    results, curves = record.results, thinned(record).curves
    assert results.final is not None
    assert results.best is not None
    there = {results.final["epoch"], results.best["epoch"]}
    loss = [place for place, value in enumerate(curves["train_loss"]) if not math.isnan(value)]
    assert set(loss) == there | {0, 1}  # before training and the next: floors of scores, and twins
    of_test = f"test_{record.task.primary}"
    assert curves[of_test][0] == record.curves[of_test][0]
    primary = f"validation_{record.task.primary}"
    assert np.array_equal(curves[primary], record.curves[primary])


def test_a_verdict_is_the_same_by_any_measure_but_seconds() -> None:
    def side(name: str, middle: float) -> list[Record]:
        changes = {"optimizer": [component(name, learning_rate=0.1)]}
        return [make_record(changes=changes, seed=seed, value=middle + seed / 1000) for seed in range(10)]

    a, b = side("sgd", 0.93), side("momentum", 0.95)
    for word in ("test", "test_loss", "train_loss", "validation", "steps:0.9", "epochs:middle"):
        about = About("optimizer", "sgd", "momentum", TrialMeasure.named(word))
        whole = compared(a, b, about)
        assert compared([*map(thinned, a)], [*map(thinned, b)], about).to_json() == whole.to_json(), word
