"""C3: a learning rate that decays against one that stays.

Plain gradient descent; a constant rate, the two decays that the notes draw (in steps, and linear), each with the learning rate
chosen by validation from the same four, for each seed anew, and compared on the test part. So a decay is not helped by a rate
that is too large for a constant one. The tasks are those of the quick tier that compare schedules: a noisy quadratic, where
theory has the answer (a constant rate ends at a floor of noise proportional to it), a regression and a classification.

Chosen before any of it ran: tasks by that rule, whatever comes of it; 0.01 of R² and of accuracy as the least that would make
anybody change a schedule; on the quadratic, half the excess loss.

A look at seven seeds showed searches that ended at an edge of their grids; the grids were moved up once for that, the bounds
stayed.

What it does not show: cyclical schedules; longer trainings. The notes' reason, small steps once the loss has converged with
large ones, presupposes that it does converge within the budget.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio
from benchsuite_plugins.claims._rates import EDGES, WIDENED, grid, tuned_end

SEEDS = 12
DECAYS = {"step": "in steps", "linear": "linearly"}
STUDIES = {
    "noisy_quadratic": ("excess_loss", (0.1, 0.3, 1.0, 1.8)),
    "teacher_mlp": ("r2", (0.01, 0.03, 0.1, 0.3)),
    "mnist1d_conv": ("accuracy", (0.1, 0.3, 1.0, 3.0)),
}
GUESSES = {"excess_loss": math.inf, "r2": 0.0, "accuracy": 1 / 10}
"""What a schedule ends with whose searches all diverged: R² of the mean, and the accuracy of guessing one of ten."""
"""Task → its measure, and the rates; the quadratic's largest eigenvalue is 1, so that 2 is where descent stops to converge."""


def arms(task, decay):
    """Return the arms of both schedules."""
    _, rates = STUDIES[task]
    return grid("constant", task, "sgd", rates, {"schedule": "constant"}) | grid(
        decay, task, "sgd", rates, {"schedule": decay}
    )


def gain(task, decay):
    """Return the effect: what the decay gains on the test part over a constant rate, both tuned.

    A difference of R² or accuracy; of the excess loss, which spans powers of ten, ln(constant/decay).
    """
    measure, rates = STUDIES[task]

    def effect(runs):
        constant, decayed = (
            tuned_end(runs, schedule, rates, measure, GUESSES[measure]) for schedule in ("constant", decay)
        )
        return log_ratio(constant, decayed) if measure == "excess_loss" else decayed - constant

    return effect


def part(task, decay):
    """Return the part of one decay on one task."""
    measure, _ = STUDIES[task]
    if measure == "excess_loss":
        at_least, unit, gains = math.log(2), "ln ratio", "ends at half the excess loss of a constant one or less"
        because = "Half is less than theory promises, and more than chance gives."
    else:
        at_least, unit, gains = 0.01, measure, f"gains 0.01 of test {measure} or more over a constant one"
        because = "One in a hundred is the least that would make anybody change a schedule."
    return bs.Part(
        name=f"{decay}_on_{task}",
        says=f"On {task}, a rate that falls {DECAYS[decay]} {gains}, each with the best of four base rates by validation.",
        evidence=bs.Trained(arms=arms(task, decay), effect=gain(task, decay), seeds=SEEDS),
        at_least=at_least,
        because=because,
        unit=unit,
    )


@bs.hookimpl
def register_claims():
    """Register decay."""
    return [
        bs.Claim(
            name="decay",
            number="C3",
            sentence="Choose a rather large learning rate at first and, when the loss has converged, a small one for further "
            "optimization: schedules that decay train better than a constant rate.",
            source="Course notes N4, Learning Rate Schedules; N0, Decay of the learning rate",
            parts=[part(task, decay) for task in STUDIES for decay in DECAYS],
            basis="experience",
            depends="On the budget: where training ends before the loss has converged at a large rate, small steps at the end cost "
            "more than they gain. On noise: without it there is no floor that a constant rate would stay at. "
            f"{EDGES} {WIDENED}",
        )
    ]
