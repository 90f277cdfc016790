"""Scales, curves, and the numbers of rows, from records; budget curves and robustness, from searches and sweeps."""

from __future__ import annotations

import csv
import io
import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchsuite.analysis.arrays import TrialTable, table_of
from benchsuite.analysis.budget_curves import budget_check, budget_curves, expected_best
from benchsuite.analysis.rate_robustness import robustness_of_records, robustness_of_search
from benchsuite.analysis.reference import best_known, read_reference
from benchsuite.analysis.row_numbers import row_numbers
from benchsuite.analysis.scales import normalized_scores, scales
from benchsuite.analysis.searched_rows import costs, whole_scores
from benchsuite.analysis.table_curves import column_curves, shares_to_targets, speed_ups
from benchsuite.errors import BenchsuiteError
from benchsuite.searches import Search
from tests.analysis.test_arrays import search_of, tried
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

STUDY = make_study()
TABLE = table_of(STUDY)
SGD = {"optimizer": [component("sgd", learning_rate=0.1)]}


def test_a_scale_runs_from_untrained_networks_to_the_best_that_is_known():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    records += [make_record(changes=SGD, seed=seed, value=0.95) for seed in range(3)]
    table = table_of(records)
    scores = table.scores("test")
    (scale,) = scales(table, scores)
    starts = [record.curves["test_accuracy"][0] for record in records]
    assert (scale.floor, scale.reference, scale.source) == (np.median(starts), 0.95, "sgd")
    found = normalized_scores(scores, (scale,))
    np.testing.assert_allclose(found[1], 1)
    np.testing.assert_allclose(found[0, 0], (np.array([0.9, 0.91, 0.92]) - scale.floor) / (0.95 - scale.floor))
    # What is published counts where it is better.
    (better,) = scales(table, scores, {("digits_mlp", 1): 0.97})
    assert (better.reference, better.source) == (0.97, "reference results")
    assert scales(table, scores, {("digits_mlp", 1): 0.94}) == (scale,)
    assert scales(table, scores, {("digits_mlp", 2): 0.99}) == (scale,)


def test_a_loss_has_its_scale_the_other_way_round_and_through_powers_of_ten_a_logarithmic_one():
    held = [make_record(AUTOENCODER, value=0.012), make_record(AUTOENCODER, SGD, value=0.02)]
    table = table_of(held)
    scores = table.scores("test")
    (scale,) = scales(table, scores)
    assert scale.floor > 0.2 > scale.reference == 0.012
    found = normalized_scores(scores, (scale,))[:, 0, 0]
    assert found[0] == 1 > found[1] > 0.9
    key = AUTOENCODER.name, 1
    assert [scales(table, scores, {key: value})[0].reference for value in (0.011, 0.013)] == [0.011, 0.012]
    far = replace(AUTOENCODER, name="bowl", start=1.0, limit=1e-6)
    table = table_of([make_record(far, value=1e-6), make_record(far, SGD, value=1e-3)])
    (scale,) = scales(table, table.scores("test"))
    assert scale.logarithmic
    np.testing.assert_allclose(
        normalized_scores(table.scores("test"), (scale,))[:, 0, 0],
        [1, (math.log10(scale.floor) + 3) / (math.log10(scale.floor) + 6)],
    )


def test_where_all_failed_there_is_no_scale_and_failed_stays_failed():
    table = table_of([make_record(outcome="diverged"), make_record(changes=SGD, outcome="crashed")])
    (scale,) = scales(table, table.scores("test"))
    assert math.isnan(scale.floor)
    assert np.isnan(normalized_scores(table.scores("test"), (scale,))).all()
    for numbers in row_numbers(table):
        assert (numbers.runs, numbers.failed) == (1, 1)
        assert math.isnan(numbers.interquartile_mean)
        assert numbers.profile_area == 0
    with pytest.raises(BenchsuiteError, match="a time has none"):
        scales(TABLE, TABLE.scores("steps:middle"))


