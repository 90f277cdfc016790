"""C35: averaging M masks at test time, the notes' Bayesian reading of dropout, against the scaled network.

E_q[y] = ∫ f(x, θ) q(θ) dθ ≈ 1/M Σ f(x, θ_m), with θ_m the network after the m-th masks (N0; Gal & Ghahramani 2016,
arXiv:1506.02142, who call it Monte-Carlo dropout). Networks trained with dropout of 0.5 on adult_few and on mnist1d_few; on their
test parts, the probabilities averaged over M = 50 masks against those of the network scaled as usual. Likelihood: the log loss.
Calibration: the expected calibration error with 15 bins (Guo et al. 2017). Both as differences, above 0 where the masks do
better. The rate is the one that the paper on dropout recommends, and is not tuned.

What it does not show: uncertainty away from the data, for which the reading was made; and that it is worth its price, M
evaluations for one.

The identity itself, that the mean of M networks stands for an expectation, is looked at as what it says: two means of M independent
draws of the masks (adult_few) differ in the mean square by 1/M of what two single networks differ by. Where masks do not change from
call to call, or the M draws are not independent, it is another number.

Calibration is computed here from probabilities, not by the measure of trials, which knows nothing of masks; both use the same 15 bins.
The bounds were written down with the claim, that of the identity later, and none has been moved.
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims.dropout_ensemble import DROPPED, ROUNDING, log_loss, softmax, trained

MASKS = 50
BINS = 15


def calibration_error(p, y):
    """Return Σ (examples of a bin ÷ all)·|its accuracy − its mean largest probability|; bin m is (m ÷ 15, (m + 1) ÷ 15].

    Args:
        p: Probabilities ``[examples, classes]``.
        y: Classes ``[examples]``.
    """
    import numpy as np

    largest = p.max(axis=1)
    missing = (p.argmax(axis=1) == y.ravel()) - largest
    bins = np.clip(np.ceil(largest * BINS).astype(int) - 1, 0, BINS - 1)
    return float(np.abs(np.bincount(bins, missing, minlength=BINS)).sum() / len(y))


def wander(first, second):
    """Return M times the mean square between two means of M networks, by that between single ones; NaN where masks change nothing.

    Args:
        first: Probabilities of M networks, ``[M, examples, classes]``.
        second: Of M others.
    """
    single = ((first - second) ** 2).mean()
    if single <= ROUNDING:
        return math.nan
    return float(len(first) * ((first.mean(axis=0) - second.mean(axis=0)) ** 2).mean() / single)


def identity(lab, seed):
    """Return what :func:`wander` gives on adult_few."""
    import numpy as np

    specimen, x, _ = trained(lab, "adult_few", seed)
    first, second = (np.stack([softmax(specimen.outputs(x, training=True)) for _ in range(MASKS)]) for _ in range(2))
    return wander(first, second)


def gained(task, measure):
    """Return the computation: by how much a measure is lower when masks are averaged."""

    def compute(lab, seed):
        specimen, x, y = trained(lab, task, seed)
        averaged = sum(softmax(specimen.outputs(x, training=True)) for _ in range(MASKS)) / MASKS
        return measure(softmax(specimen.outputs(x)), y) - measure(averaged, y)

    return compute


@bs.hookimpl
def register_claims():
    """Register monte_carlo_dropout."""
    parts = [
        bs.Part(
            name=f"{name}_{where}",
            says=f"{what} of the scaled network less that of the average over {MASKS} masks, {task}.",
            evidence=bs.Computed(compute=gained(task, measure), seeds=8),
            at_least=0.01,
            because=because,
            unit=unit,
        )
        for task, where in (("adult_few", "two_classes"), ("mnist1d_few", "ten_classes"))
        for name, what, measure, unit, because in (
            ("likelier", "The test log loss", log_loss, "nats", "One per cent of the probability of the right class."),
            ("calibrated", "The calibration error", calibration_error, "probability", "One per cent of probability."),
        )
    ]  # fmt: skip
    return [
        bs.Claim(
            name="monte_carlo_dropout",
            number="C35",
            sentence="In the Bayesian reading, dropout samples the parameters, and the expectation of the output is the mean "
            "over the networks "
            "after M draws of the masks; averaged so, it predicts better and is better calibrated than the scaled network (not in "
            "the notes).",
            source="Course notes N0, What dropout means, the Bayesian reading; Gal & Ghahramani 2016, arXiv:1506.02142",
            parts=[
                bs.Part(
                    name="mean_of_masks_is_an_expectation",
                    says=f"{MASKS} times the mean square between two means of {MASKS} masks by that between single masks, adult_few.",
                    evidence=bs.Computed(compute=identity, seeds=8),
                    at_least=0.8,
                    at_most=1.25,
                    because="A theorem for independent draws, and 1 in expectation; the masks are drawn anew for each of 8,000 "
                    "examples, so that chance moves it by less.",
                    unit="ratio",
                ),
                *parts,
            ],
            basis="theory",
            depends=f"On the recipe ({DROPPED['regularization']}) and on M = {MASKS}; a scaled network that is calibrated "
            "already leaves nothing to gain.",
        )
    ]
