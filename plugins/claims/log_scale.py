"""C27: learning rates are better drawn on a logarithmic scale than on a linear one.

The registered tuner random with scale=log and scale=linear, from the same chance (u ~ U[0, 1)), on N3's range 10⁻⁴ … 1, five
points, for Adam and for momentum on teacher_mlp. The rate is chosen on the validation part, and compared on the test part. Two
optimizers, since it depends on where the good rates lie: near 1 the linear scale has the more points.

The bounds were written down with the claim, and have not been moved since.

What it does not show: that the same holds of hyperparameters whose good values lie anywhere on a linear scale, such as widths;
N3 says that these may be drawn evenly.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen, error, log_ratio
from benchsuite_plugins.claims._ranges import Range, proposed
from benchsuite_plugins.tuners import random

TASK = "teacher_mlp"
BUDGET = 5
RATES = Range("learning_rate", 1e-4, 1.0)


def arms_of(optimizer):
    """Return the function that draws the arms of an optimizer for a seed."""

    def arms(seed):
        return {
            f"{scale}_{number}": bs.Arm(task=TASK, recipe={"optimizer": f"{optimizer}[learning_rate={rate:g}]"})
            for scale in ("log", "linear")
            for number, (rate,) in enumerate(proposed(random.make(scale), [RATES], BUDGET, [27, seed]))
        }

    return arms


def better(runs):
    """Return ln of the test error that the linear scale finds by that which the logarithmic one finds."""
    errors = {
        scale: error(chosen(runs, [one for one in runs if one.startswith(f"{scale}_")], drawn=True), "test_rmse")
        for scale in ("log", "linear")
    }
    return log_ratio(errors["linear"], errors["log"])


@bs.hookimpl
def register_claims():
    """Register log_scale."""
    because = "Two per cent of the root mean squared error, 0.01 to 0.02 of R² here: less would not pay a search."
    return [
        bs.Claim(
            name="log_scale",
            number="C27",
            sentence="Drawn evenly from 0.001 … 1, nine of ten learning rates lie in 0.1 … 1, which is not reasonable; they "
            "should be drawn evenly "
            "in each decade: r = −4·rand(), α = 10^r.",
            source="Course notes N3, section 2, a suitable range for hyperparameters",
            parts=[
                bs.Part(
                    name=f"better_for_{optimizer}",
                    says=f"ln of the test error of the best of five rates of {optimizer} drawn evenly by that of five drawn "
                    "on a logarithmic scale.",
                    evidence=bs.Trained(arms=arms_of(optimizer), effect=better, seeds=16),
                    at_least=math.log(1.02),
                    because=because,
                    unit="log ratio",
                )
                for optimizer in ("adam", "momentum")
            ],
            depends="On where the good rates lie in the range: the further below its upper end, the worse is the linear scale.",
        )
    ]
