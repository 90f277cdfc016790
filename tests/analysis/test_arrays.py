"""Arrays made from records: what stands in which cell, what is missing, what failed, and what was never reached."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchsuite.analysis import leaderboards
from benchsuite.analysis.arrays import scores, table_of, table_of_board, table_of_searches
from benchsuite.analysis.measure_of_kind import MEASURES, measures_of
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.record import Record
from benchsuite.searches import Search, Tried
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

SGD = {"optimizer": [component("sgd", learning_rate=0.1)]}
STUDY = make_study()


def search_of(selection: str, **changes: Any) -> Search:
    facts: dict[str, Any] = {
        "kind": "optimizer", "selection": selection, "task": "digits_mlp", "task_version": 1, "epochs": 20, "batch_size": 32,
        "precision": "float32", "device": "cpu", "engine": 2, "lanes": 1, "change": "", "track": "tuned", "tuner": "random",
        "tuner_version": 1, "budget": 8, "rule": "the best", "searched": ("optimizer.0.learning_rate",), "tuning_seeds": 1,
        "folds": 0, "tried": (), "chosen": None, "evaluated": (), "edges": {}, "ranges": {}, "widened": {},
    }  # fmt: skip
    return Search(**(facts | changes))


def tried(
    score: float | None, *, source: str = "tuner", stop: int | None = None, cost: float = 1.0, **values: Any
) -> Tried:
    return Tried({name.replace("__", "."): value for name, value in values.items()}, (), score, cost, stop, source)


def test_the_array_holds_what_the_leaderboard_holds():
    for board in leaderboards(STUDY):
        for at in ("final", "best"):
            found = scores(board, records=STUDY, at=at)
            assert found.rows == tuple(row.label for row in board.rows)
            for row, values in zip(board.rows, found.values, strict=True):
                for entry, direction, cell in zip(row.entries, found.directions, values, strict=True):
                    failed = -math.inf if direction == "max" else math.inf
                    wanted = dict.fromkeys(found.seeds, math.nan)
                    for seed in entry.seeds if entry else ():
                        value = seed.final if at == "final" else seed.best
                        wanted[seed.seed] = failed if seed.failed else math.nan if value is None else value
                    np.testing.assert_array_equal(cell, list(wanted.values()))
            np.testing.assert_array_equal(found.values, scores(board, at=at).values)
        # Records give the same, in the order of the labels.
        found, by_itself = scores(board), scores(STUDY, kind=board.kind)
        assert (sorted(by_itself.rows), by_itself.columns) == (sorted(found.rows), found.columns)
        order = [by_itself.rows.index(row) for row in found.rows]
        np.testing.assert_array_equal(by_itself.values[order], found.values)


def test_larger_is_better_once_it_is_oriented():
    found = scores(STUDY)
    assert set(found.directions) == {"max", "min"}
    turned = found.oriented()
    np.testing.assert_array_equal(np.isnan(turned), np.isnan(found.values))
    assert not np.isposinf(turned).any()
    assert np.isneginf(turned).sum() == np.isinf(found.values).sum() > 0
    np.testing.assert_array_equal(np.abs(turned), np.abs(found.values))


@pytest.mark.parametrize("place", range(3))
def test_steps_to_a_declared_target_are_those_of_the_record(place: int):
    word = ("easiest", "middle", "hardest")[place]
    # Of one optimizer each, so that a record is found by its task and seed.
    for name in ("adam", "lion", "adagrad"):
        held = [
            record for record in STUDY
            if record.trial.recipe.one("optimizer").name == name and len(record.task.targets) == 3
            and all(record.trial.recipe.get(kind) == record.task.baseline.get(kind) for kind in RECIPE_KINDS if kind != "optimizer")
        ]  # fmt: skip
        steps, epochs = (scores(held, measure=f"{what}:{word}") for what in ("steps", "epochs"))
        times = table_of(held).times(f"steps:{word}")
        for record in held:
            where = 0, steps.columns.index(record.trial.task), steps.seeds.index(record.trial.seed)
            reached = record.results.targets.get(str(record.task.targets[place]))
            assert steps.values[where] == (reached.step if reached else math.inf)
            assert epochs.values[where] == (reached.epoch if reached else math.inf)
            assert times.reached[where] == (reached is not None)
            watched = record.curves["step"][-1] if record.outcome.finished else math.inf
            assert times.values[where] == (reached.step if reached else watched)
            assert times.targets[where[1]] == record.task.targets[place]


def test_any_number_can_be_a_target_of_one_measure_and_none_of_several():
    record = make_record(value=0.98)
    curve = record.curves["validation_accuracy"]
    found = scores([record], measure="epochs:0.5").values.item()
    assert curve[int(found)] >= 0.5 > curve[int(found) - 1]
    both = [record, make_record(AUTOENCODER)]
    with pytest.raises(BenchsuiteError, match="accuracy, loss"):
        scores(both, measure="steps:0.5")
    # One that some task declares is that task's.
    declared = scores(both, measure="steps:0.95")
    assert np.isnan(declared.values[0, declared.columns.index("mnist5k_autoencoder")]).all()
    assert np.isfinite(declared.values[0, declared.columns.index("digits_mlp")]).all()


def test_seconds_count_only_where_the_timing_does():
    alone, shared = make_record(seed=0), make_record(seed=1, cpu_share=0.5)
    lanes = make_record(seed=2, lanes=4)
    of_lanes = replace(lanes, costs=replace(lanes.costs, lanes=4))
    found = scores([alone, shared], measure="seconds:easiest").values[0, 0]
    epoch = alone.results.targets["0.9"].epoch  # type: ignore[union-attr]
    assert found[0] == alone.costs.train_seconds_at[epoch]
    assert np.isnan(found[1])
    assert np.isnan(scores([of_lanes], measure="seconds:easiest").values).all()


def test_what_stands_in_a_cell():
    records = [
        make_record(seed=0, value=0.9), make_record(seed=1, outcome="diverged"), make_record(seed=2, outcome="pruned"),
        make_record(changes=SGD, seed=0, value=math.nan), make_record(changes=SGD, seed=3, outcome="unsupported"),
    ]  # fmt: skip
    found = scores(records)
    assert (found.rows, found.seeds) == (("adam", "sgd"), (0, 1, 2, 3))
    np.testing.assert_array_equal(
        found.values[:, 0], [[0.9, -math.inf, math.nan, math.nan], [-math.inf, *[math.nan] * 3]]
    )
    losses = scores(records, measure="train_loss")
    assert losses.directions == ("min",)
    assert losses.values[0, 0, 0] == records[0].results.final["train_loss"]  # type: ignore[index]
    assert losses.values[0, 0, 1] == math.inf
    assert scores([records[0]]).values.shape == (1, 1, 1)
    assert scores([]).values.shape == (0, 0, 0)


def test_the_folds_of_a_seed_are_one_value():
    held = [make_record(seed=0, fold=(place, 3), value=value) for place, value in enumerate((0.7, 0.8, 0.9))]
    lacking = [make_record(seed=1, fold=(0, 3))]
    found = scores([*held, *lacking])
    assert found.seeds == (0,)
    np.testing.assert_allclose(found.values, [[[0.8]]])
    failed = [*held[:2], make_record(seed=0, fold=(2, 3), outcome="crashed")]
    assert scores(failed).values.item() == -math.inf
    steps = sorted(record.results.targets["0.9"].step if record.results.targets["0.9"] else math.inf for record in held)
    assert scores(held, measure="steps:0.9").values.item() == steps[1]


def test_trials_of_tuning_are_in_no_table():
    seeds = [make_record(seed=seed) for seed in (0, 1)]
    tuning = remade(seeds[0], lambda data: data["spec"].update(seed=FIRST_TUNING_SEED))
    only_tuned = remade(make_record(changes=SGD), lambda data: data["spec"].update(seed=FIRST_TUNING_SEED + 1))
    found = scores([*seeds, tuning, only_tuned])
    assert (found.rows, found.seeds) == (("adam",), (0, 1))


def test_the_evaluations_of_searches_are_a_table_of_their_own():
    default = [make_record(seed=seed, value=0.9) for seed in (0, 1)]
    tuned = [make_record(changes=SGD, seed=seed, value=0.95) for seed in (0, 1)]
    records = [*default, *tuned]
    adam, sgd = (
        search_of(name, evaluated=tuple(one.id for one in held)) for name, held in (("adam", default), ("sgd", tuned))
    )
    found = scores(records, searches=[sgd, adam], track="tuned")
    assert (found.rows, found.columns, found.seeds) == (("adam", "sgd"), ("digits_mlp",), (0, 1))
    np.testing.assert_allclose(found.values[:, 0], [[0.9, 0.9], [0.95, 0.95]])
    # Of another budget, another row; of another track or kind, another table.
    larger = replace(adam, budget=16)
    labels = table_of_searches(records, [sgd, adam, larger]).rows
    assert len(labels) == 3
    assert [label for label in labels if "16 trials" in label]
    assert table_of_searches(records, [replace(sgd, track="self_tuning")]).rows == ()
    assert table_of_searches(records, [sgd], kind="schedule").rows == ()
    # What is not there yet is missing.
    assert np.isnan(scores(default, searches=[sgd, adam], track="tuned").values[1]).all()


@pytest.mark.parametrize(
    "word", ["tests", "test_", "loss", "steps", "steps:", "steps:nan", "steps:best", "minutes:0.9", ""]
)
def test_a_measure_that_means_nothing_is_refused_with_those_that_do(word: str):
    with pytest.raises(BenchsuiteError, match=r"unknown measure.*validation.*easiest"):
        TrialMeasure.named(word)


def test_every_kind_has_measures_and_each_means_something():
    assert set(MEASURES) == set(RECIPE_KINDS)
    for kind in (*RECIPE_KINDS, "of_a_plugin"):
        words = measures_of(kind)
        assert words[0] == "test"
        assert [TrialMeasure.named(word).word for word in words] == list(words)
    assert "train_loss" in measures_of("optimizer")
    assert "train_loss" not in measures_of("loss")  # each has a unit of its own


def test_a_leaderboard_without_records_knows_test_values_alone():
    board = leaderboards([make_record(), make_record(changes=SGD)])[0]
    with pytest.raises(BenchsuiteError, match="Give the records"):
        scores(board, measure="train_loss")
    assert table_of_board(board, [make_record(), make_record(changes=SGD)]).seeds == (0,)
    with pytest.raises(BenchsuiteError, match="can be censored"):
        table_of([make_record()]).times("test")


def test_two_trials_of_one_seed_are_two_values():
    record = make_record(DIGITS, seed=4, value=0.9)
    # Records of engine 1 may say nothing of folds: another id, the same seed.
    twin: Record = remade(make_record(seed=4, value=0.8), lambda data: data["spec"].pop("fold"))
    found = scores([record, twin])
    assert found.seeds == (4, 4)
    assert sorted(found.values.ravel().tolist()) == [0.8, 0.9]
