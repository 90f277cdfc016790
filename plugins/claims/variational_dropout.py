"""C23: on recurrent networks one mask for all time steps does better than a new mask at each step.

variational_dropout and per_step_dropout differ in nothing but that. Each has three rates, of which the validation part chooses for
each seed, so that neither suffers from a rate that suits the other. Two tasks that overfit or lose memory under noise: the
characters of kjv_gru, and the digits of digits_rows_gru row by row; on both the measure is the loss that is trained, as the
accuracy of the second hardly differs among any methods.

A third part asks what the claim is for: that dropout of the one kind helps at all on the text that is learned by heart. The notes do
not say so, and it can turn the claim; the sentence names it.

The page of digits_rows_gru showed losses of 0.169 with masks drawn at each step, 0.151 with those drawn once and 0.092 without,
three seeds, before the bounds were chosen. Those on text were not known.

What it does not show: long sequences. Both have eight steps, and N0's reason, memory, would show more over more.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen, error, log_ratio

RATES = (0.1, 0.25, 0.5)


def arms(task):
    """Return an arm for each method and rate, and one without."""
    found = {
        f"{name}_{number}": bs.Arm(task=task, recipe={"regularization": f"{name}_dropout[rate={rate}]"})
        for name in ("variational", "per_step")
        for number, rate in enumerate(RATES)
    }
    return {"none": bs.Arm(task=task), **found}


def loss(runs, name):
    """Return the test loss of a method at the rate that validation chooses."""
    return error(chosen(runs, [one for one in runs if one.startswith(name)]), "test_loss")


def against_per_step(runs):
    """Return ln of the loss of per-step dropout by that of variational dropout."""
    return log_ratio(loss(runs, "per_step"), loss(runs, "variational"))


def against_none(runs):
    """Return ln of the loss without dropout by that of variational dropout."""
    return log_ratio(loss(runs, "none"), loss(runs, "variational"))


@bs.hookimpl
def register_claims():
    """Register variational_dropout."""
    least = math.log(1.01)
    return [
        bs.Claim(
            name="variational_dropout",
            number="C23",
            sentence="On recurrent networks the hidden state must not be dropped at random at each time step, which hurts the "
            "memory along "
            "time; the same mask has to be used at all time steps. Used so, dropout helps on a text that is learned by heart (not in the "
            "notes).",
            source="Course notes N0, dropout on recurrent networks; Gal & Ghahramani 2016, arXiv:1512.05287",
            parts=[
                bs.Part(
                    name="better_on_text",
                    says="ln of the test loss of per-step dropout by that of variational dropout, kjv_gru.",
                    evidence=bs.Trained(arms=arms("kjv_gru"), effect=against_per_step, seeds=8),
                    at_least=least,
                    because="One per cent of the loss is 0.03 bits of a character, which papers on language models report as "
                    "a gain.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="better_on_digits",
                    says="The same on digits_rows_gru.",
                    evidence=bs.Trained(arms=arms("digits_rows_gru"), effect=against_per_step, seeds=8),
                    at_least=least,
                    because="As on the other task.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="better_than_none_on_text",
                    says="ln of the test loss without dropout by that of variational dropout, kjv_gru.",
                    evidence=bs.Trained(arms=arms("kjv_gru"), effect=against_none, seeds=8),
                    at_least=least,
                    because="As above: a dropout that does not help need not be done better.",
                    unit="log ratio",
                ),
            ],
            depends="On how many steps the state is carried, eight here, and on the rate: at small rates the two hardly differ.",
        )
    ]
