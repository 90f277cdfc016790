"""Lanczos' method and its quadrature, against dense eigenvalue solves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.diagnostics.lanczos import extremes, run
from benchsuite.diagnostics.spectrum import diagnose_spectrum, spectrum


def symmetric(eigenvalues, seed=0):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(eigenvalues),) * 2))
    return turn * np.asarray(eigenvalues, "float64") @ turn.T


@given(st.integers(1, 40), st.integers(0, 1000))
def test_all_steps_give_all_eigenvalues_that_differ(size, seed):
    eigenvalues = np.sort(np.random.default_rng(seed).normal(0, 10, size))
    matrix = symmetric(eigenvalues, seed + 1)
    found = run(lambda v: matrix @ v, np.random.default_rng(seed + 2).standard_normal(size), 2 * size)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(matrix), atol=1e-8 * np.abs(eigenvalues).max())


@pytest.mark.parametrize("eigenvalues", [[5.0] * 30, [0.0] * 10, [2.0] * 5 + [-1.0] * 25, [-3.0, -2.0, -1.0]])
def test_equal_eigenvalues_end_it_early(eigenvalues):
    matrix = symmetric(eigenvalues)
    found = extremes(lambda v: matrix @ v, len(eigenvalues))
    assert found.largest == pytest.approx(max(eigenvalues), abs=1e-9)
    assert found.smallest == pytest.approx(min(eigenvalues), abs=1e-9)
    assert found.steps <= 3


def test_no_copies_appear_where_rounding_would_bring_them():
    """Without orthogonalization, the one large eigenvalue comes again and again (Paige 1976)."""
    eigenvalues = [*np.linspace(0, 1, 199), 1000.0]
    matrix = symmetric(eigenvalues)
    found = run(lambda v: matrix @ v, np.random.default_rng(3).standard_normal(200), 150)
    assert (found.values > 500).sum() == 1


@given(st.integers(0, 200))
def test_each_residual_bounds_the_distance_to_an_eigenvalue(seed):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(60, 60))
    matrix = matrix + matrix.T
    true = np.linalg.eigvalsh(matrix)
    found = run(lambda v: matrix @ v, random.standard_normal(60), 12)
    away = np.abs(found.values[:, None] - true).min(axis=1)
    assert (away <= found.residuals + 1e-9).all()
    assert found.weights.sum() == pytest.approx(1)


def test_it_stops_as_soon_as_both_ends_are_known():
    eigenvalues = [-20.0, *np.linspace(0, 1, 500), 100.0]
    products = []
    found = extremes(lambda v: products.append(1) or np.asarray(eigenvalues) * v, 502)
    assert found.largest == pytest.approx(100, rel=1e-4)
    assert found.smallest == pytest.approx(-20, rel=1e-3)
    assert len(products) == found.steps < 30


def test_a_product_that_is_not_finite_gives_no_number():
    found = extremes(lambda v: v * np.nan, 10)
    assert np.isnan(found.largest)
    assert diagnose_spectrum(spectrum(lambda v: v * np.nan, 10)).alarm


def test_the_spectrum_has_the_moments_and_shares_of_the_eigenvalues():
    eigenvalues = np.concatenate([np.zeros(900), np.linspace(1, 2, 80), np.full(20, -1.0)])
    found = spectrum(lambda v: eigenvalues * v, 1000, probes=20, steps=30)
    assert found.trace == pytest.approx(eigenvalues.sum(), rel=0.1)
    assert found.share(-0.01, 0.01) == pytest.approx(0.9, abs=0.01)
    assert found.share(-1.5, -0.5) == pytest.approx(0.02, abs=0.005)
    assert found.share(0.9, 2.1) == pytest.approx(0.08, abs=0.01)
    grid = np.linspace(-2, 3, 5001)
    assert np.trapezoid(found.density(grid), grid) == pytest.approx(1, abs=1e-3)
    said = diagnose_spectrum(found)
    assert said.word == "mostly flat"
    assert not said.alarm
    assert "90% of the 1,000 eigenvalues" in said.says


def test_quadrature_is_exact_for_polynomials():
    """Σ ω·θᵏ = vᵀHᵏv for k < 2·steps (Golub & Welsch 1969)."""
    random = np.random.default_rng(0)
    eigenvalues, start = random.normal(size=50), random.standard_normal(50)
    found = run(lambda v: eigenvalues * v, start, 4)
    for power in range(8):
        exact = (start**2 / (start @ start)) @ eigenvalues**power
        assert found.weights @ found.values**power == pytest.approx(exact, rel=1e-9), power
