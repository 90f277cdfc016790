"""C2: a learning rate that is too small, right, and too large.

Plain gradient descent at a constant rate, on a regression (teacher_mlp) and on a classification (digits_mlp), with rates of all
decades from 1e-5 to 10. *Right* is, for each seed, the one of 0.001, 0.01 and 0.1 with the best validation loss; what the notes
say of too small and too large rates is tried 100 times below and above it, which the grid holds for each of the three.

A right rate above 0.1 would have no rate 100 times above it that the optimizer takes; where the best of the three is 0.1, it
may be the best one below that.

Chosen before any of it ran: a rate is too small if it covers at most half of the way that the right one goes, and too large if
the training loss ends no lower than it began, or is no number at all. A run that diverged counts as infinitely far up.

What it does not show: the notes' own direction, from the curve to the rate (N4: who sees a slow fall may conclude that the rate is low).
Here rates are set and curves are looked at; a slow fall may have other reasons. Nor where between these factors the border lies; nor
anything about optimizers that choose their own steps.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio, ratio
from benchsuite_plugins.claims._rates import arm, best_rate, grid

METHOD = "sgd"
RATES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
RIGHT = (1e-3, 1e-2, 1e-1)
FACTOR = 100
SEEDS = 10
RECIPES = {"teacher_mlp": {"schedule": "constant"}, "digits_mlp": {}}
WHAT = {"teacher_mlp": "a regression", "digits_mlp": "a classification"}


def of_factor(runs, factor):
    """Return the run whose rate is the right one times a factor, and the run of the right one; ``None`` if all of these failed."""
    right = best_rate(runs, METHOD, RIGHT, "loss")
    if right is None:
        return None
    rate = min(RATES, key=lambda one: abs(math.log(one / (right * factor))))
    return runs[arm(METHOD, rate)], runs[arm(METHOD, right)]


def share_of_the_way(runs):
    """Return (L₀ − L_small)/(L₀ − L_right): how far a rate 100 times too small came on the training loss."""
    pair = of_factor(runs, 1 / FACTOR)
    if pair is None:
        return math.nan
    small, right = pair
    start = right.curve("train_loss")[0]
    return ratio(start - small.final("train_loss"), start - right.final("train_loss"))


def rise(runs):
    """Return ln(L_end/L₀) of the training loss with a rate 100 times too large; +∞ if it diverged."""
    pair = of_factor(runs, FACTOR)
    if pair is None:
        return math.nan
    large, _ = pair
    if large.failed:
        return math.inf if large.outcome == "diverged" else math.nan
    return log_ratio(large.final("train_loss"), large.curve("train_loss")[0])


def parts(task):
    """Return both parts on a task."""
    arms = grid(METHOD, task, "sgd", RATES, RECIPES[task])
    return [
        bs.Part(
            name=f"too_small_is_slow_on_{task}",
            says=f"On {WHAT[task]}, a rate {FACTOR} times below the right one covers at most half of the right one's fall of the "
            "training loss in the same steps.",
            evidence=bs.Trained(arms=arms, effect=share_of_the_way, seeds=SEEDS),
            at_most=0.5,
            because="Less than half the progress for the same work is what one would call slow.",
            unit="share",
        ),
        bs.Part(
            name=f"too_large_rises_on_{task}",
            says=f"On {WHAT[task]}, with a rate {FACTOR} times above the right one the training loss ends no lower than it began "
            "(the logarithm of their ratio), or is no number.",
            evidence=bs.Trained(arms=arms, effect=rise, seeds=SEEDS),
            at_least=0.0,
            because="The notes say that the loss rises or becomes NaN; 0 is where nothing was learnt, which anybody would notice.",
            unit="ln ratio",
        ),
    ]


@bs.hookimpl
def register_claims():
    """Register learning_rate."""
    return [
        bs.Claim(
            name="learning_rate",
            number="C2",
            sentence="If the loss falls slowly the learning rate is low; if the loss rises or becomes NaN, it may be too large.",
            source="Course notes N4, The Process of Training, Loss; N0, The influence of the learning rate; N2, Mini-batch "
            "gradient descent",
            parts=[part for task in RECIPES for part in parts(task)],
            basis="experience",
            depends="On how far off is: at ten times the right rate many networks still learn. On where the loss starts: a network "
            "whose first outputs are far from any target sheds most of its loss at almost any rate, and only what follows is slow. "
            "A bounded loss, or an optimizer that divides by the size of its gradients, need not rise.",
        )
    ]
