"""C22: a network with dropout, scaled at test time, averages the sub-networks that its masks make.

What the notes say: each mask makes one of 2ⁿ sub-networks, and the network at test time is like the average of all. Three
numbers, all computed on networks trained with dropout in the lab:

- Where only one hidden layer is dropped and the outputs are linear in it, the scaled network's logits are exactly the mean of the
  sub-networks' logits, so that its probabilities are their normalized geometric mean (Hinton et al. 2012, arXiv:1207.0580): on
  depth_1, rate 0.5, the mean over M masks must differ from the scaled logits by no more than chance, variance ÷ M.
- With two hidden layers it is an approximation: on adult_few, the distance of the scaled network's probabilities from their
  average over 100 masks, by the distance of a single sub-network (both total variation, means over the test part).
- And what averages are for: the test log loss of the scaled network against the mean of single sub-networks. The sign of that is a
  theorem where one layer is dropped (ln of a normalized geometric mean is at least the mean of ln), and nearly one with two: what
  can fail is the size.

What it does not show: that the sub-networks would be as good if each were trained by itself (they share their weights).

The bounds were written down with the claim, and have not been moved since.
"""

import math

import benchsuite as bs

DROPPED = {"regularization": "dropout[rate=0.5]"}
MASKS = 100
ROUNDING = 1e-12
"""Of float32, squared and more: no variance that masks give is so small."""


def softmax(logits):
    """Return probabilities, float64."""
    import numpy as np

    exponents = np.exp(logits.astype("float64") - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def trained(lab, task, seed):
    """Return a specimen trained with dropout, and its test part."""
    specimen = lab.specimen(task, DROPPED, seed=seed)
    specimen.train()
    return specimen, *specimen.arrays("test")


def excess(scaled, masked):
    """Return mean square of (mean over masks − scaled) by what chance gives, variance ÷ M; NaN where masks change rounding alone.

    Args:
        scaled: Logits of the scaled network ``[examples, classes]``.
        masked: Logits with masks ``[masks, examples, classes]``.
    """
    masked = masked.astype("float64")
    chance = (masked.var(axis=0, ddof=1) / len(masked)).mean()
    if chance <= ROUNDING * (masked**2).mean():
        return math.nan
    return float(((masked.mean(axis=0) - scaled) ** 2).mean() / chance)


def exact(lab, seed):
    """Return the excess with one hidden layer."""
    import numpy as np

    specimen, x, _ = trained(lab, "depth_1", seed)
    masked = np.stack([specimen.outputs(x, training=True) for _ in range(MASKS)])
    return excess(specimen.outputs(x), masked)


def distance(p, q):
    """Return the total variation between probabilities ``[examples, classes]``, the mean over examples."""
    import numpy as np

    return float(np.abs(p - q).sum(axis=-1).mean() / 2)


def nearness(scaled, masked):
    """Return the distance of the scaled network from the average by that of single sub-networks; NaN where masks change nothing.

    Args:
        scaled: Probabilities ``[examples, classes]``.
        masked: Of sub-networks ``[masks, examples, classes]``.
    """
    average = masked.mean(axis=0)
    single = distance(masked, average)
    return distance(scaled, average) / single if single else math.nan


def near(lab, seed):
    """Return the nearness with two hidden layers."""
    import numpy as np

    specimen, x, _ = trained(lab, "adult_few", seed)
    masked = np.stack([softmax(specimen.outputs(x, training=True)) for _ in range(MASKS)])
    return nearness(softmax(specimen.outputs(x)), masked)


def log_loss(p, y):
    """Return the mean of −ln p of the right class."""
    import numpy as np

    return float(-np.log(np.maximum(np.take_along_axis(p, y.reshape(-1, 1), axis=1), 1e-300)).mean())


def likelier(lab, seed):
    """Return ln of the mean log loss of ten sub-networks by that of the scaled network."""
    import numpy as np

    specimen, x, y = trained(lab, "adult_few", seed)
    single = np.mean([log_loss(softmax(specimen.outputs(x, training=True)), y) for _ in range(10)])
    return math.log(single / log_loss(softmax(specimen.outputs(x)), y))


@bs.hookimpl
def register_claims():
    """Register dropout_ensemble."""
    return [
        bs.Claim(
            name="dropout_ensemble",
            number="C22",
            sentence="Each time units are dropped a sub-network is taken from the original one, of 2ⁿ; dropout is like an "
            "average over many "
            "networks, whose different overfitting cancels.",
            source="Course notes N0, What dropout means; N1, dropout; N2, dropout, the effect of averaging; N4, Dropout; Hinton et al. "
            "2012, arXiv:1207.0580",
            parts=[
                bs.Part(
                    name="exact_with_one_layer",
                    says="Mean square of (logits averaged over 100 masks − logits of the scaled network) by what chance "
                    "gives, one dropped layer.",
                    evidence=bs.Computed(compute=exact, seeds=8),
                    at_least=0.8,
                    at_most=1.25,
                    because="It is a theorem, and 1 in expectation; the masks are drawn anew for each of 359 examples, so "
                    "that chance moves it by less.",
                    unit="ratio",
                ),
                bs.Part(
                    name="near_with_two_layers",
                    says="The distance of the scaled network's probabilities from the average over 100 masks by that of "
                    "single sub-networks.",
                    evidence=bs.Computed(compute=near, seeds=8),
                    at_most=0.25,
                    because="An average lies nearer to what stands for it than its members do: a quarter of their distance is "
                    "clearly nearer.",
                    unit="ratio",
                ),
                bs.Part(
                    name="better_than_its_members",
                    says="ln of the mean test log loss of single sub-networks by that of the scaled network. Its sign is nearly a "
                    "theorem; its size is tested.",
                    evidence=bs.Computed(compute=likelier, seeds=8),
                    at_least=math.log(1.05),
                    because="A twentieth of the loss: an average that gained less would not be worth 2ⁿ networks.",
                    unit="log ratio",
                ),
            ],
            basis="theory",
            depends="On the rate: the more is dropped, the further the sub-networks differ. Exact only where the rest is "
            "linear in what is dropped.",
        )
    ]
