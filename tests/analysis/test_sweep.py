"""Sweeps: medians with failures, the best setting, and when it lies at an edge."""

from __future__ import annotations

import math

import pytest

from benchsuite.analysis.importance.outcome_value import looked_at
from benchsuite.analysis.sweep import CurveOfSweep, curve_of_sweep
from benchsuite.record import Record
from benchsuite.spaces import Choice, LogUniform, Space, Value
from tests.factories import component, make_record

RATE = LogUniform(1e-5, 1.0, 1e-3)


def at(rate: float, seed: int, value: float | None) -> tuple[tuple[Value, ...], Record]:
    changes = {"optimizer": [component("adam", learning_rate=rate, beta_1=0.9, beta_2=0.999)]}
    outcome = "completed" if value is not None else "diverged"
    return (rate,), make_record(changes=changes, seed=seed, outcome=outcome, value=value)


def curve(held: dict[float, list[float | None]], space: Space = RATE) -> CurveOfSweep:
    records = [at(rate, seed, value) for rate, values in held.items() for seed, value in enumerate(values)]
    looked = looked_at(records[0][1], "test")
    return curve_of_sweep("adam", {"learning_rate": list(held)}, {"learning_rate": space}, records, looked)


def test_failures_are_worse_than_any_number_and_never_dropped() -> None:
    found = curve({0.01: [0.8, 0.9, 0.7], 0.1: [0.95, None, None], 1.0: [None, None, None]})
    assert [place.median for place in found.places] == [0.8, -math.inf, -math.inf]
    assert [(place.failed, place.known) for place in found.places] == [(0, [0.7, 0.8, 0.9]), (2, [0.95]), (3, [])]
    assert found.best is found.places[0]


@pytest.mark.parametrize(
    ("values", "edges", "declared"),
    [
        ([0.5, 0.9, 0.6], {}, None),
        ([0.9, 0.8, 0.6], {"learning_rate": "low"}, True),
        ([0.5, 0.8, 0.9], {"learning_rate": "high"}, False),
        ([0.5, 0.9, 0.9], {}, None),  # what is inside is as good
        ([0.9, 0.5, 0.9], {}, None),  # both ends
    ],
)
def test_an_optimum_at_an_edge_is_flagged(values: list[float], edges: dict[str, str], declared: bool | None) -> None:
    found = curve({rate: [value] for rate, value in zip((1e-5, 1e-3, 0.1), values, strict=True)})
    assert found.edges == edges
    if declared is not None:
        assert found.at_declared_end("learning_rate") is declared


def test_listed_options_have_no_edge_and_what_failed_altogether_no_best() -> None:
    assert curve({0.1: [0.9], 0.2: [0.5]}, Choice([0.1, 0.2])).edges == {}
    dead = curve({0.1: [None], 0.2: [None]})
    assert (dead.best, dead.edges) == (None, {})
