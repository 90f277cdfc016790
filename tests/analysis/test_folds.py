"""Cross-validation: the folds of a seed are one seed, in leaderboards, steps to targets, grids, probes and measures."""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from benchsuite.analysis import Entry, Sample, grids, layer_probes, leaderboards
from benchsuite.analysis.folds import incomplete_folds, seeds_of
from benchsuite.analysis.measures import measure_tables
from benchsuite.record import Record
from tests.factories import DIGITS, component, make_record, remade

SGD = component("sgd", learning_rate=0.1)
TARGET = replace(DIGITS, targets=(0.9,))


def folds_of(values: list[float], *, seed: int = 0, **arguments: Any) -> list[Record]:
    """One record for each value, the last fold first: nothing may depend on the order."""
    records = [
        make_record(seed=seed, value=value, fold=(number, len(values)), **arguments)
        for number, value in enumerate(values)
    ]
    return records[::-1]


def entry_of(records: list[Record]) -> Entry:
    (row,) = leaderboards(records)[0].rows
    (entry,) = row.entries
    assert entry is not None
    return entry


def steps_of(seed: int, steps: list[int | None], outcomes: dict[int, str] | None = None) -> list[Record]:
    """The folds of a seed that reached the target after these steps."""
    records = []
    for number, step in enumerate(steps):
        outcome = (outcomes or {}).get(number, "completed")
        record = make_record(TARGET, seed=seed, fold=(number, len(steps)), outcome=outcome)
        if outcome == "completed":
            reached = step and {"epoch": step // 33, "step": step}
            record = remade(record, lambda data, reached=reached: data["results"]["targets"].update({"0.9": reached}))  # type: ignore[misc]
        records.append(record)
    return records


def predictions_of(records: list[Record], outputs: np.ndarray, targets: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Deal the examples out to the folds of each seed as consecutive parts."""
    found = {}
    for record in records:
        number, count = record.trial.fold[0], record.trial.fold[1]
        part = np.array_split(np.arange(len(targets)), count)[number]
        found[record.id] = {"test_outputs": outputs[part], "test_targets": targets[part]}
    return found


# Which trials are a seed


def test_a_seed_has_its_folds_in_order_and_those_that_lack_some_are_left_out():
    whole, lacking = folds_of([0.9, 0.8, 0.7], seed=1), folds_of([0.9, 0.8, 0.7], seed=0)[1:]
    (trials,) = seeds_of([*lacking, *whole])
    assert [record.trial.fold[0] for record in trials] == [0, 1, 2]
    assert incomplete_folds([*whole, *lacking]) == {record.id for record in lacking}
    # Folds of another recipe, seed or number of folds complete nothing.
    other = folds_of([0.9, 0.8, 0.7], changes={"optimizer": [SGD]})[:1] + folds_of([0.9, 0.8])
    assert incomplete_folds([*lacking, *other]) == {record.id for record in [*lacking, *other[:1]]}


def test_trials_without_folds_are_each_a_seed():
    records = [make_record(seed=seed) for seed in (2, 0, 1)]
    assert [record.trial.seed for (record,) in seeds_of(records)] == [0, 1, 2]
    assert incomplete_folds(records) == frozenset()


# Leaderboards


def test_a_seed_counts_with_the_mean_over_its_folds_and_the_entry_has_the_mean_deviation():
    first, second = [0.9, 0.8, 0.7], [0.6, 0.6, 0.9]
    entry = entry_of(folds_of(first) + folds_of(second, seed=1))
    assert [seed.final for seed in entry.seeds] == pytest.approx([0.8, 0.7])
    assert [seed.deviation for seed in entry.seeds] == pytest.approx([0.1, statistics.stdev(second)])
    assert entry.deviation == pytest.approx((0.1 + statistics.stdev(second)) / 2)
    assert entry.final is not None
    assert (entry.final.estimate, entry.final.count) == (pytest.approx(0.75), 2)
    assert entry_of([make_record(seed=seed, value=0.9) for seed in range(3)]).deviation is None


def test_one_failed_fold_fails_its_seed_and_has_no_part_in_the_deviation():
    failing = [make_record(seed=1, fold=(0, 2)), make_record(seed=1, fold=(1, 2), outcome="diverged")]
    entry = entry_of(folds_of([0.9, 0.8]) + failing)
    assert (entry.failed, entry.outcomes) == (1, {"completed": 1, "diverged": 1})
    assert entry.deviation == pytest.approx(statistics.stdev([0.9, 0.8]))


def test_seeds_that_lack_folds_are_left_out_and_told():
    whole, lacking = folds_of([0.9, 0.8, 0.7]), folds_of([0.1, 0.1, 0.1], seed=1)[1:]
    assert entry_of(whole + lacking) == entry_of(whole)
    assert Sample(whole + lacking).left_out.incomplete_folds == tuple(sorted(record.id for record in lacking))
    assert Sample(whole + lacking).left_out.count == 2
    # Nothing is no "unsupported": a recipe without any whole seed has no row.
    assert leaderboards(lacking) == []


def test_grids_hold_whole_seeds_only():
    both = {"optimizer": [SGD], "schedule": [component("cosine")]}
    records = folds_of([0.9, 0.8]) + folds_of([0.8, 0.6], changes=both)
    (grid,) = grids(records)
    assert grid.head.label == "digits_mlp · 2 folds"
    assert sorted(entry.final.estimate for line in grid.entries for entry in line if entry and entry.final) == [
        pytest.approx(0.7),
        pytest.approx(0.85),
    ]
    assert grids(records[:3]) == []


def test_probed_folds_of_one_seed_are_one_seed():
    records = folds_of([0.9, 0.8, 0.7])
    probe = {"layers": ["dense_1"], "epochs": [0], "measures": {"dead": [[0.5]]}}
    (found,) = layer_probes(records, {record.id: probe for record in records}).values()
    assert found.recipes[0].counts == (1,)


# Steps to targets


def test_steps_of_a_seed_are_the_median_over_its_folds():
    entry = entry_of(steps_of(0, [33, 99, 66]) + steps_of(1, [165, None, 132]))
    assert entry.targets[0].steps == (66, 165)
    assert (entry.targets[0].reached, entry.targets[0].median) == (2, 115.5)


@pytest.mark.parametrize(("steps", "outcomes"), [
    ([33, None, None], {}),
    ([33, None], {}),  # the median lies between a step and never
    ([33, 33, 33], {2: "diverged"}),  # a failed seed has reached no target
])  # fmt: skip
def test_a_seed_misses_a_target_that_its_median_fold_missed(steps: list[int | None], outcomes: dict[int, str]):
    (target,) = entry_of(steps_of(0, steps, outcomes)).targets
    assert (target.steps, target.reached, target.median) == ((None,), 0, None)


# Measures of stored predictions


def draws(examples: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that know a little of the targets."""
    random = np.random.default_rng(seed)
    wanted = random.integers(0, classes, examples).astype("int32")
    return (random.normal(size=(examples, classes)) + np.eye(classes)[wanted]).astype("float32"), wanted


def test_leave_one_out_is_pooled_and_its_accuracy_is_the_leaderboards():
    outputs, wanted = draws(30, 3)
    right = (outputs.argmax(1) == wanted).astype(float)
    assert 0.2 < right.mean() < 0.9
    records = folds_of(list(right))
    (table,) = measure_tables(records, predictions_of(records, outputs, wanted)).values()
    (recipe,) = table.recipes
    final = entry_of(records).final
    assert final is not None
    assert recipe.values["accuracy"] == pytest.approx(final.estimate)
    assert recipe.values["precision"] == pytest.approx(
        metrics.precision_score(wanted, outputs.argmax(1), average="macro")
    )
    assert recipe.values["recall"] == pytest.approx(metrics.recall_score(wanted, outputs.argmax(1), average="macro"))
    assert (recipe.seeds, table.label) == (1, "digits_mlp · 30 folds")


def test_two_seeds_with_folds_are_two_and_their_median_is_over_pooled_values():
    records, predictions, expected = [], {}, []
    for seed in range(2):
        outputs, wanted = draws(31, 2, seed)  # folds of unequal size: the mean over folds is another number
        held = folds_of([0.5] * 4, seed=seed)
        predictions |= predictions_of(held, outputs, wanted)
        records += held
        expected.append(metrics.f1_score(wanted, outputs.argmax(1)))
    (recipe,) = next(iter(measure_tables(records, predictions).values())).recipes
    assert recipe.seeds == 2
    assert recipe.values["f1"] == pytest.approx(sum(expected) / 2)


def test_curves_are_scikit_learns_of_the_pooled_scores():
    outputs, wanted = draws(40, 2)
    records = folds_of([0.5] * 5)
    (recipe,) = next(iter(measure_tables(records, predictions_of(records, outputs, wanted)).values())).recipes
    scores = 1 / (1 + np.exp((outputs[:, 0] - outputs[:, 1]).astype("float64")))
    false_positive, true_positive, _ = metrics.roc_curve(wanted, scores)
    precision, recall, _ = metrics.precision_recall_curve(wanted, scores)
    assert recipe.roc is not None
    assert recipe.precision_recall is not None
    assert (recipe.roc.x, recipe.roc.y) == (pytest.approx(false_positive), pytest.approx(true_positive))
    assert recipe.precision_recall.x == pytest.approx(recall[::-1])
    assert recipe.precision_recall.y == pytest.approx(precision[::-1])
    assert recipe.values["roc_auc"] == pytest.approx(metrics.roc_auc_score(wanted, scores))


def test_a_seed_without_the_predictions_of_all_its_folds_is_not_measured():
    outputs, wanted = draws(12, 3)
    records = folds_of([0.5] * 3) + folds_of([0.5] * 3, seed=1)
    predictions = predictions_of(records, outputs, wanted)
    del predictions[records[0].id]
    (table,) = measure_tables(records, predictions).values()
    assert table.recipes[0].seeds == 1
    failed = [*records[:3], *records[4:], make_record(seed=1, fold=(2, 3), outcome="diverged")]
    assert measure_tables(failed, predictions) == {}


def test_folds_and_the_tasks_own_split_are_measured_apart():
    outputs, wanted = draws(12, 3)
    folded, alone = folds_of([0.5] * 3), make_record()
    predictions: dict[str, Any] = {**predictions_of(folded, outputs, wanted)}
    predictions[alone.id] = {"test_outputs": outputs[:4], "test_targets": wanted[:4]}
    tables = measure_tables([*folded, alone], predictions)
    assert sorted(column.folds for column in tables) == [0, 3]
    assert all(table.recipes[0].seeds == 1 for table in tables.values())