def test_the_published_reference_is_the_median_of_its_seeds(tmp_path):
    content = Path("results/reference/baselines.csv").read_text(encoding="utf-8")
    found = best_known(read_reference(Path("results/reference/baselines.csv")))
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["task"] == "digits_mlp"]
    version = max(int(row["version"]) for row in rows)
    wanted = np.median([float(row["test"]) for row in rows if int(row["version"]) == version])
    assert found["digits_mlp", version] == wanted
    assert len(found) > 30
    file = tmp_path / "baselines.csv"
    head = "task,version,epochs,outcome,train,validation,test,train_loss,epochs_to_targets,steps\n"
    failed, half, more = "a,1,5,diverged,,,,,,\n", "a,1,5,completed,,,0.5,,-,10\n", "a,1,5,completed,,,0.7,,-,10\n"
    for rows, wanted in (((failed, half, more), {("a", 1): 0.6}), ((failed, half), {})):
        file.write_text(head + "".join(rows), encoding="utf-8")
        assert best_known(read_reference(file)) == wanted


def test_the_curves_of_a_column():
    column = TABLE.columns.index("digits_mlp")
    curves = column_curves(TABLE, column)
    adam = TABLE.rows.index("adam")
    for place, (record,) in enumerate(TABLE.cells[adam][column]):
        wanted = np.maximum.accumulate(record.curves["validation_accuracy"])
        np.testing.assert_array_equal(curves.values[adam, place], wanted)
    np.testing.assert_array_equal(curves.medians()[adam], np.median(curves.values[adam], axis=0))
    # A failed trial has no curve here, and so is −∞; one that lacks is NaN.
    failing = TABLE.columns.index("mnist5k_cnn"), TABLE.rows.index("adafactor")
    assert np.isneginf(column_curves(TABLE, failing[0]).values[failing[1]]).all()
    lacking = column_curves(TABLE, TABLE.columns.index("housing_mlp")).values[TABLE.rows.index("muon")]
    assert np.isnan(lacking).all()


def test_a_trial_that_ended_early_keeps_its_last_value_and_one_that_failed_on_the_way_does_not():
    short = replace(DIGITS, epochs=20)
    whole = make_record(short, seed=0)

    def cut(data: dict) -> None:  # type: ignore[type-arg]
        data["curves"] = {name: row[:6] for name, row in data["curves"].items()}

    def failed(data: dict) -> None:  # type: ignore[type-arg]
        cut(data)
        data["outcome"] = "diverged"

    early, died = remade(make_record(short, seed=1), cut), remade(make_record(short, seed=2), failed)
    values = column_curves(table_of([whole, early, died]), 0).values[0]
    assert values.shape == (3, 21)
    assert set(values[1, 5:]) == {values[1, 5]}
    np.testing.assert_array_equal(np.isneginf(values[2]), np.arange(21) > 5)
    shares = shares_to_targets(table_of([whole, early, died]), scales_of(table_of([whole, early, died])))
    assert shares.shape == (1, 1, 3, 20)
    assert shares[0, 0, 2, 0] == shares[0, 0, 1, 0] <= 5 / 20  # it got there before it failed
    assert np.isinf(shares[0, 0, 2, -1])


def scales_of(table: TrialTable):  # type: ignore[no-untyped-def]
    return scales(table, table.scores("validation"))


def test_a_row_against_itself_is_as_fast_as_itself():
    adam = TABLE.rows.index("adam")
    found = speed_ups(TABLE, adam)
    assert all(one.median == 1 for one in found[adam])
    faster = found[TABLE.rows.index("schedule_free_adamw")]
    slower = found[TABLE.rows.index("adagrad")]
    assert np.median([one.median for one in faster]) > 1 > max(one.median for one in slower)


def test_the_numbers_of_all_rows():
    adam = TABLE.rows.index("adam")
    found = {numbers.row: numbers for numbers in row_numbers(TABLE, reference=adam)}
    assert tuple(found) == TABLE.rows
    assert found["adam"].step_ratio == pytest.approx(1)
    assert (found["adam"].runs, found["adam"].failed) == (15, 0)
    assert (found["muon"].runs, found["adafactor"].failed, found["adafactor"].mean) == (12, 3, -math.inf)
    assert found["lion"].state_ratio == 1
    assert found["adam"].state_ratio == 2
    order = sorted(found.values(), key=lambda numbers: numbers.interquartile_mean)
    assert [numbers.row for numbers in order[:1]] == ["adagrad"]
    assert not found["adagrad"].on_front
    assert any(numbers.on_front for numbers in found.values())
    for numbers in found.values():
        assert 0 <= numbers.profile_area <= 1
        assert 0 <= numbers.targets_area <= 1
        assert numbers.optimality_gap >= 0
    assert row_numbers(TrialTable.of([], [], [])) == ()
    # Whatever the order of the records.
    assert repr(row_numbers(table_of(STUDY[::-1]), reference=adam)) == repr(tuple(found.values()))


