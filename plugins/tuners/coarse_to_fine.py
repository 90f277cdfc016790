"""Coarse to fine: half of the budget over the whole ranges, then the other half around the best point found.

The second half is drawn from a box around the best point, ``zoom`` times as wide as the ranges, moved inwards where it would
reach beyond their ends. Hyperparameters whose options have no order keep the best one.
"""

import math

import benchsuite as bs


class CoarseToFine:
    """One search.

    Args:
        problem: What is searched.
        zoom: Side of the box, as a share of each range.
    """

    def __init__(self, problem, zoom):
        self._problem, self._zoom = problem, zoom
        self._coarse = math.ceil(problem.budget / 2)
        self._fine = problem.budget - self._coarse
        self._told = 0
        self._best = (-math.inf, None)
        self._next = [bs.Proposal(tuple(point)) for point in self._draw(self._coarse)]

    def ask(self):
        """Return what is next: the coarse half at the beginning, the fine one when all of that was told."""
        proposed, self._next = self._next, []
        return proposed

    def tell(self, scored):
        """Remember the best, the earliest of equals; after the last of the coarse half, plan the fine one."""
        if scored.score is not None and scored.score > self._best[0]:
            self._best = (scored.score, scored.point)
        self._told += scored.own
        if self._told == self._coarse and scored.own:
            self._next = [bs.Proposal(self._near(draw)) for draw in self._draw(self._fine)]

    def _draw(self, count):
        return self._problem.generator.random((count, len(self._problem.dimensions))).tolist()

    def _near(self, draw):
        _, center = self._best
        if center is None:  # all failed
            return tuple(draw)
        lows = [min(max(place - self._zoom / 2, 0), 1 - self._zoom) for place in center]
        return tuple(
            low + self._zoom * share if dimension.ordered else place
            for dimension, place, low, share in zip(self._problem.dimensions, center, lows, draw, strict=True)
        )


def make(zoom):
    """Return the function that begins a search."""
    return lambda problem: CoarseToFine(problem, zoom)


@bs.hookimpl
def register_tuners():
    """Register coarse_to_fine."""
    return [
        bs.Tuner(
            name="coarse_to_fine",
            make=make,
            space={"zoom": bs.Uniform(0.01, 0.9, default=0.25)},
            summary="Random points in wide ranges, then in narrow ones around the best.",
            reference="Ng 2017, deeplearning.ai, Improving Deep Neural Networks",
            formula="u ~ U[0, 1)^d for half of the budget; then U[c − z/2, c + z/2)^d around the best, c",
        )
    ]
