"""C21: stopping early acts like an L2 penalty: both keep weights small, help as much, and together help no more than one.

Two kinds of evidence. On adult_few, a network that learns 500 people by heart: early stopping with a patience of two epochs of
nine, L2 with the strength of three that validation chooses, and both at once. The norm of all weights that are kept (early
stopping puts the best back, so it is taken in the lab, not by probes at the last epoch), the test log loss that each saves, and
what both save beyond the better one. The ten epochs of patience that N2 names are more than the task
trains.

And where theory says it exactly: least squares on the ten measures of diabetes and their 55 products, from w = 0. With rate α
gradient descent has after t steps 1 − (1 − α·s)ᵗ of the least-squares solution along an eigenvector with eigenvalue s, ridge
regression s/(s + λ): nearly the same at λ = 1/(α·t) (Bishop 1995; Ali, Kolter & Tibshirani 2019, arXiv:1810.10082). Steps and λ
are chosen on the validation part of each variant, the errors compared on its test part.

All numbers are logarithms of ratios: a method that saves half as much is as far from the other as one that saves twice as much.
The bounds were written down with the claim, and have not been moved since.

What it does not show: that both find the same network, which they need not beyond least squares. Nor, of the norms, whether the
strength that validation chose lies at an end of the three: of the losses that is told beside the verdict.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen, error
from benchsuite_plugins.claims._numbers import log_ratio

TASK = "adult_few"
STRENGTHS = (1e-3, 1e-2, 1e-1)
EARLY = "early_stopping[patience=2]"
L2 = [f"l2[strength={strength:g}]" for strength in STRENGTHS]
MEASURE = "log_loss"
SETTINGS = [10 ** (exponent / 4) for exponent in range(-16, 13)]
"""λ of the least squares, a mean over examples; 1/(α·t) likewise."""


def arms():
    """Return neither, early stopping, L2 at each strength, and both at each."""
    chosen_for = {"none": "none", "early": EARLY}
    for number, penalty in enumerate(L2):
        chosen_for |= {f"l2_{number}": penalty, f"both_{number}": f"{penalty}+{EARLY}"}
    return {name: bs.Arm(task=TASK, recipe={"regularization": one}) for name, one in chosen_for.items()}


def of(runs, kind):
    """Return the run of a kind (``l2`` or ``both``) whose strength validation chooses; else the one of that name."""
    names = [name for name in runs if name == kind or name.startswith(f"{kind}_")]
    return chosen(runs, names, f"validation_{MEASURE}")


def smaller(lab, seed):
    """Return ln of the larger of the norms with early stopping and with L2 by the norm without either, of the weights that are kept.

    The strength of L2 is the one that validation chooses, as among the trials. NaN if a training failed that is needed.
    """
    import numpy as np

    norms, losses = {}, {}
    for regularization in ("none", EARLY, *L2):
        specimen = lab.specimen(TASK, {"regularization": regularization}, seed=seed)
        losses[regularization] = specimen.train().final(f"validation_{MEASURE}")
        norms[regularization] = float(np.linalg.norm(specimen.weights.astype("float64")))
    strengths = [penalty for penalty in L2 if math.isfinite(losses[penalty])]
    if not strengths or not math.isfinite(losses["none"] + losses[EARLY]):
        return math.nan
    return log_ratio(max(norms[EARLY], norms[min(strengths, key=losses.__getitem__)]), norms["none"])


def gain(runs, kind):
    """Return the test loss that a kind saves; −∞ if it failed, NaN if there is nothing to compare it with."""
    return runs["none"].final(f"test_{MEASURE}") - error(of(runs, kind), f"test_{MEASURE}")


def alike(runs):
    """Return ln of what early stopping saves by what L2 saves; ±∞ where only one saves anything, NaN where neither does."""
    early, penalty = gain(runs, "early"), gain(runs, "l2")
    if early > 0 >= penalty:
        return math.inf
    if penalty > 0 >= early:
        return -math.inf
    return log_ratio(early, penalty)


def beyond(runs):
    """Return ln of what both save by what the better one saves; +∞ where neither saves anything, −∞ where only both do not."""
    if math.isnan(runs["none"].final(f"test_{MEASURE}")):
        return math.nan
    better, both = max(gain(runs, "early"), gain(runs, "l2")), gain(runs, "both")
    if better <= 0:
        return math.inf
    return log_ratio(both, better) if both > 0 else -math.inf


def least_squares(lab, seed):
    """Return ln of the test error of stopped gradient descent by that of ridge regression, each chosen on the validation part."""
    import numpy as np

    specimen = lab.specimen(f"diabetes_mlp~{seed + 1}")
    parts = {part: specimen.arrays(part) for part in ("train", "validation", "test")}
    columns = np.triu_indices(10)
    wide = {}
    for part, (x, t) in parts.items():
        x = x.astype("float64")
        products = x[:, columns[0]] * x[:, columns[1]]
        wide[part] = np.concatenate([x, products], axis=1), t.astype("float64").ravel()
    x, t = wide["train"]
    mean, deviation, middle = x.mean(axis=0), x.std(axis=0), t.mean()
    wide = {part: ((x - mean) / deviation, t - middle) for part, (x, t) in wide.items()}
    return math.log(compared(wide))


def compared(parts):
    """Return the ratio of the test errors.

    Args:
        parts: ``train``, ``validation``, ``test`` → inputs ``[examples, columns]`` and targets ``[examples]``, float64, centred.
    """
    import numpy as np

    x, t = parts["train"]
    s, q = np.linalg.eigh(x.T @ x / len(x))
    along = q.T @ (x.T @ t) / len(x)
    rate = 1 / s[-1]

    def stopped(strength):
        steps = max(1, round(1 / (rate * strength)))
        kept = np.clip(rate * s, 0, 1)
        factor = np.where(
            s > 1e-12, -np.expm1(steps * np.log1p(-np.minimum(kept, 1 - 1e-15))) / np.maximum(s, 1e-12), 0
        )
        return q @ (factor * along)

    def ridge(strength):
        return q @ (along / (np.maximum(s, 0) + strength))

    def error(w, part):
        inputs, targets = parts[part]
        return float(np.mean((inputs @ w - targets) ** 2))

    def chosen_error(solution):
        return error(min(map(solution, SETTINGS), key=lambda w: error(w, "validation")), "test")

    return chosen_error(stopped) / chosen_error(ridge)


@bs.hookimpl
def register_claims():
    """Register early_stopping_l2."""
    return [
        bs.Claim(
            name="early_stopping_l2",
            number="C21",
            sentence="Early stopping and the regularization term do nearly the same: fewer updates leave the weights nearer "
            "to 0, where "
            "they began, and a penalty wants them near 0 as well.",
            source="Course notes N1, early stopping; Bishop 1995; Ali, Kolter & Tibshirani 2019, arXiv:1810.10082",
            parts=[
                bs.Part(
                    name="both_keep_weights_small",
                    says="ln of the norm of all weights at the end, the larger of both methods by that without either.",
                    evidence=bs.Computed(compute=smaller, seeds=10),
                    at_most=math.log(0.9),
                    because="A tenth less is the least that one would call nearer to 0.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="both_help_alike",
                    says="ln of the test log loss that early stopping saves by what L2 saves.",
                    evidence=bs.Trained(arms=arms(), effect=alike),
                    at_least=math.log(0.5),
                    at_most=math.log(2.0),
                    because="Within a factor of two either way they are called alike.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="they_overlap",
                    says="ln of the test log loss that both together save by what the better of them saves.",
                    evidence=bs.Trained(arms=arms(), effect=beyond),
                    at_most=math.log(1.25),
                    because="Effects that were independent would add up, to twice one alone; a quarter more than one is still nearly "
                    "the same function.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="equal_on_least_squares",
                    says="ln of the test error of gradient descent stopped at the best step by that of the best ridge regression.",
                    evidence=bs.Computed(compute=least_squares, seeds=10),
                    at_least=math.log(0.95),
                    at_most=math.log(1.05),
                    because="One part in twenty is less than what another split of 442 patients changes.",
                    unit="log ratio",
                ),
            ],
            basis="theory",
            depends="Patience is fixed at two epochs, L2's strength is the best of three by validation. Adam and He's start are outside of "
            "the theory, which the least squares keep.",
        )
    ]
