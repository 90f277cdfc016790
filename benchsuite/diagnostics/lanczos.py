"""Eigenvalues of a matrix of which only products with vectors are known: Lanczos' method, every vector made orthogonal to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Product = Callable[[np.ndarray], np.ndarray]
"""v → H·v for float64 ``[size]``; H is symmetric."""

MOST_STEPS = 100
TOLERANCE = 1e-4
"""Of the residual ‖H·y − θ·y‖, as a share of the largest magnitude: an order above what float32 products leave."""
NOTHING = 1e-10
"""A new direction shorter than this share of the largest magnitude is rounding: all that the start contains is known."""


@dataclass(frozen=True)
class Lanczos:
    """What some steps of the method give: T, tridiagonal, with H·V ≈ V·T.

    Args:
        values: Eigenvalues of T (Ritz values), ascending, float64 ``[steps]``.
        weights: Squares of the first components of T's eigenvectors, sum 1: how much of the start lies along each.
        residuals: ‖H·y − θ·y‖ of each; some eigenvalue of H is at most that far from θ.
    """

    values: np.ndarray
    weights: np.ndarray
    residuals: np.ndarray

    @property
    def steps(self) -> int:
        """How many products it took."""
        return len(self.values)

    @property
    def largest(self) -> float:
        """The largest eigenvalue."""
        return float(self.values[-1])

    @property
    def smallest(self) -> float:
        """The smallest eigenvalue."""
        return float(self.values[0])

    @property
    def doubt(self) -> float:
        """By how much either end may be wrong: the larger of their residuals."""
        return float(max(self.residuals[0], self.residuals[-1]))


def extremes(
    product: Product, size: int, *, steps: int = MOST_STEPS, tolerance: float = TOLERANCE, seed: int = 0
) -> Lanczos:
    """Return the largest and the smallest eigenvalue, and what was met between them.

    Stops as soon as both residuals are at most ``tolerance`` · max|θ|, looked at every fifth step.

    Args:
        product: v → H·v.
        size: Of v.
        steps: The most products.
        tolerance: See above.
        seed: Of the start, v ~ N(0, I).

    Source: Lanczos 1950, J. Res. Nat. Bur. Standards 45, 255; Parlett 1980, The Symmetric Eigenvalue Problem, chapter 13.
    """
    return run(product, np.random.default_rng(seed).standard_normal(size), steps, tolerance)


def run(product: Product, start: np.ndarray, steps: int, tolerance: float = 0.0) -> Lanczos:
    """Return what at most so many steps from a start give; with a tolerance, fewer once both ends are known to it.

    β·v₊ = H·v − α·v − β₋·v₋ with α = vᵀ·H·v. Each new vector is made orthogonal to all before it, twice: without that, rounding
    brings copies of eigenvalues that were found (Paige 1976; "twice is enough", Giraud et al. 2005).

    Args:
        product: v → H·v.
        start: Any vector but 0, ``[size]``; brought to length 1.
        steps: The most products; no more than the size.
        tolerance: As a share of max|θ|; 0 takes all steps.
    """
    size = len(start)
    steps = min(steps, size)
    basis = np.empty((steps, size))
    alphas: list[float] = []
    betas: list[float] = []
    vector = np.asarray(start, "float64") / np.linalg.norm(start)
    while True:
        basis[len(alphas)] = vector
        image = np.asarray(product(vector), "float64")
        if not np.isfinite(image).all():
            return Lanczos(*(np.array([np.nan]) for _ in range(3)))
        alphas.append(float(vector @ image))
        known = basis[: len(alphas)]
        for _ in range(2):
            image = image - known.T @ (known @ image)
        betas.append(float(np.linalg.norm(image)))
        exhausted = betas[-1] <= NOTHING * (max(map(abs, alphas)) + max(betas))
        last = exhausted or len(alphas) == steps
        if last or (tolerance and len(alphas) % 5 == 0):
            found = _solved(alphas, betas)
            if last or found.doubt <= tolerance * float(np.abs(found.values).max()):
                return found
        vector = image / betas[-1]


def _solved(alphas: list[float], betas: list[float]) -> Lanczos:
    """Return the eigenvalues of T; the last β tells how far each is from one of H."""
    off = np.diag(betas[:-1], 1)
    values, vectors = np.linalg.eigh(np.diag(alphas) + off + off.T)
    return Lanczos(values, vectors[0] ** 2, betas[-1] * np.abs(vectors[-1]))
