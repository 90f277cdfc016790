"""C32: large batches find sharper minima.

The same network from the same start, trained by plain gradient descent at one rate with batches of 16 and of 256, until the loss on
all training examples is down to the same value: at unequal losses one would compare how far the trainings came and not where they
lead, since the curvature of cross-entropy vanishes with the loss. Sharp is what the largest eigenvalue of the Hessian of the training
loss says there, found by ARPACK on products of it with vectors.

The notes say less: N1, that too large a batch gets into saddles and local minima and does not leave; N0, what a sharp minimum is. That
those of large batches are the sharper ones is Keskar et al.'s.

Chosen before any of it ran: the large batch's largest eigenvalue at least half as large again as that of the small one (ln 1.5, of the
ratio). Keskar et al. 2017, arXiv:1609.04836, find their measure of sharpness several times larger. The loss, 0.02 on digits_mlp, 0.3 on
adult_few, is such that nearly all, or most, training examples are right. A training that does not get there within the budget gives no
number.

What it does not show: whether flat minima generalize (Dinh et al. 2017, arXiv:1703.04933, doubt it); nor what happens if the rate is
raised with the batch, where the noise of both would be alike (Jastrzębski et al. 2017, arXiv:1711.04623).
"""

import math

import benchsuite as bs
from benchsuite_plugins.claims._numbers import log_ratio

SMALL, LARGE = 16, 256
SEEDS = 8
SHARPER = 1.5
TASKS = {
    "digits_mlp": {"rate": 0.1, "loss": 0.02, "epochs": {SMALL: 100, LARGE: 1200}, "at_once": {SMALL: 1, LARGE: 10}},
    "adult_few": {"rate": 0.1, "loss": 0.3, "epochs": {SMALL: 200, LARGE: 400}, "at_once": {SMALL: 1, LARGE: 2}},
}
"""Task → rate, loss to reach, and for each batch size the budget and how often it is looked whether it is there."""


def sharpness(lab, task, batch, seed):
    """Return the largest eigenvalue of the Hessian where the training loss is reached; NaN if it never is."""
    import numpy as np
    from scipy.sparse.linalg import LinearOperator, eigsh

    plan = TASKS[task]
    network = lab.specimen(
        task,
        {"optimizer": f"sgd[learning_rate={plan['rate']}]", "schedule": "constant"},
        knobs={"batch_size": batch, "epochs": plan["epochs"][batch]},
        seed=seed,
    )
    inputs, targets = network.arrays("train")
    for _ in range(plan["epochs"][batch] // plan["at_once"][batch]):
        if network.train(plan["at_once"][batch]).failed:
            return math.nan
        if network.loss(inputs, targets) <= plan["loss"]:
            break
    else:
        return math.nan
    product = LinearOperator(
        (network.size, network.size),
        matvec=lambda vector: network.curvature(vector.ravel(), inputs, targets).astype("float64"),
        dtype="float64",
    )
    start = np.random.default_rng(0).standard_normal(network.size)
    return float(eigsh(product, k=1, which="LA", tol=1e-3, v0=start, return_eigenvectors=False)[0])


def part(task):
    """Return the part of a task."""
    plan = TASKS[task]
    return bs.Part(
        name=f"sharper_on_{task}",
        says=f"On {task}, at a training loss of {plan['loss']}, ln of the largest eigenvalue of the Hessian where batches of {LARGE} lead "
        f"over that where batches of {SMALL} do, at one learning rate.",
        evidence=bs.Computed(
            compute=lambda lab, seed: log_ratio(sharpness(lab, task, LARGE, seed), sharpness(lab, task, SMALL, seed)),
            seeds=SEEDS,
        ),
        at_least=math.log(SHARPER),
        because="Half as sharp again is the least that a picture of the surface would show; Keskar et al. find several times.",
        unit="ln ratio",
    )


@bs.hookimpl
def register_claims():
    """Register sharp_minima."""
    return [
        bs.Claim(
            name="sharp_minima",
            number="C32",
            sentence="Large batches find sharper minima: without the noise of small ones a training does not leave where it falls into.",
            source="Keskar et al. 2017, arXiv:1609.04836 (sharper); Course notes N1, Mini-batch (too large a batch gets stuck in saddles "
            "and local minima); N0, Flat and sharp minima",
            parts=[part(task) for task in TASKS],
            basis="experience",
            depends="On the rate: noise goes as rate over batch size. On the loss at which one looks, and on the training examples: those "
            "of digits_mlp and adult_few are few, and a large batch is a quarter to a half of them.",
        )
    ]
