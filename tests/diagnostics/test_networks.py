"""Eigenvalues of real networks' Hessians: a known one, and dense solves."""

import numpy as np
import pytest

from benchsuite.cli.diagnosed.curvature import point_of
from benchsuite.diagnostics.lanczos import extremes
from benchsuite.diagnostics.spectrum import spectrum
from benchsuite.engine.lab import Lab


@pytest.fixture(scope="module")
def lab(bundled):
    return Lab(bundled, bundled.task)


def test_the_known_hessian_of_quadratic_deep(lab):
    from benchsuite_tasks.analytic.quadratic_deep import hessian

    network = lab.specimen("quadratic_deep")
    inputs, targets = (array[:64] for array in network.arrays("train"))  # the Hessian is that of each example
    true = np.linalg.eigvalsh(hessian())
    found = point_of(network, inputs, targets)
    assert found.largest == pytest.approx(true[-1], rel=1e-3)
    assert found.smallest == pytest.approx(true[0], abs=1e-3 * true[-1])
    mean = inputs.mean(axis=0, dtype="float64")
    assert found.gradient_norm == pytest.approx(np.linalg.norm(hessian() @ (1 - mean)), rel=1e-4)


def test_a_dense_solve_of_a_network_of_about_200_numbers(lab):
    """deep_tanh with three layers of 8: 3·8 + 8 + 2·(8·8 + 8) + 8·4 + 4 = 212."""
    network = lab.specimen("deep_tanh", knobs={"depth": 3, "width": 8}, seed=3)
    assert network.size == 212
    inputs, targets = (array[:64] for array in network.arrays("train"))
    unit = np.eye(network.size)
    dense = np.array([network.curvature(row, inputs, targets) for row in unit], "float64")
    np.testing.assert_allclose(dense, dense.T, atol=1e-5 * np.abs(dense).max())
    true = np.linalg.eigvalsh((dense + dense.T) / 2)
    found = extremes(lambda v: network.curvature(v, inputs, targets), network.size)
    assert found.largest == pytest.approx(true[-1], rel=1e-3)
    assert found.smallest == pytest.approx(true[0], rel=1e-3)
    assert found.steps < 100
    density = spectrum(lambda v: dense @ v, network.size, probes=20, steps=40)
    # Of 20 probes with z ~ N(0, I): the variance of zᵀHz is 2·Σλ².
    assert density.trace == pytest.approx(true.sum(), abs=4 * np.sqrt(2 * (true**2).sum() / 20))
    near = 0.1 * true[-1]
    assert density.share(-near, near) == pytest.approx((np.abs(true) <= near).mean(), abs=0.03)
