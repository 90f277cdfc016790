"""Standardization: x ← (x − μ)/σ for each feature, with μ and σ of the training part.

A feature that is constant in the training part is only centred (σ = 1), as scikit-learn's ``StandardScaler`` does.
"""

import numpy as np

import benchsuite as bs


class Standardize:
    """Shift and scale each feature to mean 0 and variance 1."""

    def fit(self, x):
        """Learn mean and deviation of each column of ``x [examples, features]``."""
        self.mean = x.mean(axis=0, dtype="float64")
        deviation = x.std(axis=0, dtype="float64")
        # Relative to the size of the values: a constant column has a deviation of rounding errors, not of 0.
        constant = deviation <= 1e-6 * np.maximum(np.abs(self.mean), 1e-30)
        self.deviation = np.where(constant, 1.0, deviation)
        return self

    def transform(self, x):
        """Return the standardized columns."""
        return (x - self.mean) / self.deviation

    def inverse_transform(self, x):
        """Undo :meth:`transform`."""
        return x * self.deviation + self.mean


@bs.hookimpl
def register_preprocessings():
    """Register standardize."""
    return [
        bs.Preprocessing(
            name="standardize",
            make=Standardize,
            summary="Each feature to mean 0 and variance 1 of the training part.",
            reference="LeCun et al. 1998",
            formula="x ← (x − μ)/σ",
        )
    ]
