"""The density of a Hessian's eigenvalues, by stochastic Lanczos quadrature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis
from benchsuite.diagnostics.lanczos import Product, run

PROBES, STEPS = 4, 60
"""Ghorbani et al. take 10 probes of 90 steps, and find that one probe already gives the shape."""
WIDTH = 0.01
"""Of the bell that stands for each eigenvalue, as a share of the range."""
NEAR = 0.01
"""What is closer to 0 than this share of the largest magnitude counts as 0."""
SOURCE = "Ghorbani, Krishnan & Xiao 2019, arXiv:1901.10159, section 3; that 1 % of the largest counts as 0 is ours"


@dataclass(frozen=True)
class Spectrum:
    """Where the eigenvalues of a symmetric matrix lie.

    Args:
        size: Of the matrix.
        values: Nodes of all probes, ascending, float64.
        weights: The share of all eigenvalues that each stands for, sum 1.
    """

    size: int
    values: np.ndarray
    weights: np.ndarray

    @property
    def largest(self) -> float:
        """The largest node."""
        return float(self.values[-1])

    @property
    def smallest(self) -> float:
        """The smallest node."""
        return float(self.values[0])

    @property
    def trace(self) -> float:
        """Σ λ, an estimate without bias."""
        return float(self.size * (self.weights @ self.values))

    def share(self, low: float, high: float) -> float:
        """Return the share of eigenvalues within [low, high]."""
        return float(self.weights[(self.values >= low) & (self.values <= high)].sum())

    def density(self, at: np.ndarray) -> np.ndarray:
        """Return the density at some values: each node a bell of deviation 1 % of the range."""
        spread = WIDTH * max(self.largest - self.smallest, abs(self.largest) * 1e-6, 1e-30)
        bells = np.exp(-0.5 * ((at[:, None] - self.values) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
        return np.asarray(bells @ self.weights)


def spectrum(product: Product, size: int, *, probes: int = PROBES, steps: int = STEPS, seed: int = 0) -> Spectrum:
    """Return the spectrum of a matrix of which only products are known.

    φ(t) = 1/n · Σ δ(t − λᵢ) is estimated by the mean over random v ~ N(0, I/n) of Σ ωᵢ·δ(t − θᵢ): θ the eigenvalues of Lanczos' T
    started from v, ω the squares of the first components of its eigenvectors. That is Gauss' quadrature: exact for polynomials up
    to degree 2·steps − 1.

    Args:
        product: v → H·v.
        size: Of v.
        probes: Random starts.
        steps: Products for each.
        seed: Of the starts.

    Source: Ghorbani, Krishnan & Xiao 2019, arXiv:1901.10159; Golub & Welsch 1969.
    """
    random = np.random.default_rng(seed)
    found = [run(product, random.standard_normal(size), steps) for _ in range(probes)]
    values = np.concatenate([one.values for one in found])
    weights = np.concatenate([one.weights for one in found]) / probes
    order = np.argsort(values)
    return Spectrum(size, values[order], weights[order])


def diagnose_spectrum(found: Spectrum) -> Diagnosis:
    """Say how the eigenvalues lie: how many are as good as 0, and how many are negative. No alarm: it only describes."""
    scale = float(np.abs(found.values).max())
    if not np.isfinite(scale):
        return Diagnosis("spectrum", "no numbers", "The Hessian is not finite there.", True, source=SOURCE)
    near = NEAR * scale
    flat, negative = found.share(-near, near), found.share(-np.inf, -near)
    word = "mostly flat" if flat > 0.5 else "curved"
    return Diagnosis(
        "spectrum",
        word,
        f"{flat:.0%} of the {found.size:,} eigenvalues of the Hessian are within 1 % of the largest magnitude from 0, "
        f"{negative:.1%} lie below that; they reach from {found.smallest:.3g} to {found.largest:.3g}, sum {found.trace:.3g}.",
        False,
        numbers={
            "largest": found.largest,
            "smallest": found.smallest,
            "trace": found.trace,
            "flat_share": flat,
            "negative_share": negative,
        },
        source=SOURCE,
    )
