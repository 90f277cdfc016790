"""Effects of two kinds on records with planted effects: what is a grid, what failed, what is missing."""

from __future__ import annotations

import pytest

from benchsuite.analysis.importance.effects import GridEffects, grid_effects
from benchsuite.record import Record
from tests.factories import BASELINE, component, make_record

OPTIMIZERS = {"adam": 0.0, "sgd": -0.2, "nadam": 0.02}
ACTIVATIONS = {"relu": 0.0, "tanh": -0.05, "gelu": 0.01}


def pair(optimizer: str, activation: str, seed: int, **others: object) -> Record:
    value = 0.9 + OPTIMIZERS[optimizer] + ACTIVATIONS[activation] + [0.0, 0.01, -0.01][seed]
    value += 0.003 * ((len(optimizer) * 7 + len(activation) * 3 + seed * 5) % 4)  # a little that fits no model
    chosen = BASELINE["optimizer"] if optimizer == "adam" else [component(optimizer, learning_rate=0.1)]
    changes = {"optimizer": chosen, "activation": [component(activation)]}
    return make_record(changes=changes, seed=seed, **{"value": value, **others})  # type: ignore[arg-type]


def whole(without: tuple[str, str] | None = None) -> list[Record]:
    return [
        pair(one, other, seed)
        for one in OPTIMIZERS
        for other in ACTIVATIONS
        for seed in range(3)
        if (one, other) != without
    ]


def only(records: list[Record], measure: str = "test") -> GridEffects:
    (found,) = grid_effects(records, measure)
    return found


def test_planted_effects_are_found() -> None:
    found = only(whole())
    assert found.found is not None
    assert (found.grid.kinds, found.trials, found.failed, found.missing) == (("optimizer", "activation"), 27, 0, 0)
    shares = {one.name: one.share for one in found.found.effects}
    assert shares["rows"] > 0.8 > shares["columns"] > 0.02 > shares["both"]
    rows = {label.partition("[")[0]: level.effect for label, level in zip(found.rows, found.found.rows, strict=True)}
    assert rows["adam"] - rows["sgd"] == pytest.approx(0.2, abs=0.01)
    columns = dict(zip(found.columns, found.found.columns, strict=True))
    assert columns["relu"].effect - columns["tanh"].effect == pytest.approx(0.05, abs=0.01)


def test_what_ran_alone_is_no_part_of_the_grid() -> None:
    alone = make_record(changes={"optimizer": [component("rmsprop", learning_rate=0.1)]}, value=0.1)
    assert only([*whole(), alone]).rows == only(whole()).rows


def test_a_failure_counts_as_the_worst_and_a_missing_pair_is_told() -> None:
    records = [record for record in whole(("sgd", "tanh")) if record.id != pair("sgd", "relu", 0).id]
    failed = pair("sgd", "relu", 0, outcome="diverged", value=None)
    found = only([*records, failed])
    assert (found.failed, found.missing) == (1, 1)
    worst = min(record.results.final["test_accuracy"] for record in records)  # type: ignore[index,type-var]
    stated = only([*records, pair("sgd", "relu", 0, value=worst)])
    assert found.found is not None
    assert found.found == stated.found


def test_of_one_seed_and_of_nothing_it_says_what_is_missing() -> None:
    one_seed = only([record for record in whole() if not record.trial.seed])
    assert one_seed.found is not None
    assert one_seed.found.error_is_interaction
    dead = only(
        [
            pair(one, other, seed, outcome="crashed", value=None)
            for one in OPTIMIZERS
            for other in ACTIVATIONS
            for seed in range(2)
        ]
    )
    assert (dead.found, dead.why_not) == (None, "all failed")
