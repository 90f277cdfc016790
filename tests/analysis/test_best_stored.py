"""The best stored row of a task by a measure: which it is, how it is kept, and what is held against it."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchsuite.analysis.best_stored import COLUMNS, BestRow, best_lines, best_rows, read_best
from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.reference import ReferenceRow, StoredReference, read_reference, reference_values
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.tables.ranking_words import reference_lines
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from tests.factories import AUTOENCODER, DIGITS, component, make_record

KEY = DIGITS.name, DIGITS.version, DIGITS.epochs
TEST = TrialMeasure.named("test")


def row(middle: float, changes: dict[str, list[Any]] | None = None, seeds: int = 10, **rest: Any) -> list[Record]:
    return [make_record(changes=changes, seed=seed, value=middle + seed / 1000, **rest) for seed in range(seeds)]


LION = {"optimizer": [component("lion", learning_rate=0.1)]}
GELU = {"activation": [component("gelu")]}


def values(best: Any, word: str = "test") -> tuple[str, list[float]]:
    found = best[KEY, word]
    return found.name, [round(one, 4) for one in found.values]


def test_the_best_row_is_that_with_the_best_median_of_whatever_kind():
    best = best_rows([*row(0.90), *row(0.92, LION), *row(0.91, GELU)])
    assert values(best) == ("optimizer lion", [0.92 + seed / 1000 for seed in range(10)])
    assert values(best_rows(row(0.90)))[0] == "baseline"
    # The lower the better: steps, losses, and a task whose measure is one.
    steps = best[KEY, "steps:0.9"].values
    assert steps == tuple(TrialMeasure.named("steps:0.9").of_seed([one]) for one in row(0.92, LION))
    by_loss = [
        make_record(AUTOENCODER, LION if low else None, seed=seed, value=0.02 - low)
        for seed in range(5)
        for low in (0, 0.005)
    ]
    (found,) = (one for (_, word), one in best_rows(by_loss).items() if word == "test")
    assert (found.name, found.values) == ("optimizer lion", (0.015,) * 5)


@pytest.mark.parametrize(
    "better",
    [
        row(0.97, LION, seeds=4),  # too few seeds
        [make_record(changes=LION, seed=FIRST_TUNING_SEED + at, value=0.97) for at in range(10)],
        row(0.97, LION, precision="bfloat16"),
        [record for seed in range(10) for record in [make_record(changes=LION, seed=seed, outcome="diverged")]],
    ],
)
def test_what_is_no_row_to_be_beaten_is_left_out(better: list[Record]):
    assert values(best_rows([*row(0.90), *better]))[0] == "baseline"


def test_another_loss_is_no_rival_by_a_loss():
    other = {"loss": [component("focal")]}
    best = best_rows([*row(0.90), *row(0.95, other)])
    assert values(best)[0] == "loss focal"
    assert values(best, "train_loss")[0] == "baseline"


def test_a_table_is_read_as_it_was_written(tmp_path: Path):
    best = {
        (KEY, "test"): BestRow("optimizer lion", (0.9, 0.8125)),
        (KEY, "steps:0.9"): BestRow("baseline", (99.0, math.inf)),
    }
    path = tmp_path / "best.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *best_lines(best)])
    assert read_best(path) == best
    assert read_best(tmp_path / "none.csv") == {}
    for content in (
        b"",
        b"task,version\nx,y\n",
        b"\xff\xfe",
        b"task,version,epochs,measure,row,values\nx,1,2,test,a,b\n",
    ):
        path.write_bytes(content)
        assert read_best(path) == {}


def test_a_result_is_held_against_the_best_row_and_without_one_against_the_baseline():
    baseline = [ReferenceRow({"test": 0.90 + seed / 1000}, (2, None), 10.0) for seed in range(10)]
    reference = StoredReference({KEY: baseline}, best_rows([*row(0.90), *row(0.92, LION)]))
    found = reference_values(reference, KEY, TEST, None, ())
    assert (found.of, found.values.max()) == ("optimizer lion", pytest.approx(0.929))
    other = replace(DIGITS, version=DIGITS.version + 1)
    plain = StoredReference({(DIGITS.name, other.version, DIGITS.epochs): baseline}, reference.best)
    found = reference_values(plain, (DIGITS.name, other.version, DIGITS.epochs), TEST, None, ())
    assert (found.of, found.values.max()) == ("", 0.909)
    np.testing.assert_array_equal(
        reference_values(reference, KEY, TrialMeasure.named("steps:0.9"), 0.9, (0.9,)).values,
        reference.best[KEY, "steps:0.9"].values,
    )


def test_what_beats_the_baseline_alone_is_not_told_and_what_beats_the_best_is():
    best = best_rows([*row(0.90), *row(0.92, LION)])
    reference = StoredReference(
        {KEY: [ReferenceRow({"test": 0.90 + seed / 1000}, (), 10.0) for seed in range(10)]}, best
    )
    for middle, told in ((0.915, 0), (0.935, 1)):
        (board,) = (
            one
            for one in Contents([*row(0.90), *row(middle, GELU)], reference=reference).boards
            if one.kind == "activation"
        )
        assert len(board.beyond) == told
        about = About("activation", "gelu", "relu", TEST, reference=reference)
        cautions = compared(row(middle, GELU), row(0.90), about).cautions
        assert [one.task for one in cautions if one.code == "too_good"] == [DIGITS.name] * told
    (said,) = reference_lines(board)
    assert said.startswith(
        "Significantly better than every seed of the best of the stored reference results on its task: gelu on "
    )
    assert "best reference 0.929 of optimizer lion)" in said
    (text,) = (one.text for one in cautions if one.code == "too_good")
    assert (
        "better than all 10 seeds of optimizer lion, the best of the stored reference results on this task (median"
        in text
    )


def test_the_table_that_ships_is_read():
    reference = read_reference(Path(__file__).parents[2] / "results" / "reference" / "baselines.csv")
    assert len(reference.best) > 50
    assert all(len(one.values) == 10 for one in reference.best.values())
