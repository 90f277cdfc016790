"""C9: batch normalization bears larger learning rates and depends less on the first weights.

Twelve ReLU layers of 32 units (deep_relu), momentum with cosine decay, with batch normalization and without. Over thirteen
rates, four a decade, from 0.003 to 3: the largest that a network bears, which is that its training loss ends at half of ln 4 or
less, four classes being guessed with ln 4; and how far the best rate (by validation loss after the last epoch) has come after
the first epoch. At the task's own rate, 0.01, from three starts, N(0, 0.01²), N(0, 1) and He's: how far apart their test
accuracies end.

Chosen before any of it ran: half a decade, three times the rate, is a larger one; a training loss lower by a tenth is quicker
(ln 1.1, of the ratio); 0.2 of accuracy is a dependence that is gone. A run that diverged has the accuracy of guessing; a network
that bears no rate at all bears infinitely less than one that bears some.

A look at seven seeds, with steps of half a decade from 0.01 on, showed searches without normalization that ended at the lower
edge, and steps too coarse to bound a difference of one; the grid was made wider and finer once for that, the bounds stayed.

What it does not show: why. Internal covariate shift, which the notes give as the reason, is not measured here; Santurkar et al.
2018, arXiv:1805.11604, found the same effects without it.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio
from benchsuite_plugins.claims._rates import EDGES, WIDENED, arm, grid, tuned_first_loss

SEEDS = 10
TASK = "deep_relu"
RATES = (0.003, 0.0056, 0.01, 0.018, 0.03, 0.056, 0.1, 0.18, 0.3, 0.56, 1.0, 1.8, 3.0)
LEARNED = math.log(4) / 2
GUESSING = 1 / 4
STARTS = {"he": "he_normal", "small": "gaussian[deviation=0.01]", "large": "gaussian[deviation=1]"}
KINDS = ("none", "batch")


def over_rates():
    """Return the arms of both networks with all rates."""
    return {
        name: one
        for kind in KINDS
        for name, one in grid(kind, TASK, "momentum", RATES, {"normalization": kind}).items()
    }


def over_starts():
    """Return the arms of both networks from all starts."""
    return {
        f"{kind}_{start}": bs.Arm(task=TASK, recipe={"normalization": kind, "initializer": initializer})
        for kind in KINDS
        for start, initializer in STARTS.items()
    }


def largest(runs, kind):
    """Return the largest rate with which the training loss ended at half of ln 4 or less; ``None`` if there is none."""
    borne = [rate for rate in RATES if runs[arm(kind, rate)].final("train_loss") <= LEARNED]
    return max(borne, default=None)


def larger_rate(runs):
    """Return log₁₀ of the largest rate borne with batch normalization over that without; ±∞ where one bears none, NaN where both do."""
    without, with_it = (largest(runs, kind) for kind in KINDS)
    if without is None:
        return math.nan if with_it is None else math.inf
    return -math.inf if with_it is None else math.log10(with_it / without)


def quicker(runs):
    """Return ln of the training loss after the first epoch without batch normalization over that with it, both tuned."""
    without, with_it = (tuned_first_loss(runs, kind, RATES, "loss") for kind in KINDS)
    return log_ratio(without, with_it)


def spread(runs, kind):
    """Return the largest less the smallest test accuracy over the starts."""
    found = [runs[f"{kind}_{start}"] for start in STARTS]
    accuracies = [GUESSING if run.outcome == "diverged" else run.final("test_accuracy") for run in found]
    return max(accuracies) - min(accuracies)


def less_dependent(runs):
    """Return by how much the starts spread more without batch normalization."""
    without, with_it = (spread(runs, kind) for kind in KINDS)
    return without - with_it


@bs.hookimpl
def register_claims():
    """Register batch_normalization."""
    return [
        bs.Claim(
            name="batch_normalization",
            number="C9",
            sentence="Batch normalization allows larger learning rates, which speeds training up, and lessens the dependence on a good "
            "initialization of the weights.",
            source="Course notes N2, Batch Normalization and Batch Normalization Layer; N3, Why Batch Norm works; N4, Batch Normalization",
            parts=[
                bs.Part(
                    name="bears_larger_rates",
                    says="The largest rate with which twelve ReLU layers learn is larger with batch normalization, by half a decade or "
                    "more.",
                    evidence=bs.Trained(arms=over_rates(), effect=larger_rate, seeds=SEEDS),
                    at_least=0.45,
                    because="Three times the rate is what one would call larger; the grid has two steps in it.",
                    unit="decades",
                ),
                bs.Part(
                    name="trains_faster",
                    says="After the first epoch the training loss without it is at least 1.1 times that with it, each with the best of "
                    "the rates (ln of the ratio).",
                    evidence=bs.Trained(arms=over_rates(), effect=quicker, seeds=SEEDS),
                    at_least=math.log(1.1),
                    because="A tenth, ln 1.1, is what one sees in a curve without measuring.",
                    unit="ln ratio",
                ),
                bs.Part(
                    name="depends_less_on_the_start",
                    says="From N(0, 0.01²), N(0, 1) and He's start, test accuracies end at least 0.2 further apart without it.",
                    evidence=bs.Trained(arms=over_starts(), effect=less_dependent, seeds=SEEDS),
                    at_least=0.2,
                    because="One example in five is the difference between a start that works and one that does not.",
                    unit="accuracy",
                ),
            ],
            basis="experience",
            depends="On depth: shallow networks bear large rates and most starts anyway. On the batch, 64 examples here: with few, "
            f"the statistics themselves are noise. {EDGES} {WIDENED}",
        )
    ]
