"""C5: adaptive methods are quick early, gradient descent with momentum generalizes at least as well in the end, when tuned.

Adam against momentum (0.9), each with the best of five learning rates by the validation measure after the last epoch: a search
for each seed anew, so the spread of the effects has that of tuning in it. Both grids have five rates in half decades; Adam's
lie where its steps are as large as those of the other. The runs that the searches chose are read twice, on the training loss
after the first epoch (quick early) and on the test part after the last (generalization). The tasks are small networks of the
quick tier on which generalization costs something: a regression with noise, and signals of which there are 1,000 to learn from.

Chosen before any of it ran: a training loss a tenth lower counts as quicker; "at least as well" allows momentum 0.01 of the
measure less, since equality can never be shown.

What it does not show: whether one that generalizes as well does so for the same reason; nor how much tuning each needs, of
which the notes say that momentum needs more.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import ratio
from benchsuite_plugins.claims._rates import grid, tuned

SEEDS = 12
RATES = {"adam": (0.001, 0.003, 0.01, 0.03, 0.1), "momentum": (0.003, 0.01, 0.03, 0.1, 0.3)}
MEASURES = {"teacher_mlp": "r2", "mnist1d_few": "accuracy"}


def arms(task):
    """Return the arms of both searches."""
    return {name: arm for method, rates in RATES.items() for name, arm in grid(method, task, method, rates).items()}


def both(runs, measure):
    """Return the chosen runs of Adam and of momentum; ``None`` for one of which all failed."""
    return [tuned(runs, method, RATES[method], measure) for method in ("adam", "momentum")]


def early_lead(measure):
    """Return the effect: momentum's training loss after the first epoch, divided by Adam's."""

    def effect(runs):
        adam, momentum = both(runs, measure)
        if adam is None or momentum is None:
            return math.nan
        first = adam.epochs.index(1), momentum.epochs.index(1)
        return ratio(momentum.curve("train_loss")[first[1]], adam.curve("train_loss")[first[0]])

    return effect


def late_lead(measure):
    """Return the effect: what momentum has more than Adam of the test measure, after the last epoch."""

    def effect(runs):
        adam, momentum = both(runs, measure)
        if adam is None or momentum is None:
            return math.nan
        return momentum.final(f"test_{measure}") - adam.final(f"test_{measure}")

    return effect


def parts(task):
    """Return both parts on a task."""
    measure = MEASURES[task]
    return [
        bs.Part(
            name=f"adam_is_quick_on_{task}",
            says=f"On {task}, the training loss of tuned momentum after the first epoch is at least 1.1 times that of tuned Adam.",
            evidence=bs.Trained(arms=arms(task), effect=early_lead(measure), seeds=SEEDS),
            at_least=1.1,
            because="A tenth is what one sees in a curve without measuring.",
            unit="ratio",
        ),
        bs.Part(
            name=f"momentum_generalizes_on_{task}",
            says=f"On {task}, tuned momentum has at most 0.01 of test {measure} less than tuned Adam after the last epoch.",
            evidence=bs.Trained(arms=arms(task), effect=late_lead(measure), seeds=SEEDS),
            at_least=-0.01,
            because="Equal is never shown; one in a hundred is what would not decide for either.",
            unit=measure,
        ),
    ]


@bs.hookimpl
def register_claims():
    """Register adaptive_methods."""
    return [
        bs.Claim(
            name="adaptive_methods",
            number="C5",
            sentence="Optimizers behave differently on different functions: adaptive methods are quick early; standard gradient "
            "descent with momentum may generalize better, but must be tuned more for it.",
            source="Course notes N4, Behavior of Optimizers; N2, Adam",
            parts=[part for task in MEASURES for part in parts(task)],
            basis="experience",
            depends="On the budget, which is short here: momentum's steps are equally long for all weights, and it takes longer to "
            "come as far. The reports in favour of momentum are of long trainings of convolutional networks with decaying rates.",
        )
    ]
