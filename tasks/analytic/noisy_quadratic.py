"""A noisy quadratic of known condition number: the ravine of the course notes, with the noise of mini-batches.

loss(θ; x) = ½·(θ − x)ᵀ·H·(θ − x), x ~ N(0, 0.1²·I), H = diag(λ), λ log-spaced from 1/100 to 1 in 50 dimensions:
condition number 100. Over the distribution of x the minimum is θ = 0, with an irreducible loss of ½·0.1²·Σλ. The
metric is what lies above it: excess loss ½·θᵀ·H·θ, so 0 is perfect. θ starts at 1 in every coordinate (excess loss
5.36). Zhang et al. 2019, arXiv:1907.04164, study such quadratics as a model of neural networks' batch-size behaviour.
"""

import benchsuite as bs

DIMENSIONS = 50
CONDITION = 100.0
NOISE = 0.1


def eigenvalues():
    """Return the diagonal of H, float32 ``[50]``."""
    import numpy as np

    return np.logspace(-np.log10(CONDITION), 0, DIMENSIONS).astype("float32")


def data():
    """Return the noise as inputs; the targets are not used."""
    import numpy as np

    x = np.random.default_rng(0).normal(0, NOISE, (3000, DIMENSIONS)).astype("float32")
    return bs.Arrays(x, np.zeros(len(x), "float32"))


def model(blocks, inputs):
    """Return θ, once for each example."""
    return blocks.parameter((DIMENSIONS,), start=1.0)(inputs)


def loss(model, batch, training):
    """Return ½·(θ − x)ᵀ·H·(θ − x) for each x of the batch."""
    import tensorflow as tf

    x, _ = batch
    return 0.5 * tf.reduce_sum(eigenvalues() * (model(x, training=training) - x) ** 2, axis=-1)


def excess_loss(model, batch):
    """Return ½·θᵀ·H·θ, equal for each example."""
    import tensorflow as tf

    return 0.5 * tf.reduce_sum(eigenvalues() * model(batch[0], training=False) ** 2, axis=-1)


@bs.hookimpl
def register_tasks():
    """Register noisy_quadratic."""
    return [
        bs.Task(
            name="noisy_quadratic",
            tier="quick",
            data=data,
            split=bs.HoldOut(2000, 500, 500),
            model=model,
            loss=loss,
            metrics=[bs.Metric(name="excess_loss", per_example=excess_loss, direction="min")],
            primary="excess_loss",
            targets=[1.0, 0.1, 0.01],
            batch_size=20,
            epochs=10,
            baseline={"optimizer": "sgd[learning_rate=0.1]"},
            compares=["optimizer", "schedule"],
            cost=bs.Cost(compile=1.6, epoch=0.005),
            summary="50 dimensions, condition number 100, mini-batch noise.",
            source="a formula",
            license="generated",
            citation="Zhang et al. 2019, arXiv:1907.04164",
        )
    ]
