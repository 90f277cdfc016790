"""Min-max scaling: x ← low + (high − low)·(x − min)/(max − min) for each feature, with min and max of the training part.

A feature that is constant in the training part becomes ``low``. Values outside the training part's range leave [low,
high]; they are not clipped.
"""

import numpy as np

import benchsuite as bs


class MinMax:
    """Scale each feature to [low, 1].

    Args:
        low: Lower end: 0 or −1.
    """

    def __init__(self, low):
        self.low = low

    def fit(self, x):
        """Learn the range of each column of ``x [examples, features]``."""
        self.minimum = x.min(axis=0).astype("float64")
        width = x.max(axis=0) - self.minimum
        self.width = np.where(width > 0, width, 1.0)
        return self

    def transform(self, x):
        """Return the scaled columns."""
        return self.low + (1 - self.low) * (x - self.minimum) / self.width

    def inverse_transform(self, x):
        """Undo :meth:`transform`."""
        return (x - self.low) / (1 - self.low) * self.width + self.minimum


@bs.hookimpl
def register_preprocessings():
    """Register min_max."""
    return [
        bs.Preprocessing(
            name="min_max",
            make=MinMax,
            space={"low": bs.Choice([0.0, -1.0], default=0.0)},
            summary="Each feature to [0, 1] or [−1, 1] on the training part.",
            reference="Course notes",
            formula="x ← low + (1 − low)·(x − min)/(max − min)",
        )
    ]
