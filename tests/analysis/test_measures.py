"""Measures of stored predictions, against counting by hand."""

import numpy as np
import pytest

from benchsuite.analysis.measures import DIRECTIONS, curves, measure_tables, measured
from tests.factories import DIGITS, component, make_record


def by_hand(scores, wanted):
    """Precision, recall and F1 of class 1, and the share of pairs that the scores order rightly (ties count half)."""
    chosen = scores > 0.5
    hits = np.sum(chosen & (wanted == 1))
    precision, recall = hits / chosen.sum(), hits / (wanted == 1).sum()
    pairs = scores[wanted == 1][:, None] - scores[wanted == 0][None, :]
    return precision, recall, 2 * precision * recall / (precision + recall), np.mean((pairs > 0) + 0.5 * (pairs == 0))


def logits(scores):
    return np.log(np.stack([1 - scores, scores], axis=-1)).astype("float32")


def test_two_classes_against_counting():
    random = np.random.default_rng(0)
    wanted = random.integers(0, 2, 200).astype("int32")
    scores = np.clip(0.3 * wanted + random.uniform(0.05, 0.65, 200), 0.01, 0.99).round(2)
    found = measured(logits(scores), wanted)
    precision, recall, f1, area = by_hand(scores, wanted)
    assert found["precision"] == pytest.approx(precision)
    assert found["recall"] == pytest.approx(recall)
    assert found["f1"] == pytest.approx(f1)
    assert found["roc_auc"] == pytest.approx(area, abs=1e-6)
    assert found["accuracy"] == pytest.approx(np.mean((scores > 0.5) == wanted))
    right = np.where(wanted == 1, scores, 1 - scores)
    assert found["cross_entropy"] == pytest.approx(-np.log(right).mean(), rel=1e-5)


def test_several_classes_are_averaged_and_absent_ones_left_out():
    wanted = np.array([0, 0, 2, 2, 2], "int32")
    outputs = np.full((5, 4), -9.0, "float32")
    outputs[range(5), [0, 2, 2, 2, 0]] = 9
    found = measured(outputs, wanted)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["precision"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found["recall"] == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_values_against_their_formulas():
    targets, outputs = np.array([[1.0], [2.0], [4.0]], "float32"), np.array([[1.5], [2.0], [3.0]], "float32")
    found = measured(outputs, targets)
    assert found["mse"] == pytest.approx((0.25 + 1) / 3)
    assert found["rmse"] == pytest.approx(found["mse"] ** 0.5)
    assert found["mae"] == pytest.approx(0.5)
    assert found["r2"] == pytest.approx(1 - 1.25 / np.sum((targets - targets.mean()) ** 2))
    assert "r2" not in measured(outputs[:1], targets[:1])  # no variance to explain


def test_one_class_alone_has_no_area_and_no_curves():
    wanted = np.zeros(4, "int32")
    found = measured(logits(np.array([0.1, 0.2, 0.6, 0.3])), wanted)
    assert "roc_auc" not in found
    assert curves(logits(np.array([0.1, 0.2, 0.6, 0.3])), wanted) is None


def test_places_of_a_sequence_are_examples():
    wanted = np.array([[0, 1], [1, 1]], "int32")
    outputs = logits(np.array([[0.1, 0.9], [0.2, 0.8]]))
    assert measured(outputs, wanted)["accuracy"] == pytest.approx(3 / 4)


def test_curves_run_from_corner_to_corner_and_their_area_is_the_measure():
    random = np.random.default_rng(1)
    wanted = random.integers(0, 2, 150).astype("int32")
    outputs = logits(np.clip(0.3 * wanted + random.uniform(0.05, 0.65, 150), 0.01, 0.99))
    roc, precision_recall = curves(outputs, wanted)
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(measured(outputs, wanted)["roc_auc"], abs=1e-9)
    assert precision_recall.x[0] == 0
    assert precision_recall.x[-1] == 1


def test_medians_over_seeds_for_each_recipe_and_failed_trials_do_not_count():
    records = [make_record(DIGITS, seed=seed) for seed in range(3)]
    records.append(make_record(DIGITS, seed=3, outcome="diverged"))
    wanted = np.array([0, 1, 2, 3], "int32")
    predictions = {}
    for right, record in zip((4, 2, 3, 0), records, strict=True):
        outputs = np.eye(4, dtype="float32")[np.where(np.arange(4) < right, wanted, (wanted + 1) % 4)]
        predictions[record.id] = {"test_outputs": outputs, "test_targets": wanted}
    (table,) = measure_tables(records, predictions).values()
    (recipe,) = table.recipes
    assert recipe.seeds == 3
    assert recipe.is_baseline
    assert recipe.values["accuracy"] == pytest.approx(3 / 4)
    assert measure_tables(records, {}) == {}


def test_the_baseline_stands_first_whatever_the_others_are_called():
    records = [make_record(DIGITS, {"optimizer": [component("adadelta", learning_rate=1.0)]}), make_record(DIGITS)]
    wanted = np.array([0, 1, 2, 3], "int32")
    one = {"test_outputs": np.eye(4, dtype="float32"), "test_targets": wanted}
    (table,) = measure_tables(records, {record.id: one for record in records}).values()
    assert [recipe.is_baseline for recipe in table.recipes] == [True, False]


def test_of_every_measure_it_is_known_which_values_are_better():
    two, values = np.array([0, 1], "int32"), np.array([[1.0], [2.0]], "float32")
    names = {*measured(np.eye(2, dtype="float32"), two), *measured(values, values)}
    assert names == set(DIRECTIONS)
