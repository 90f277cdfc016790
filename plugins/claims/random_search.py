"""C26: random search finds better settings than a grid of as many points where one hyperparameter matters and the other does not.

The figure of N0: nine points of two hyperparameters. Here the learning rate of Adam, which matters, and its ε, which does not,
on teacher_mlp. The points are those that the registered tuners grid and random propose: three values of each, and nine
independent ones. (The grid tuner would give a hyperparameter that it knows as a learning rate twice as many values, which is the
cure for this very failure; it is not told here.) Nobody who searches knows where the best rate lies: the range of four decades
begins somewhere between 10⁻⁵ and 10⁻³, drawn anew for each seed, the same for both. The setting is chosen on the validation part,
and compared on the test part.

The bounds were written down with the claim, and have not been moved since.

What it does not show: that random search beats a grid where all hyperparameters matter, or where there is only one.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen, error, log_ratio
from benchsuite_plugins.claims._ranges import Range, proposed
from benchsuite_plugins.tuners import grid, random

TASK = "teacher_mlp"
BUDGET = 9
DECADES = 4
EPSILON = Range("epsilon", 1e-10, 1e-6)


def rates(seed):
    """Return the range of learning rates of a seed."""
    import numpy as np

    low = float(f"{10 ** np.random.default_rng([26, seed]).uniform(-5, -3):.6g}")
    return Range("learning_rate", low, low * 10**DECADES)


def arms(seed):
    """Return the nine points of both searches."""
    ranges, found = (rates(seed), EPSILON), {}
    for name, start in (("grid", grid.make()), ("random", random.make("log"))):
        for number, (rate, epsilon) in enumerate(proposed(start, ranges, BUDGET, [261, seed])):
            optimizer = f"adam[learning_rate={rate:g};epsilon={epsilon:g}]"
            found[f"{name}_{number}"] = bs.Arm(task=TASK, recipe={"optimizer": optimizer})
    return found


def better(runs):
    """Return ln of the test error that the grid finds by that which random search finds."""
    errors = {
        name: error(chosen(runs, [one for one in runs if one.startswith(name)], drawn=name == "random"), "test_rmse")
        for name in ("grid", "random")
    }
    return log_ratio(errors["grid"], errors["random"])


@bs.hookimpl
def register_claims():
    """Register random_search."""
    return [
        bs.Claim(
            name="random_search",
            number="C26",
            sentence="With several hyperparameters, of which nobody knows which matter, random points are better than a "
            "regular grid: of nine "
            "trials the grid tests three values of the one that matters, random search nine.",
            source="Course notes N0, Hyperparameter optimization; N2, Tuning hyperparameters; N3, section 1; Bergstra & Bengio 2012, JMLR "
            "13:281-305",
            parts=[
                bs.Part(
                    name="finds_better",
                    says="ln of the test error that nine grid points find by that which nine random points find, teacher_mlp.",
                    evidence=bs.Trained(arms=arms, effect=better, seeds=20),
                    at_least=math.log(1.02),
                    because="Two per cent of the root mean squared error, 0.01 to 0.02 of R² here: less would not pay a search.",
                    unit="log ratio",
                )
            ],
            basis="theory",
            depends="On how few hyperparameters matter, on how wide the range is for the budget, and on luck: a grid whose "
            "point lies at the best "
            "rate cannot be beaten.",
        )
    ]