SCORES = [0.5, 0.9, None, 0.7, 0.8, 0.6]


def a_search(selection: str = "adam", shift: float = 0.0) -> Search:
    held = [
        tried(None if score is None else score + shift, source="default" if not place else "tuner",
              optimizer__0__learning_rate=10.0 ** (-place / 2))
        for place, score in enumerate(SCORES)
    ]  # fmt: skip
    stopped = tried(None, stop=2, cost=0.1, optimizer__0__learning_rate=1.0)
    return search_of(selection, tried=(*held, stopped), chosen=1)


def test_a_budget_curve_is_the_history_and_the_mean_of_all_histories():
    search = a_search()
    np.testing.assert_array_equal(whole_scores(search), [0.5, 0.9, -math.inf, 0.7, 0.8, 0.6, math.nan])
    np.testing.assert_allclose(costs(search), [1, 2, 3, 4, 5, 6, 6.1])
    (curve,) = budget_curves([search], {})
    np.testing.assert_array_equal(curve.best, [0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
    proposed = [0.9, -math.inf, 0.7, 0.8, 0.6]
    wanted = [np.mean([max(0.5, *some) for some in itertools.combinations(proposed, k)]) for k in range(1, 6)]
    np.testing.assert_allclose(curve.expected.expected, [0.5, *wanted])
    assert curve.expected.k.tolist() == [1, 2, 3, 4, 5, 6]
    assert (curve.row, curve.column) == ("adam", "digits_mlp")
    assert len(expected_best(search_of("adam", tried=(), tuner="", budget=0)).k) == 0


def test_would_more_budget_have_changed_the_winner():
    one, other = a_search("adam"), a_search("sgd", -0.01)
    found = budget_check([other, one], {}, np.random.default_rng(0), draws=400)
    assert (found.rows, found.columns) == (("adam", "sgd"), ("digits_mlp",))
    assert found.by_column[0].leads_now.tolist() == found.overall.leads_now.tolist() == [1, 0]
    assert 0.2 < found.overall.changes_at_double < 0.8
    clear = budget_check([one, a_search("sgd", -100)], {}, np.random.default_rng(0), draws=400)
    assert clear.overall.changes_at_double == clear.by_column[0].changes_at_half == 0
    again = budget_check([one, other], {}, np.random.default_rng(0), draws=400)
    assert repr(again) == repr(found)


def test_how_far_off_a_rate_may_be():
    search = a_search()
    found = robustness_of_search(search, 0.25)
    assert found is not None
    # 0.9, failed, 0.7, 0.8, 0.6 from 10^-0.5 down: next to the failed one nothing counts.
    assert found.best == pytest.approx(10**-0.5)
    assert found.failed == 1
    assert found.decades == pytest.approx(0.5 + 0.5 * (0.8 - 0.65) / (0.8 - 0.6) + 0.5 * (0.9 - 0.65) / (0.9 - 0.5))
    assert robustness_of_search(search_of("adam", searched=("depth",)), 0.1) is None
    records = [
        make_record(changes={"optimizer": [component("sgd", learning_rate=rate, momentum=0.9)]}, seed=seed)
        for rate in (0.01, 0.1, 1.0) for seed in (0, 1)
    ]  # fmt: skip
    records += [make_record(changes={"optimizer": [component("sgd", learning_rate=0.1, momentum=0.0)]}), make_record()]
    ((name, _), swept), *others = robustness_of_records(records, 1.0).items()
    assert not others
    assert (name, swept.tried, swept.decades, swept.low_open, swept.high_open) == ("sgd", 3, 2.0, True, True)
