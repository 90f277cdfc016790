"""Performance profiles and their areas, against direct computation and the scores that AlgoPerf published."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.numbers.profiles import (
    ALGOPERF,
    ProfileRules,
    area,
    median_of_studies,
    profile,
    ratios,
    share_above,
)

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))
cell = st.integers(0, 6).map(float) | st.just(math.inf) | st.just(math.nan)
tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=4)
)


def numbers(rows: list[list[float | str | None]]) -> np.ndarray:
    return np.array([[math.nan if one is None else float(one) for one in row] for row in rows])


@pytest.mark.parametrize(("table", "times"), [("algoperf", "seconds"), ("algoperf_steps", "steps")])
def test_algoperf_scores_come_out_as_published(table: str, times: str):
    held = PUBLISHED[table]
    found = area(numbers(list(held[times].values())), ALGOPERF)
    wanted = [held["score"][name] for name in held[times]]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    assert len(wanted) >= 14
    # Without the 100 points: the same but for what the points leave undecided.
    exact = area(numbers(list(held[times].values())), ProfileRules(missing_counts=True))
    np.testing.assert_allclose(exact, wanted, atol=2e-3)


def test_algoperf_takes_the_median_of_the_studies():
    held = PUBLISHED["algoperf"]
    of_muon = dict(zip(held["workloads"], numbers([held["seconds"]["Muon (PyTorch)"]])[0], strict=True))
    for workload, studies in held["studies_of_muon_pytorch"].items():
        assert median_of_studies(np.array(studies, dtype=float)[:, None]) == of_muon[workload]
    # Of five trials in each of three studies the fastest counts.
    assert median_of_studies([[9, 3, math.inf], [math.inf, math.inf, math.inf], [5, math.nan, 4]]) == 4


@given(tables, st.integers(1, 12).map(lambda half: 1 + half / 2), st.booleans())
@settings(max_examples=150, deadline=None)
def test_profile_and_area(rows: list[list[float]], tau: float, missing_counts: bool):
    times = np.array(rows)
    best = [min((one for one in column if not math.isnan(one)), default=math.inf) for column in times.T]
    heights, areas = [], []
    for row in rows:
        found = [
            math.inf if math.isinf(one) else 1.0 if one == low else one / low if low else math.inf
            for one, low in zip(row, best, strict=True)
            if not math.isnan(one)
        ]
        count = len(row) if missing_counts else len(found)
        heights.append(sum(one <= tau for one in found) / count if count else math.nan)
        areas.append(sum(max(tau - one, 0) / (tau - 1) for one in found) / count if count else math.nan)
    np.testing.assert_allclose(profile(times, [tau], missing_counts=missing_counts)[:, 0], heights)
    np.testing.assert_allclose(area(times, ProfileRules(tau, missing_counts=missing_counts)), areas, atol=1e-12)
    # Many points come close to the exact area.
    near = area(times, ProfileRules(tau, points=4001, missing_counts=missing_counts))
    np.testing.assert_allclose(near, areas, atol=2e-3)


def test_equally_fast_rows_share_the_first_place_and_a_task_that_nobody_did_gives_nothing():
    times = [[2.0, math.inf], [2.0, math.inf], [math.inf, math.inf], [math.nan, math.nan]]
    np.testing.assert_array_equal(ratios(times), [[1, math.inf], [1, math.inf], [math.inf] * 2, [math.nan] * 2])
    np.testing.assert_array_equal(area(times), [0.5, 0.5, 0, math.nan])
    np.testing.assert_array_equal(area(times, ALGOPERF)[2:], [0, 0])


@given(tables, st.floats(-1, 7))
@settings(max_examples=60, deadline=None)
def test_the_share_of_runs_above_a_score(rows: list[list[float]], threshold: float):
    values = np.where(np.isinf(rows), -np.inf, rows)
    shares = [
        np.mean([one > threshold for one in row if not math.isnan(one)]) for row in values if not np.isnan(row).all()
    ]
    wanted = np.mean(shares) if shares else math.nan
    np.testing.assert_allclose(share_above(values, [threshold])[0], wanted)
