"""The claims about batch size and momentum where they are theorems, and effects that read their runs as they say."""

import math

import numpy as np
import pytest

from benchsuite.engine.lab import Lab
from benchsuite_plugins.claims import batch_size, momentum


@pytest.fixture(scope="module")
def lab(bundled):
    return Lab(bundled, bundled.task)


class Curve:
    """A run of which only the training loss is looked at."""

    def __init__(self, losses, steps_per_epoch, failed=False):
        self.losses, self.failed = losses, failed
        self.steps = [steps_per_epoch * epoch for epoch in range(len(losses))]

    def curve(self, measure):
        assert measure == "train_loss"
        return self.losses

    def final(self, measure):
        return math.nan if self.failed else self.curve(measure)[-1]


def runs(small_limit, large_limit):
    """Runs whose loss halves thrice up to a rate, and grows beyond it: 2^−rate/epoch for small batches, ever slower for large ones."""
    made = {}
    for batch, limit, per_epoch, speed in ((8, small_limit, 134, 1.0), (128, large_limit, 8, 0.25)):
        for rate in batch_size.RATES:
            way = speed if rate <= limit else -1.0
            made[batch_size.arm(batch, rate)] = Curve([2.0 ** (-way * epoch) for epoch in range(18)], per_epoch)
    return made


def test_the_largest_rate_that_each_size_bears():
    assert batch_size.larger_rate(runs(0.126, 0.51)) == pytest.approx(2)
    assert math.isnan(batch_size.larger_rate(runs(0.126, 100.0))), "beyond the grid nobody knows"
    assert math.isnan(batch_size.larger_rate(runs(1e-9, 0.51)))


def test_by_iteration_and_by_epoch():
    made = runs(0.126, 0.51)
    assert batch_size.by_epoch(made) == pytest.approx(math.log(2) * (-0.25 * 3 + 3))
    assert batch_size.by_iteration(made) == pytest.approx(math.log(2) * (-1 + 0.25 * 17)), (
        "134 steps: 1 epoch; 136: the 17th"
    )


def test_variance_falls_as_one_over_the_batch_size(lab):
    """A theorem for batches drawn apart; one of its nine seeds, which scatter by 0.03."""
    assert batch_size.exponent(lab, 0) == pytest.approx(-1, abs=0.1)


def dynamics(alpha, rho, nesterov, curvature, steps):
    """θ of v ← ρv − αg, in float64: heavy ball, or Nesterov's rewritten form."""
    theta, velocity, way = 1.0, 0.0, [1.0]
    for _ in range(steps):
        gradient = curvature * theta
        velocity = rho * velocity - alpha * gradient
        theta += rho * velocity - alpha * gradient if nesterov else velocity
        way.append(theta)
    return np.array(way)


def across(alpha, rho=0.0, nesterov=False):
    return float(np.abs(np.diff(dynamics(alpha, rho, nesterov, 1.0, momentum.STEPS))).sum())


def test_the_way_across_is_that_of_the_recursion(lab):
    """On a quadratic each eigendirection goes by itself: a scalar recursion gives the whole way."""
    root3 = math.sqrt(301)
    for optimizer, exact in (
        (momentum.METHODS["momentum"][0], across(4 / 1.1**2, (9 / 11) ** 2)),
        (momentum.METHODS["nesterov"][0], across(4 / 3.01, (root3 - 2) / (root3 + 2), nesterov=True)),
    ):
        assert momentum.way_across(lab, optimizer) == pytest.approx(exact, rel=1e-3), optimizer


@pytest.mark.parametrize("name", list(momentum.METHODS))
def test_rates_are_those_of_theory(lab, name):
    optimizer, theory = momentum.METHODS[name]
    assert momentum.rate(lab, optimizer) == pytest.approx(theory, rel=0.02)
    assert momentum.rate(lab, momentum.DESCENT) == pytest.approx(99 / 101, rel=1e-3)
