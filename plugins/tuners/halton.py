"""Halton points: a sequence that leaves smaller gaps than chance, scrambled by the seed.

Coordinate j of point n is the radical inverse of n in the j-th prime base, its digits permuted at random. AlgoPerf (Dahl et
al. 2023, arXiv:2306.07179) searches so. The points of a larger budget begin with those of a smaller one.
"""

import benchsuite as bs
from benchsuite_plugins.tuners._planned import Planned


def make():
    """Return the function that begins a search."""

    def start(problem):
        from scipy.stats import qmc

        sequence = qmc.Halton(len(problem.dimensions), scramble=True, seed=problem.generator)
        return Planned(sequence.random(problem.budget))

    return start


@bs.hookimpl
def register_tuners():
    """Register halton."""
    return [
        bs.Tuner(
            name="halton",
            make=make,
            summary="The points of a scrambled Halton sequence, which cover the ranges more evenly than random ones.",
            reference="Halton 1960; Owen 2017, arXiv:1706.02808",
            formula="u_j(n) = Σ_i π_ij(digit_i(n))·p_j^−(i+1), p_j the j-th prime",
        )
    ]
