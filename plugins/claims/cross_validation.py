"""C28: an estimate by k-fold cross-validation depends less on how the data were divided than one by a hold-out.

N2's steps on small data: the test part is set aside, the rest is divided. Hold-out: a quarter of the rest validates, as in
60/20/20, three quarters train. k-fold, k = 10: each tenth validates once, the mean of ten errors is the estimate. Both are done
for 40 random divisions of the same rest; the number is the standard deviation of the 40 estimates of k-fold by that of the
hold-out. Each seed sets another part aside (a variant of the task) and divides anew.

Two plain models that are solved exactly, so that 440 fits cost nothing and no chance but the division's is in them: ridge
regression of the progression of diabetes (442 patients, error: mean square), and of two classes as ±1 for 569 tumours (error:
share of wrong signs). Folds are no part of what an arm can say, so this is computed, without a network.

What it does not show: the bias of either estimate, or whether k-fold chooses better hyperparameters. It costs ten fits for one.
"""

import benchsuite as bs

FOLDS = 10
DIVISIONS = 40
STRENGTH = 0.01
"""λ of the ridge regression, a mean over examples, on standardized columns."""


def fitted_error(x, t, train, measured, wrong):
    """Return the error of ridge regression from some rows on others.

    Args:
        x: Inputs ``[examples, columns]``, float64.
        t: Targets ``[examples]``.
        train: Rows that train.
        measured: Rows that it is measured on.
        wrong: ``(targets, values) -> errors``.
    """
    import numpy as np

    mean, deviation, middle = x[train].mean(axis=0), x[train].std(axis=0) + 1e-12, t[train].mean()
    scaled = (x - mean) / deviation
    gram = scaled[train].T @ scaled[train] / len(train) + STRENGTH * np.eye(x.shape[1])
    w = np.linalg.solve(gram, scaled[train].T @ (t[train] - middle) / len(train))
    return float(np.mean(wrong(t[measured], scaled[measured] @ w + middle)))


def spread_ratio(x, t, wrong, generator):
    """Return the standard deviation over divisions of the k-fold estimate by that of the hold-out estimate."""
    import numpy as np

    held_out, folded = [], []
    for _ in range(DIVISIONS):
        order = generator.permutation(len(x))
        held = order[: len(x) // 4]
        held_out.append(fitted_error(x, t, order[len(held) :], held, wrong))
        folds = np.array_split(order, FOLDS)
        errors = [fitted_error(x, t, np.setdiff1d(order, fold), fold, wrong) for fold in folds]
        folded.append(np.mean(errors))
    return float(np.std(folded, ddof=1) / np.std(held_out, ddof=1))


def squares(targets, values):
    """Return squared errors."""
    return (targets - values) ** 2


def signs(targets, values):
    """Return 1 where the sign is wrong."""
    return (targets > 0) != (values > 0)


def study(task, wrong, numbers):
    """Return the computation on one task.

    Args:
        task: Whose training and validation part are the rest.
        wrong: Its error.
        numbers: ``(targets) -> float64 [examples]``.
    """

    def compute(lab, seed):
        import numpy as np

        specimen = lab.specimen(f"{task}~{seed + 1}")
        parts = [specimen.arrays(part) for part in ("train", "validation")]
        x = np.concatenate([x.reshape(len(x), -1) for x, _ in parts]).astype("float64")
        t = numbers(np.concatenate([y.ravel() for _, y in parts])).astype("float64")
        return spread_ratio(x, t, wrong, np.random.default_rng([28, seed]))

    return compute


@bs.hookimpl
def register_claims():
    """Register cross_validation."""
    because = "It measures on four times as many examples, which alone would halve the spread; for ten times the cost it must do that."
    return [
        bs.Claim(
            name="cross_validation",
            number="C28",
            sentence="A static hold-out is sensitive to how the data are divided, and other divisions may give other models; "
            "k-fold "
            "cross-validation lowers the influence of the division.",
            source="N2, Dividing the data set: hold-out and k-fold cross-validation",
            parts=[
                bs.Part(
                    name="steadier_for_values",
                    says="The standard deviation of the estimated error over 40 divisions, ten-fold by hold-out: ridge "
                    "regression, diabetes.",
                    evidence=bs.Computed(compute=study("diabetes_mlp", squares, lambda targets: targets), seeds=10),
                    at_most=0.5,
                    because=because,
                    unit="ratio",
                ),
                bs.Part(
                    name="steadier_for_classes",
                    says="The same of the share of wrong classes: ridge classification, tumours.",
                    evidence=bs.Computed(
                        compute=study("breast_cancer_logistic", signs, lambda targets: 2 * targets - 1), seeds=10
                    ),
                    at_most=0.5,
                    because=because,
                    unit="ratio",
                ),
            ],
            basis="theory",
            depends="On one data set divided again and again: how far the estimate lies from the error on all possible data "
            "is another question.",
        )
    ]
