"""Grid search: evenly spaced values of every hyperparameter, each combination once.

The budget says how many values each gets: one after another gets one more, as long as all combinations fit, the learning
rate two for each one of the others. What gets a single value keeps its default. What the product
leaves of the budget goes to random points, as with every tuner.
"""

import itertools
import math

import benchsuite as bs
from benchsuite_plugins.tuners._planned import Planned

FINE = 2
"""Values of a learning rate for each one of another hyperparameter."""


def counts(dimensions, budget):
    """Return how many values each dimension gets: their product is within the budget.

    Args:
        dimensions: In order of preference among equals; learning rates come first.
        budget: Combinations.
    """
    weights = [FINE if dimension.name.endswith(".learning_rate") else 1 for dimension in dimensions]
    found = [1] * len(dimensions)
    while True:
        possible = [
            number
            for number, dimension in enumerate(dimensions)
            if found[number] < (dimension.levels or math.inf)
            and math.prod(found) // found[number] * (found[number] + 1) <= budget
        ]
        if not possible:
            return found
        found[min(possible, key=lambda number: (found[number] / weights[number], -weights[number], number))] += 1


def places(dimension, count):
    """Return the places of so many values: from end to end, or the default alone."""
    if count == 1:
        return [dimension.place(dimension.space.default)]
    return [number / (count - 1) for number in range(count)]


def make():
    """Return the function that begins a search."""

    def start(problem):
        if problem.budget < 1:
            return Planned([])
        each = zip(problem.dimensions, counts(problem.dimensions, problem.budget), strict=True)
        return Planned(itertools.product(*(places(dimension, count) for dimension, count in each)))

    return start


@bs.hookimpl
def register_tuners():
    """Register grid."""
    return [
        bs.Tuner(
            name="grid",
            make=make,
            summary="Every combination of evenly spaced values, the learning rate in the finest steps.",
            reference="Fisher 1935, The Design of Experiments (full factorials)",
            formula="u ∈ {0, 1/(k−1), …, 1}^d, Π k_j ≤ budget",
        )
    ]
