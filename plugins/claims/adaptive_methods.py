"""C5: adaptive methods are quick early, gradient descent with momentum generalizes at least as well in the end, when tuned.

Adam against momentum (0.9), each with the best of five learning rates by the validation measure after the last epoch: a search
for each seed anew, so the spread of the effects has that of tuning in it. Both grids have five rates in half decades; Adam's
lie where its steps are as large as those of the other. The runs that the searches chose are read twice, on the training loss
after the first epoch (quick early) and on the test part after the last (generalization). The tasks are small networks of the
quick tier on which generalization costs something: a regression with noise, and signals of which there are 1,000 to learn from.

Chosen before any of it ran: a training loss a tenth lower counts as quicker (ln 1.1, of the ratio); "at least as well" allows momentum
0.01 of the measure less, since equality can never be shown.

What it does not show: Adadelta, of which alone N2 says that it is quick early. Nor whether one that generalizes as well does so for the
same reason; nor how much tuning each needs, of which the notes say that momentum needs more.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio
from benchsuite_plugins.claims._rates import EDGES, grid, tuned_end, tuned_first_loss

SEEDS = 12
RATES = {"adam": (0.001, 0.003, 0.01, 0.03, 0.1), "momentum": (0.003, 0.01, 0.03, 0.1, 0.3)}
MEASURES = {"teacher_mlp": "r2", "mnist1d_few": "accuracy"}
GUESSES = {"r2": 0.0, "accuracy": 1 / 10}
"""What a method ends with whose runs all diverged: R² of the mean, and the accuracy of guessing one of ten."""


def arms(task):
    """Return the arms of both searches."""
    return {name: arm for method, rates in RATES.items() for name, arm in grid(method, task, method, rates).items()}


def early_lead(measure):
    """Return the effect: ln of momentum's training loss after the first epoch over Adam's."""

    def effect(runs):
        adam, momentum = (tuned_first_loss(runs, method, RATES[method], measure) for method in ("adam", "momentum"))
        return log_ratio(momentum, adam)

    return effect


def late_lead(measure):
    """Return the effect: what momentum has more than Adam of the test measure, after the last epoch."""

    def effect(runs):
        guess = GUESSES[measure]
        adam, momentum = (tuned_end(runs, method, RATES[method], measure, guess) for method in ("adam", "momentum"))
        return momentum - adam

    return effect


def parts(task):
    """Return both parts on a task."""
    measure = MEASURES[task]
    return [
        bs.Part(
            name=f"adam_is_quick_on_{task}",
            says=f"On {task}, the training loss of tuned momentum after the first epoch is at least 1.1 times that of tuned Adam "
            "(ln of the ratio).",
            evidence=bs.Trained(arms=arms(task), effect=early_lead(measure), seeds=SEEDS),
            at_least=math.log(1.1),
            because="A tenth, ln 1.1, is what one sees in a curve without measuring.",
            unit="ln ratio",
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
            source="Course notes N4, Behavior of Optimizers; N2, Adadelta (quick early and half-way, later to and fro about a minimum), "
            "said of that method alone",
            parts=[part for task in MEASURES for part in parts(task)],
            basis="experience",
            depends="On the budget, which is short here: momentum's steps are equally long for all weights, and it takes longer to "
            "come as far. The reports in favour of momentum are of long trainings of convolutional networks with decaying rates. On the "
            f"method: Adam stands for all adaptive ones. {EDGES}",
        )
    ]
