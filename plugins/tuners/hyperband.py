"""Hyperband: brackets of successive halving that begin at different rungs, for nobody knows how early a good point shows.

Li et al. 2018, arXiv:1603.06560. The bracket that begins lowest tries most points, the last one trains every point whole; each has
an equal share of the budget. Promoted points are trained from the start, which is counted.
"""

import benchsuite as bs
from benchsuite_plugins.tuners._brackets import Brackets, largest, rungs


def make(factor, below):
    """Return the function that begins a search."""

    def start(problem):
        budget = problem.budget * problem.epochs
        stops = rungs(problem.epochs, factor, below)
        while len(stops) > 1 and not largest(budget // len(stops), factor, stops):
            stops = stops[1:]
        share = budget // len(stops)
        plans = [(largest(share, factor, stops[first:]), stops[first:]) for first in range(len(stops))]
        return Brackets(problem, factor, plans)

    return start


@bs.hookimpl
def register_tuners():
    """Register hyperband."""
    return [
        bs.Tuner(
            name="hyperband",
            make=make,
            space={"factor": bs.Integer(2, 10, default=3), "below": bs.Integer(1, 10, default=2)},
            summary="Brackets of successive halving, each beginning at another rung, with equal shares of the budget.",
            reference="Li et al. 2018, arXiv:1603.06560",
            formula="bracket s: rungs E/η^s … E, budget B/(s_max + 1)",
        )
    ]
