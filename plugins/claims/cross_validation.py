"""C28: an estimate by k-fold cross-validation depends less on how the data were divided than one by a hold-out.

N2's steps on small data: the test part is set aside, the rest is divided. Hold-out: a quarter of the rest validates, as in
60/20/20, three quarters train. k-fold, k = 10: each tenth validates once, the mean of ten errors is the estimate. Both are done
for 40 random divisions of the same rest; the number is the standard deviation of the 40 estimates of k-fold by that of the
hold-out, its logarithm. Each seed sets another part aside (a variant of the task) and divides anew.

Two plain models that are solved exactly, so that 440 fits cost nothing and no chance but the division's is in them: ridge
regression of the progression of diabetes (442 patients, error: mean square), and of two classes as ±1 for 569 tumours (error:
share of wrong signs). Folds are no part of what an arm can say, so this is computed, without a network.

The notes also say that other divisions may give other models: for the first 20 of these divisions of diabetes, λ is chosen among nine by
either estimate, and the number is the standard deviation of the chosen ln λ, k-fold by hold-out, its logarithm. In k-fold every
example is measured once in each division, so that the estimates can hardly come out against the claim; the chosen λ can.

The bounds were written down with the claim, that of the chosen λ later with the same reason, and none has been moved.

What it does not show: the bias of either estimate, or whether the λ that k-fold chooses is better. It costs ten fits for one.
"""

import math

import benchsuite as bs

FOLDS = 10
DIVISIONS, CHOICES = 40, 20
STRENGTH = 0.01
"""λ of the ridge regression, a mean over examples, on standardized columns."""
STRENGTHS = tuple(10 ** (half / 2) for half in range(-8, 1))
"""λ of which one is chosen."""


def fitted_error(x, t, train, measured, wrong, strength=STRENGTH):
    """Return the error of ridge regression from some rows on others.

    Args:
        x: Inputs ``[examples, columns]``, float64.
        t: Targets ``[examples]``.
        train: Rows that train.
        measured: Rows that it is measured on.
        wrong: ``(targets, values) -> errors``.
        strength: λ.
    """
    import numpy as np

    mean, deviation, middle = x[train].mean(axis=0), x[train].std(axis=0) + 1e-12, t[train].mean()
    scaled = (x - mean) / deviation
    gram = scaled[train].T @ scaled[train] / len(train) + strength * np.eye(x.shape[1])
    w = np.linalg.solve(gram, scaled[train].T @ (t[train] - middle) / len(train))
    return float(np.mean(wrong(t[measured], scaled[measured] @ w + middle)))


def estimates(x, t, wrong, order, strength=STRENGTH):
    """Return the estimates by hold-out and by k-fold of one division.

    Args:
        x: Inputs.
        t: Targets.
        wrong: As of :func:`fitted_error`.
        order: All rows, in the order that divides them.
        strength: λ.
    """
    import numpy as np

    held = order[: len(x) // 4]
    folds = np.array_split(order, FOLDS)
    errors = [fitted_error(x, t, np.setdiff1d(order, fold), fold, wrong, strength) for fold in folds]
    return fitted_error(x, t, order[len(held) :], held, wrong, strength), float(np.mean(errors))


def spread_ratio(x, t, wrong, generator):
    """Return the standard deviation over divisions of the k-fold estimate by that of the hold-out estimate."""
    found = [estimates(x, t, wrong, generator.permutation(len(x))) for _ in range(DIVISIONS)]
    return by_hold_out(found)


def choice_ratio(x, t, wrong, generator):
    """Return the standard deviation over divisions of the ln λ that k-fold chooses by that of what hold-out chooses."""
    import numpy as np

    chosen = []
    for _ in range(CHOICES):
        order = generator.permutation(len(x))
        found = np.array([estimates(x, t, wrong, order, strength) for strength in STRENGTHS])
        chosen.append([math.log(STRENGTHS[place]) for place in found.argmin(axis=0)])
    return by_hold_out(chosen)


def by_hold_out(pairs):
    """Return the standard deviation of the second of pairs by that of the first; NaN where neither varies, ∞ where only the second."""
    import numpy as np

    # Equal numbers deviate by nothing, not by the rounding of their mean.
    held_out, folded = np.where(np.ptp(pairs, axis=0) > 0, np.std(pairs, axis=0, ddof=1), 0.0)
    if held_out:
        return float(folded / held_out)
    return math.inf if folded else math.nan


def squares(targets, values):
    """Return squared errors."""
    return (targets - values) ** 2


def signs(targets, values):
    """Return 1 where the sign is wrong."""
    return (targets > 0) != (values > 0)


def study(task, wrong, numbers, ratio=spread_ratio):
    """Return the computation on one task: ln of a ratio, −∞ where it is 0.

    Args:
        task: Whose training and validation part are the rest.
        wrong: Its error.
        numbers: ``(targets) -> float64 [examples]``.
        ratio: Of what.
    """

    def compute(lab, seed):
        import numpy as np

        specimen = lab.specimen(f"{task}~{seed + 1}")
        parts = [specimen.arrays(part) for part in ("train", "validation")]
        x = np.concatenate([x.reshape(len(x), -1) for x, _ in parts]).astype("float64")
        t = numbers(np.concatenate([y.ravel() for _, y in parts])).astype("float64")
        found = ratio(x, t, wrong, np.random.default_rng([28, seed]))
        return math.log(found) if 0 < found < math.inf else found or -math.inf

    return compute


@bs.hookimpl
def register_claims():
    """Register cross_validation."""
    because = (
        "Every example is measured once in each division, so only how the fits differ is left; half is far above that, and for ten "
        "times the cost it must reach that."
    )
    return [
        bs.Claim(
            name="cross_validation",
            number="C28",
            sentence="A static hold-out is sensitive to how the data are divided, and other divisions may give other models; "
            "k-fold "
            "cross-validation lowers the influence of the division.",
            source="Course notes N2, Dividing the data set: hold-out and k-fold cross-validation",
            parts=[
                bs.Part(
                    name="steadier_for_values",
                    says="ln of the standard deviation of the estimated error over 40 divisions, ten-fold by hold-out: ridge "
                    "regression, diabetes.",
                    evidence=bs.Computed(compute=study("diabetes_mlp", squares, lambda targets: targets), seeds=10),
                    at_most=math.log(0.5),
                    because=because,
                    unit="log ratio",
                ),
                bs.Part(
                    name="chooses_more_steadily",
                    says="ln of the standard deviation of the ln λ chosen over 20 divisions, ten-fold by hold-out, diabetes.",
                    evidence=bs.Computed(
                        compute=study("diabetes_mlp", squares, lambda targets: targets, choice_ratio), seeds=10
                    ),
                    at_most=math.log(0.5),
                    because="Half, as for the estimates: for ten times the cost other divisions must give models that differ half as much.",
                    unit="log ratio",
                ),
                bs.Part(
                    name="steadier_for_classes",
                    says="The same of the share of wrong classes: ridge classification, tumours.",
                    evidence=bs.Computed(
                        compute=study("breast_cancer_logistic", signs, lambda targets: 2 * targets - 1), seeds=10
                    ),
                    at_most=math.log(0.5),
                    because=because,
                    unit="log ratio",
                ),
            ],
            basis="theory",
            depends="On one data set divided again and again: how far the estimate lies from the error on all possible data "
            "is another question.",
        )
    ]
