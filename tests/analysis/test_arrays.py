"""Arrays made from records: what stands in which cell, what is missing, what failed, and what was never reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from benchsuite.analysis import leaderboards
from benchsuite.analysis.arrays import scores, table_of, table_of_searches
from benchsuite.analysis.measure_of_kind import MEASURES, measures_of
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.record import Record
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

SGD = {"optimizer": [component("sgd", learning_rate=0.1)]}
STUDY = make_study()


@dataclass(frozen=True)
class Tried:
    values: Mapping[str, float]
    ids: tuple[str, ...]
    score: float | None
    cost: float = 1.0


@dataclass(frozen=True)
class Searched:
    """A stand-in for the record of a search."""

    selection: str
    tried: tuple[Tried, ...] = ()
    chosen: int | None = 0
    evaluated: tuple[str, ...] = ()
    budget: int = 8
    task: str = "digits_mlp"
    kind: str = "optimizer"
    task_version: int = 1
    epochs: int = 20
    batch_size: int = 32
    precision: str = "float32"
    device: str = "cpu"
    lanes: int = 1
    change: str = ""
    track: str = "tuned"
    tuner: str = "random"
    tuner_version: int = 1
    rule: str = ""
    searched: tuple[str, ...] = ("optimizer.0.learning_rate",)
    folds: int = 0
    edges: Mapping[str, str] = field(default_factory=dict)
    widened: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def test_the_array_holds_what_the_leaderboard_holds():
    for board in leaderboards(STUDY):
        for at in ("final", "best"):
            found = scores(STUDY, board=board, at=at)
            assert found.rows == tuple(row.label for row in board.rows)
            for row, values in zip(board.rows, found.values, strict=True):
                for entry, direction, cell in zip(row.entries, found.directions, values, strict=True):
                    failed = -math.inf if direction == "max" else math.inf
                    wanted = {seed: math.nan for seed in found.seeds}
                    for seed in entry.seeds if entry else ():
                        value = seed.final if at == "final" else seed.best
                        wanted[seed.seed] = failed if seed.failed else math.nan if value is None else value
                    np.testing.assert_array_equal(cell, list(wanted.values()))
        by_itself = scores(STUDY, kind=board.kind)
        assert sorted(by_itself.rows) == sorted(found.rows)
        assert by_itself.columns == found.columns
        order = [by_itself.rows.index(row) for row in found.rows]
        np.testing.assert_array_equal(by_itself.values[order], scores(STUDY, board=board).values)


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
    steps, epochs = (scores(STUDY, measure=f"{what}:{word}") for what in ("steps", "epochs"))
    times = table_of(STUDY).times(f"steps:{word}")
    seen = 0
    for record in STUDY:
        if not record.outcome.finished or record.trial.task not in ("digits_mlp", "mnist5k_autoencoder"):
            continue
        where = _place(steps, record)
        reached = record.results.targets[str(record.task.targets[place])]
        assert steps.values[where] == (reached.step if reached else math.inf)
        assert epochs.values[where] == (reached.epoch if reached else math.inf)
        assert times.reached[where] == (reached is not None)
        assert times.values[where] == (reached.step if reached else record.curves["step"][-1])
        seen += 1
    assert seen > 20


def _place(found, record: Record):
    kinds = [kind for kind in RECIPE_KINDS if record.trial.recipe.get(kind) != record.task.baseline.get(kind)]
    if kinds not in ([], ["optimizer"]):
        return ()  # of another table; an empty place is the whole array, which no number equals
    name = record.trial.recipe.get("optimizer")[0]
    rows = [row for row in found.rows if row.split("[")[0] == name.name]
    row = next(row for row in rows if len(rows) == 1 or f"={name.hyperparameters['learning_rate']:g}," in row)
    return found.rows.index(row), found.columns.index(record.trial.task), found.seeds.index(record.trial.seed)
