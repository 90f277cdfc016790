"""Many targets, speed-ups and trade-offs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.numbers.speed_up import speed_up
from benchsuite.analysis.numbers.targets import area_reached, share_reached, targets_between, times_to_targets
from benchsuite.analysis.numbers.trade_off import pareto_front
from benchsuite.errors import BenchsuiteError

DEEPOBS = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))["deepobs"]
EPOCHS = DEEPOBS["epochs"]
LOSSES = {name: -np.array(losses) for name, losses in DEEPOBS["test_loss"].items()}
curve = st.lists(st.floats(-5, 5) | st.just(math.nan), min_size=1, max_size=7)
time = st.integers(1, 50).map(float) | st.just(math.inf) | st.just(math.nan)


@given(curve, st.lists(st.floats(-5, 5), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_times_to_targets(values: list[float], targets: list[float]):
    counted = [3.0 * place for place in range(len(values))]
    wanted = [
        math.nan if all(map(math.isnan, values))
        else next((at for at, value in zip(counted, values, strict=True) if value >= target), math.inf)
        for target in targets
    ]  # fmt: skip
    np.testing.assert_array_equal(times_to_targets(values, counted, targets), wanted)
    np.testing.assert_array_equal(times_to_targets([values, values], counted, targets), [wanted, wanted])


@given(st.lists(st.lists(time, min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_the_share_of_pairs_reached_and_its_area(rows: list[list[float]]):
    budgets = [1.0, 7.0, 50.0]
    wanted, areas = [], []
    for row in rows:
        held = np.array([one for one in row if not math.isnan(one)])
        wanted.append([np.mean(held <= budget) if len(held) else math.nan for budget in budgets])
        logs = np.linspace(math.log(2), math.log(20), 20_001)
        areas.append(np.mean([np.mean(held <= math.exp(at)) for at in logs[::50]]) if len(held) else math.nan)
    np.testing.assert_allclose(share_reached(rows, budgets), wanted)
    np.testing.assert_allclose(area_reached(rows, 2.0, 20.0), areas, atol=5e-3)


def test_targets_lie_on_the_way_and_the_last_is_the_reference():
    np.testing.assert_allclose(targets_between(0.1, 0.9, 4), [0.3, 0.5, 0.7, 0.9])
    np.testing.assert_allclose(targets_between(-1.0, -1e-4, 4, logarithmic=True), [-0.1, -0.01, -0.001, -0.0001])
    with pytest.raises(BenchsuiteError, match="better reference"):
        targets_between(0.9, 0.1, 4)
    with pytest.raises(BenchsuiteError, match="budgets must grow"):
        area_reached([[1.0]], 0.0, 1.0)


def test_the_published_curves_of_deepobs_reach_targets_when_they_did():
    # Read off the published losses: momentum and Adam end below SGD, which comes near as soon as Adam does.
    targets = [-105.5, -90.0, -87.2]
    found = {name: times_to_targets(values, EPOCHS, targets).tolist() for name, values in LOSSES.items()}
    assert found == {"sgd": [5, 20, math.inf], "momentum": [25, 60, 90], "adam": [5, 20, 75]}
    rows = np.array([found[name] for name in ("sgd", "momentum", "adam")])
    np.testing.assert_allclose(share_reached(rows, [20, 100]), [[2 / 3, 2 / 3], [0, 1], [2 / 3, 1]])


def test_a_curve_that_runs_twice_as_fast_is_twice_as_fast_everywhere():
    steps = np.arange(0, 101, 10.0)
    reference = 1 - np.exp(-steps / 30)
    found = speed_up(reference, steps / 2, reference, steps, levels=8)
    np.testing.assert_allclose(found.ratios, 2)
    assert (found.median, found.faster) == (pytest.approx(2), (1 / 8, 1.0))
    assert found.reached == pytest.approx(1)
    same = speed_up(reference, steps, reference, steps, levels=8)
    assert set(same.ratios.tolist()) == {1.0}
    assert same.faster is None


def test_a_speed_up_holds_on_a_part_of_the_way():
    steps = np.arange(0, 101, 1.0)
    early = np.minimum(steps / 50, 0.6)  # twice as fast, and then it stays
    found = speed_up(early, steps, steps / 100, steps, levels=10)
    np.testing.assert_allclose(found.ratios, [2, 2, 2, 2, 2, 2, 0, 0, 0, 0])
    assert found.faster == (0.1, 0.6)
    assert found.reached == pytest.approx(0.6)
    late = np.where(steps < 10, steps / 50, np.where(steps < 50, 0.2, np.minimum((steps - 30) / 50, 1)))
    # Ahead up to 0.2 of the way, behind up to 0.6, and ahead again: the longest stretch is told.
    assert speed_up(late, steps, steps / 100, steps, levels=20).faster == (0.65, 1.0)
    sgd, adam = LOSSES["sgd"], LOSSES["adam"]
    published = speed_up(adam, EPOCHS, sgd, EPOCHS, levels=400)
    assert published.reached > 1
    assert published.ratios[-1] > 1.5 > 1 > published.ratios[4]  # Adam is late and then further


def test_a_reference_that_learnt_nothing_is_none():
    flat = speed_up([0.0, 1.0], [0, 1], [0.5, 0.5], [0, 1])
    assert np.isnan(flat.ratios).all()
    assert flat.faster is None
    assert np.isnan(speed_up([np.nan, np.nan], [0, 1], [np.nan], [0]).median)
    # A curve without numbers never got there.
    assert set(speed_up([np.nan, np.nan], [0, 1], [0.0, 1.0], [0, 1]).ratios) == {0.0}


@given(st.lists(st.tuples(*[st.integers(0, 3).map(float) | st.sampled_from([math.nan, -math.inf])] * 2), max_size=8))
@settings(max_examples=150, deadline=None)
def test_the_front_is_what_nobody_beats(points: list[tuple[float, float]]):
    def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one != other and one[0] >= other[0] and one[1] >= other[1]

    wanted = [
        not any(map(math.isnan, point))
        and not any(beats(other, point) for other in points if not any(map(math.isnan, other)))
        for point in points
    ]
    assert pareto_front(np.array(points).reshape(-1, 2)).tolist() == wanted
