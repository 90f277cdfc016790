"""Lines and planes through the space of weights, on surfaces that are known."""

import math

import numpy as np
import pytest

from benchsuite.diagnostics.directions import filter_normalized
from benchsuite.diagnostics.surface import (
    across,
    along,
    barrier,
    between,
    diagnose_between,
    diagnose_flatness,
    flat_radius,
)

SHAPES = {"kernel": (3, 3, 2, 4), "bias": (4,), "dense": (5, 2), "scale": (2,)}
SIZE = 72 + 4 + 10 + 2


def bowl(curvature):
    return lambda theta: float(0.5 * curvature * theta @ theta)


def test_each_filter_of_a_direction_is_as_long_as_that_of_the_weights():
    weights = np.random.default_rng(0).normal(size=SIZE)
    direction = filter_normalized(weights, SHAPES, seed=1)
    for part, shape in ((slice(0, 72), (-1, 4)), (slice(76, 86), (5, 2))):
        moved, held = (np.linalg.norm(one[part].reshape(shape), axis=0) for one in (direction, weights))
        np.testing.assert_allclose(moved, held)
    assert not direction[72:76].any()
    assert not direction[86:].any()
    assert not np.array_equal(direction, filter_normalized(weights, SHAPES, seed=2))


def test_scaling_a_filter_scales_its_direction():
    weights = np.random.default_rng(0).normal(size=SIZE)
    larger = weights.copy()
    larger[0:72:4] *= 7  # the first filter of the kernel
    one, other = (filter_normalized(theta, SHAPES, seed=1) for theta in (weights, larger))
    np.testing.assert_allclose(other[0:72:4], 7 * one[0:72:4])
    np.testing.assert_allclose(other[1:72:4], one[1:72:4])


def test_vectors_alone_are_one_filter_each_and_a_filter_of_zeros_stays():
    direction = filter_normalized(np.array([3.0, 4.0, 0.0]), {"theta": (2,), "zero": (1,)})
    assert np.linalg.norm(direction[:2]) == pytest.approx(5)
    assert direction[2] == 0


def test_lines_and_planes_are_where_they_should_be():
    weights = np.array([1.0, 2.0])
    line = along(lambda theta: float(theta[0] + 10 * theta[1]), weights, np.array([1.0, 0.0]), reach=2, points=5)
    np.testing.assert_allclose(line.steps, [-2, -1, 0, 1, 2])
    np.testing.assert_allclose(line.losses, [19, 20, 21, 22, 23])
    plane = across(
        lambda theta: float(theta[0] + 10 * theta[1]), weights, (np.array([1.0, 0]), np.array([0, 1.0])), points=3
    )
    np.testing.assert_allclose(plane.losses, [[10, 11, 12], [20, 21, 22], [30, 31, 32]])


@pytest.mark.parametrize("curvature", [1.0, 4.0, 100.0])
def test_the_radius_of_a_bowl(curvature):
    """½·c·r²·‖d‖² = rise."""
    rise = 0.01
    line = along(bowl(curvature), np.zeros(2), np.array([0.6, 0.8]), points=2001)
    assert flat_radius([line], rise) == pytest.approx(math.sqrt(2 * rise / curvature), rel=1e-3)


@pytest.mark.parametrize("rise", [1e-4, 0.003, 0.05, 2.0])
def test_the_radius_in_a_narrow_valley_is_exact_with_the_usual_points(rise):
    """L = ½·wᵀ·diag(1, 100)·w: the mean over lines d of ½·r²·(d₁² + 100·d₂²) = rise."""
    directions = np.random.default_rng(0).normal(size=(5, 2))
    lines = [along(lambda w: float(0.5 * (w[0] ** 2 + 100 * w[1] ** 2)), np.zeros(2), one) for one in directions]
    mean = np.mean(directions[:, 0] ** 2 + 100 * directions[:, 1] ** 2)
    assert flat_radius(lines, rise) == pytest.approx(math.sqrt(2 * rise / mean), rel=1e-6)


def test_a_radius_beyond_the_line_and_a_loss_that_is_not_finite():
    line = along(bowl(1.0), np.zeros(1), np.ones(1))
    assert flat_radius([line], 0.6) == math.inf
    cliff = along(lambda theta: 0.0 if abs(theta[0]) < 0.52 else math.nan, np.zeros(1), np.ones(1))
    assert flat_radius([cliff], 0.1) == pytest.approx(0.55)


@pytest.mark.parametrize(("curvature", "word"), [(1.0, "flat"), (1000.0, "sharp")])
def test_flat_and_sharp(curvature, word):
    lines = [
        along(bowl(curvature), np.zeros(3), filter_normalized(np.ones(3), {"theta": (3,)}, seed)) for seed in range(3)
    ]
    said = diagnose_flatness(lines, start_loss=1.0)
    assert said.word == word
    assert not said.alarm


def test_no_solution_is_neither():
    assert diagnose_flatness([along(bowl(1.0), np.ones(1), np.ones(1))], start_loss=0.4).word == "no solution"


def test_a_barrier_stands_between_two_valleys_and_not_within_one():
    valleys = lambda theta: float((theta[0] ** 2 - 1) ** 2)  # noqa: E731
    line = between(valleys, np.array([-1.0]), np.array([1.0]))
    assert barrier(line) == pytest.approx(1, abs=1e-3)
    assert diagnose_between(line, start_loss=2.0).word == "barrier"
    within = between(bowl(1.0), np.array([0.1]), np.array([0.3]))
    assert barrier(within) == 0
    assert diagnose_between(within, start_loss=2.0).word == "connected"
    assert (within.steps[0], within.steps[-1]) == (-0.5, 1.5)


def test_a_slope_between_a_bad_and_a_good_solution_is_no_barrier():
    assert barrier(between(lambda theta: float(theta[0]), np.array([5.0]), np.array([0.0]))) == pytest.approx(
        0, abs=1e-9
    )
