"""Successive halving: all points are trained for a small part of the budget, the best third of them for more, and so on.

Jamieson & Talwalkar 2016, arXiv:1502.07943. With factor η and E epochs, rungs lie at E/η^k; one of η points is promoted at each,
and a promoted one is trained from the start, which is counted: a record of a trial never changes. Schedules see the whole
budget at every rung.
"""

import benchsuite as bs
from benchsuite_plugins.tuners._brackets import Brackets, largest, rungs


def make(factor, below):
    """Return the function that begins a search."""

    def start(problem):
        for most in range(below, -1, -1):  # fewer rungs where the budget is too small for one to reach the end
            stops = rungs(problem.epochs, factor, most)
            count = largest(problem.budget * problem.epochs, factor, stops)
            if count:
                return Brackets(problem, factor, [(count, stops)])
        return Brackets(problem, factor, [])

    return start


@bs.hookimpl
def register_tuners():
    """Register successive_halving."""
    return [
        bs.Tuner(
            name="successive_halving",
            make=make,
            space={"factor": bs.Integer(2, 10, default=3), "below": bs.Integer(1, 10, default=2)},
            summary="Many short trainings, the best third of them longer, the best third of these to the end.",
            reference="Jamieson & Talwalkar 2016, arXiv:1502.07943",
            formula="rungs E/η^k; ⌊n/η^k⌋ points reach the k-th",
        )
    ]
