"""Scales of measures: what is near the best value stays apart, what ran away takes no room."""

from __future__ import annotations

import math

import pytest
from matplotlib.figure import Figure

from benchsuite.analysis.measures import DIRECTIONS
from benchsuite.components.metric import STANDARD_METRICS
from benchsuite.report.drawings.axis_scale import KINDS, MOST_TICKS, AxisScale, axis_scale, worth_showing
from benchsuite.report.drawings.learning_curves import draw_learning_curves
from benchsuite.report.drawings.seed_strip import draw_seed_strip
from benchsuite.report.drawings.theme import theme
from tests.report.drawings.test_figures import axes_with, points_of, series


def test_every_measure_of_the_harness_has_its_scale_declared():
    directions = DIRECTIONS | {metric.name: metric.direction for metric in STANDARD_METRICS.values()} | {"loss": "min"}
    assert set(KINDS) == set(directions)
    assert {name: {"one": "max", "zero": "min"}[kind] for name, kind in KINDS.items()} == directions


@pytest.mark.parametrize(("measure", "direction", "values", "kind"), [
    ("accuracy", "max", [0.1, 0.98], "one"), ("r2", "max", [-2310.0, 0.98], "one"), ("loss", "min", [2.0, 0.1], "zero"),
    ("loss", "min", [2.0, -0.1], "linear"), ("excess_loss", "min", [5.0, 0.0], "zero"), ("memorized", "max", [0.0, 0.9], "one"),
    ("reward", "max", [-50.0, 200.0], "linear"), ("loss", "min", [], "linear"), ("accuracy", "max", [1.0, 1.0], "linear"),
    ("loss", "min", [math.nan, math.inf, 1.0], "zero"),
])  # fmt: skip
def test_the_scale_follows_from_the_measure_and_its_values(
    measure: str, direction: str, values: list[float], kind: str
):
    assert axis_scale(measure, direction, [*values, None]).kind == kind  # type: ignore[arg-type]


def test_equal_factors_of_the_distance_are_equally_far():
    scale = AxisScale("one", 1e-6)
    assert scale.place(0.99) - scale.place(0.98) == pytest.approx(scale.place(0.9) - scale.place(0.8))
    assert scale.place(0.9) > scale.place(0.8) > scale.place(-4.0)
    zero = AxisScale("zero", 1e-6)
    assert zero.place(0.2) - zero.place(0.1) == pytest.approx(zero.place(20) - zero.place(10))
    for value in (0.0, 0.5, 0.98):
        assert scale.value(scale.place(value)) == pytest.approx(value)


def test_a_value_without_error_has_a_place_and_does_not_take_the_whole_axis():
    scale = axis_scale("accuracy", "max", [0.9, 0.99, 1.0])
    assert scale.floor == pytest.approx(0.005)
    assert scale.shown(1.0) == pytest.approx(0.995)
    assert math.isnan(scale.shown(math.nan))
    assert axis_scale("loss", "min", [1.0, 2.0, 1e-30]).floor == pytest.approx(1e-6)


def test_one_line_that_ran_away_leaves_forty_their_room():
    good = [0.95 + number / 1000 for number in range(40)]
    values = [value for value in good for _ in range(10)] + [-2310.0, -5.0]
    scale = axis_scale("r2", "max", values)
    low, high = worth_showing(values, "max", scale)
    assert low > 0.9
    assert high > max(good)
    whole = scale.place(high) - scale.place(low)
    assert (scale.place(good[-1]) - scale.place(good[0])) / whole > 0.9
    assert worth_showing([], "max", scale) == (0.0, 1.0)
    assert worth_showing([math.nan], "max", scale) == (0.0, 1.0)


@pytest.mark.parametrize(("scale", "low", "high", "known"), [
    (AxisScale("one", 1e-4), 0.1, 0.995, [0.99, 0.9, 0.5]), (AxisScale("zero", 1e-9), 1e-6, 10.0, [1e-6, 0.01, 1.0]),
    (AxisScale("one", 1e-4), 0.96, 0.99, [0.98, 0.97]), (AxisScale("one", 1e-4), -4.0, 0.9, [0.9, 0.5, -4.0]),
])  # fmt: skip
def test_ticks_are_round_distances_within_the_axis(scale: AxisScale, low: float, high: float, known: list[float]):
    ticks = scale.ticks(low, high)
    assert ticks is not None
    assert 2 <= len(ticks) <= MOST_TICKS
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)
    for value in known:
        assert any(tick == pytest.approx(value) for tick in ticks), ticks
    assert scale.ticks(0.97, 0.971) is None
    assert AxisScale("linear").ticks(low, high) is None


@pytest.mark.parametrize(("measure", "direction", "values", "words"), [
    ("accuracy", "max", (0.1, 0.5, 0.98), "1 − accuracy logarithmic"), ("loss", "min", (2.0, 0.5, 0.1), "logarithmic"),
    ("reward", "max", (-3.0, 0.5, 9.0), ""),
])  # fmt: skip
def test_curves_and_points_share_a_scale_and_say_which(
    measure: str, direction: str, values: tuple[float, ...], words: str
):
    held = [series(curves=(((0.0, 1.0, 2.0), values),), finals=(values[-1],))]
    curves = axes_with(draw_learning_curves, held, measure, direction)
    points = axes_with(draw_seed_strip, held, measure, direction)
    assert curves.get_title(loc="left") == f"validation {measure}" + (f", {words}" if words else "")
    assert points.get_xlabel() == words
    assert curves.get_yscale() == points.get_xscale() == ("function" if words else "linear")
    # Twice the distance to the best value is equally far, wherever.
    forward = [axis.get_transform().transform for axis in (curves.yaxis, points.xaxis)]
    best = 1.0 if measure == "accuracy" else 0.0
    sign = -1 if best else 1
    for place in forward if words else ():
        far, middle, near = (float(place(best + sign * distance)) for distance in (0.8, 0.4, 0.2))
        assert far - middle == pytest.approx(middle - near)


def test_the_best_point_lies_within_its_axis():
    held = [series(finals=(0.98,)), series(label="b", finals=(0.95,)), series(label="c", finals=(1.0,))]
    axes = axes_with(draw_seed_strip, held)
    low, high = axes.get_xlim()
    points = [x for x, _ in points_of(axes)]
    assert len(points) == 3
    assert all(low < x < high for x in points)


def test_what_lies_at_or_below_the_floor_is_drawn():
    with theme():
        axes = draw_learning_curves(
            Figure().add_subplot(), [series(curves=(((0.0, 1.0, 2.0), (5.0, 0.1, 0.0)),))], "excess_loss", "min"
        )
    assert axes.lines[0].get_ydata()[-1] == pytest.approx(0.05)
    assert axes.get_ylim()[0] < 0.05
