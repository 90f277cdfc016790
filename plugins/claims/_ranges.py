"""What the bundled tuners search in studies of searches: a range of positive numbers on a logarithmic scale."""

import math
from dataclasses import dataclass

import benchsuite as bs


@dataclass(frozen=True)
class Range:
    """A continuous range, as a tuner sees a dimension.

    Args:
        name: Of the hyperparameter.
        low: Its low end, above 0.
        high: Its high end.
    """

    name: str
    low: float
    high: float
    levels = None

    def value(self, place):
        """Return low·(high/low)^place, six digits of it."""
        return float(f"{self.low * (self.high / self.low) ** place:.6g}")

    def linear(self, share):
        """Return the place of the value that lies a share of the way from low to high on a linear scale."""
        return math.log((self.low * (1 - share) + self.high * share) / self.low) / math.log(self.high / self.low)


def proposed(start, ranges, budget, seed):
    """Return what a search proposes: a list of values of the ranges for each point.

    Args:
        start: What ``make`` of a tuner returned that proposes all its points at once, such as grid and random.
        ranges: What is searched.
        budget: How many points.
        seed: Of the tuner's chance.
    """
    import numpy as np

    search = start(bs.Problem(tuple(ranges), budget, 1, np.random.default_rng(seed)))
    points = [proposal.point for proposal in search.ask()]
    return [[one.value(place) for one, place in zip(ranges, point, strict=True)] for point in points]
