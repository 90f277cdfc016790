"""Random search: every point drawn for itself, u ~ U[0, 1)^d on each range's own scale.

Bergstra & Bengio 2012, JMLR 13:281-305. The points of a larger budget begin with those of a smaller one, so its trainings
are reused; and being independent draws, they are what the exact formula of the expected best of k trials asks for.
``scale=linear`` draws learning rates and other values of logarithmic ranges uniformly between the ends of the same range,
x = low + u·(high − low): what the logarithmic scale is compared with.
"""

import benchsuite as bs
from benchsuite_plugins.tuners._planned import Planned


def make(scale):
    """Return the function that begins a search."""

    def start(problem):
        points = problem.generator.random((problem.budget, len(problem.dimensions)))
        if scale == "linear":
            points = [
                [dimension.linear(place) for dimension, place in zip(problem.dimensions, point, strict=True)]
                for point in points
            ]
        return Planned(points)

    return start


@bs.hookimpl
def register_tuners():
    """Register random."""
    return [
        bs.Tuner(
            name="random",
            make=make,
            space={"scale": bs.Choice(["log", "linear"], default="log")},
            default=True,
            summary="Independent random points, on the logarithmic scale of each range or on a linear one.",
            reference="Bergstra & Bengio 2012, JMLR 13:281-305",
            formula="x = low·(high/low)^u; linear: x = low + u·(high − low); u ~ U[0, 1)",
        )
    ]
