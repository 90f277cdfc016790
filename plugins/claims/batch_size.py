"""C1: what the number of examples of a batch changes.

Four sentences of the notes. That the variance of the gradient is proportional to 1/K is a theorem for batches drawn with
replacement: measured here on the gradients of a network at its start (teacher_mlp), as the exponent p of variance ∝ Kᵖ over K = 4, 16,
64, 256, by least squares of the logarithms. The rest is trained: plain gradient descent on digits_mlp with batches of 8 and of 128 for
17 epochs, with rates in steps of √2, 2⁻⁶ to 2^½. At its first epoch's end a batch of 8 has done 134 steps, one of 128 at that of its
17th 136: two more for the large one, 1.5 %.

Chosen before any of it ran. A size *bears* a rate if the training loss ends below half of where it began. Sixteen times more examples
should bear at least twice the rate: Krizhevsky 2014's square root would say 4, the linear rule of Goyal et al. 2017 16. *By iteration*,
after these steps at its best rate, the larger batch should have the lower training loss, *by epoch*, after 3 epochs, the smaller one: by
a tenth at least (as logarithms of the ratio). Best is the rate of the grid with the lowest training loss at that very moment.

What it does not show: that the expectation of the gradient does not depend on K, a theorem that has no part here; anything about seconds,
which depend on the machine; nor generalization (C32).
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio

TASK = "digits_mlp"
SMALL, LARGE = 8, 128
RATES = tuple(2 ** (half / 2) for half in range(-12, 2))
EPOCHS, EARLY = 17, 3
SEEDS = 9
BORNE = 0.5
NETWORK, SIZES, DRAWS = "teacher_mlp", (4, 16, 64, 256), 100


def arm(batch, rate):
    """Return the name of an arm: ``batch_8_rate_0_0156``."""
    return f"batch_{batch}_rate_{rate:.4f}".replace(".", "_")


ARMS = {
    arm(batch, rate): bs.Arm(
        task=TASK,
        recipe={"optimizer": f"sgd[learning_rate={rate!r}]"},
        knobs={"batch_size": batch, "epochs": EPOCHS},
    )
    for batch in (SMALL, LARGE)
    for rate in RATES
}


def exponent(lab, seed):
    """Return p of variance ∝ Kᵖ, of batches drawn with replacement."""
    import numpy as np

    network = lab.specimen(NETWORK, seed=seed)
    inputs, targets = network.arrays("train")
    random = np.random.default_rng(seed)
    variances = []
    for size in SIZES:
        batches = [random.integers(len(inputs), size=size) for _ in range(DRAWS)]
        gradients = np.array([network.gradient(inputs[one], targets[one]) for one in batches], "float64")
        variances.append(gradients.var(axis=0, ddof=1).sum())
    return float(np.polyfit(np.log(SIZES), np.log(variances), 1)[0])


def largest_rate(runs, batch):
    """Return the largest rate that a batch size bears; NaN if none, or if it is the last of the grid."""
    borne = [rate for rate in RATES if bears(runs[arm(batch, rate)])]
    return max(borne) if borne and max(borne) < RATES[-1] else math.nan


def bears(run):
    """Whether the training loss ended below half of where it began; never if the run failed."""
    return not run.failed and run.final("train_loss") < BORNE * run.curve("train_loss")[0]


def larger_rate(runs):
    """Return log₂ of the largest rate that the large batch bears over that of the small one."""
    return math.log2(largest_rate(runs, LARGE) / largest_rate(runs, SMALL))


def lowest_loss(runs, batch, place):
    """Return the lowest training loss of any rate at a place of the curves; those that failed before have none."""
    curves = [runs[arm(batch, rate)].curve("train_loss") for rate in RATES]
    there = [curve[place] for curve in curves if len(curve) > place]
    return min((loss for loss in there if math.isfinite(loss)), default=math.nan)


def by_iteration(runs):
    """Return ln of the small batch's lowest loss over the large one's after about as many steps as the small one does in one epoch."""
    small, large = (runs[arm(batch, RATES[0])] for batch in (SMALL, LARGE))
    if small.failed or large.failed:  # the smallest rate: the others' steps are the same
        return math.nan
    place = min(range(len(large.steps)), key=lambda at: abs(large.steps[at] - small.steps[1]))
    return log_ratio(lowest_loss(runs, SMALL, 1), lowest_loss(runs, LARGE, place))


def by_epoch(runs):
    """Return ln of the large batch's lowest loss over the small one's after three epochs."""
    return log_ratio(lowest_loss(runs, LARGE, EARLY), lowest_loss(runs, SMALL, EARLY))


def trained(effect):
    """Return the evidence of a part: all share the same trainings."""
    return bs.Trained(arms=ARMS, effect=effect, seeds=SEEDS)


@bs.hookimpl
def register_claims():
    """Register batch_size."""
    return [
        bs.Claim(
            name="batch_size",
            number="C1",
            sentence="Batch size does not affect the expectation of the stochastic gradient, but its variance: the larger the batch, the "
            "smaller the variance and the steadier the training, so that a larger learning rate can be set. By iteration large batches "
            "fall more clearly, by epoch small ones converge faster.",
            source="Course notes N0, The influence of batch size, with its figures (a) by iteration and (b) by epoch; N1, Mini-batch",
            parts=[
                bs.Part(
                    name="variance_falls_as_1_over_k",
                    says="The exponent p of gradient variance ∝ Kᵖ over batches of 4 to 256 examples.",
                    evidence=bs.Computed(compute=exponent, seeds=SEEDS),
                    at_least=-1.05,
                    at_most=-0.95,
                    because="A theorem, p = −1; 100 batches of each size leave an error of a few per cent.",
                    unit="exponent",
                ),
                bs.Part(
                    name="larger_rate",
                    says=f"log₂ of the largest rate that batches of {LARGE} bear over that of batches of {SMALL}.",
                    evidence=trained(larger_rate),
                    at_least=1.0,
                    because="Sixteen times the examples should bear at least twice the rate; rules in use say 4 to 16 times.",
                    unit="log₂ ratio",
                ),
                bs.Part(
                    name="by_iteration",
                    says=f"ln of the lowest training loss of batches of {SMALL} after 134 steps over that of batches of {LARGE} after 136.",
                    evidence=trained(by_iteration),
                    at_least=math.log(1.1),
                    because="A tenth more loss, ln 1.1, is what one sees in a picture.",
                    unit="ln ratio",
                ),
                bs.Part(
                    name="by_epoch",
                    says=f"After {EARLY} epochs, ln of the lowest training loss of batches of {LARGE} over that of batches of {SMALL}.",
                    evidence=trained(by_epoch),
                    at_least=math.log(1.1),
                    because="A tenth more loss, ln 1.1, is what one sees in a picture.",
                    unit="ln ratio",
                ),
            ],
            basis="theory",
            depends="On what limits the rate: where it is curvature alone and not noise, as for whole batches, more examples bear no "
            "larger one. The variance is that of batches drawn apart; without replacement it falls a little faster.",
        )
    ]
