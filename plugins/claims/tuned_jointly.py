"""C33: hyperparameters depend on one another: tuned each alone and then combined, they are worse than tuned jointly.

Learning rate (five values) and momentum (four) on teacher_mlp, which act together through α/(1 − ρ). A start is drawn for each
seed among the 20 pairs, as nobody knows a good one. Each alone: all rates at the start's momentum, all momenta at the start's
rate; the best of each, by the validation part, are combined. Jointly: all 20 pairs, the best by the validation part. And at equal
cost: the combination took nine trainings (eight, and itself), so nine pairs drawn without replacement stand against it.

It is the notes' procedure: the results are combined, even where one of the nine was better. One after another, the second at
the best of the first, is a gentler procedure, and not tried. The bounds were written down with the claim, and have not
been moved since. The first part can hardly come out against the claim but by its size: the combination is one of the 20 pairs, so its
validation error is never the smaller.

What it does not show: how it is with hyperparameters that have little to do with each other.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen, error, log_ratio

TASK = "teacher_mlp"
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
MOMENTA = (0.0, 0.5, 0.9, 0.99)
COST = len(RATES) + len(MOMENTA)
"""Trainings of one by one: the start is in both lines, and the combination is one more."""


def pair(rate, momentum):
    """Return the name of the arm of a pair of places."""
    return f"rate_{rate}_momentum_{momentum}"


PAIRS = [(rate, momentum) for rate in range(len(RATES)) for momentum in range(len(MOMENTA))]


def arms(seed):
    """Return all pairs, those of them that cost as much as one by one, and the start, each under its name."""
    import numpy as np

    generator = np.random.default_rng([33, seed])
    found = {
        pair(rate, momentum): bs.Arm(
            task=TASK, recipe={"optimizer": f"momentum[learning_rate={RATES[rate]};momentum={MOMENTA[momentum]}]"}
        )
        for rate, momentum in PAIRS
    }
    start = PAIRS[generator.integers(len(PAIRS))]
    drawn = [PAIRS[place] for place in generator.choice(len(PAIRS), COST, replace=False)]
    for number, rate in enumerate(range(len(RATES))):
        found[f"alone_rate_{number}"] = found[pair(rate, start[1])]
    for number, momentum in enumerate(range(len(MOMENTA))):
        found[f"alone_momentum_{number}"] = found[pair(start[0], momentum)]
    for number, one in enumerate(drawn):
        found[f"drawn_{number}"] = found[pair(*one)]
    return found


def combined(runs):
    """Return the run of the best rate and the best momentum, each found alone; ``None`` where a whole line failed."""
    best = []
    for kind in ("rate", "momentum"):
        names = [name for name in runs if name.startswith(f"alone_{kind}_")]
        name = bs.choose(runs, names)
        if name is None:
            return None
        best.append(names.index(name))
    return runs[pair(*best)]


def worse_than(prefix):
    """Return the effect: ln of the test error of the combination by that of the best of some arms."""

    def effect(runs):
        jointly = chosen(runs, [name for name in runs if name.startswith(prefix)], drawn=prefix == "drawn_")
        return log_ratio(error(combined(runs), "test_rmse"), error(jointly, "test_rmse"))

    return effect


@bs.hookimpl
def register_claims():
    """Register tuned_jointly."""
    because = "Two per cent of the root mean squared error, 0.01 to 0.02 of R² here: less would not pay a search."
    return [
        bs.Claim(
            name="tuned_jointly",
            number="C33",
            sentence="Hyperparameters often depend on one another, so they must not be tuned each alone and the results combined.",
            source="Course notes N4, Hyper-Parameter Tuning",
            parts=[
                bs.Part(
                    name="combination_misses_the_best",
                    says="ln of the test error of the combination of rate and momentum tuned alone by that of the best of all "
                    "20 pairs, of which it is one: only its size is tested.",
                    evidence=bs.Trained(arms=arms, effect=worse_than("rate_"), seeds=16),
                    at_least=math.log(1.02),
                    because=because,
                    unit="log ratio",
                ),
                bs.Part(
                    name="worse_at_equal_cost",
                    says="The same by the best of nine pairs drawn at random, which cost as much as the combination.",
                    evidence=bs.Trained(arms=arms, effect=worse_than("drawn_"), seeds=16),
                    at_least=math.log(1.02),
                    because=because,
                    unit="log ratio",
                ),
            ],
            depends="On hyperparameters that act together, as rate and momentum do, and on the start, which is drawn here.",
        )
    ]
