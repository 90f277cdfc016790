"""A noisy quadratic of known condition number: the ravine of the course notes, with the noise of mini-batches.

loss(θ; x) = ½·(θ − x)ᵀ·H·(θ − x), x ~ N(0, 0.1²·I), H = diag(λ), λ log-spaced from 1/100 to 1 in 50 dimensions:
condition number 100. Over the distribution of x the minimum is θ = 0, with an irreducible loss of ½·0.1²·Σλ. The
metric is what lies above it: excess loss ½·θᵀ·H·θ, so 0 is perfect. θ starts at 1 in every coordinate (excess loss
5.36). Zhang et al. 2019, arXiv:1907.04164, study such quadratics as a model of neural networks' batch-size behaviour.

A variant draws other noise, and other eigenvectors: H = Qᵀ·diag(λ)·Q with Q a random reflection I − 2·v·vᵀ, v uniform on
the sphere. The coordinates are then no eigenvectors any more, so a method that scales each coordinate has nothing of it.
"""

import dataclasses

import benchsuite as bs

DIMENSIONS = 50
CONDITION = 100.0
NOISE = 0.1


@dataclasses.dataclass(frozen=True)
class Quadratic:
    """One instance.

    Args:
        draw: What it is drawn from.
    """

    draw: bs.Draw

    def eigenvalues(self):
        """Return λ, float32 ``[50]``."""
        import numpy as np

        return np.logspace(-np.log10(self.draw.value("condition", CONDITION)), 0, DIMENSIONS).astype("float32")

    def turned(self, theta):
        """Return Q·θ for ``[..., 50]``; θ itself for the published instance."""
        import numpy as np
        import tensorflow as tf

        if self.draw.variant == 0:
            return theta
        v = self.draw.generator("eigenvectors").standard_normal(DIMENSIONS)
        v = (v / np.linalg.norm(v)).astype("float32")
        return theta - 2 * tf.reduce_sum(theta * v, axis=-1, keepdims=True) * v

    def data(self):
        """Return the noise as inputs; the targets are not used."""
        import numpy as np

        spread = self.draw.value("noise", NOISE)
        x = self.draw.generator("noise", published=0).normal(0, spread, (3000, DIMENSIONS)).astype("float32")
        return bs.Arrays(x, np.zeros(len(x), "float32"))

    def loss(self, model, batch, training):
        """Return ½·(θ − x)ᵀ·H·(θ − x) for each x of the batch."""
        import tensorflow as tf

        x, _ = batch
        off = self.turned(model(x, training=training) - x)
        return 0.5 * tf.reduce_sum(self.eigenvalues() * off**2, axis=-1)

    def excess_loss(self, model, batch):
        """Return ½·θᵀ·H·θ, equal for each example."""
        import tensorflow as tf

        return 0.5 * tf.reduce_sum(self.eigenvalues() * self.turned(model(batch[0], training=False)) ** 2, axis=-1)


def model(blocks, inputs):
    """Return θ, once for each example."""
    return blocks.parameter((DIMENSIONS,), start=1.0)(inputs)


def fields(draw):
    """Return the fields in which instances differ."""
    one = Quadratic(draw)
    return {
        "data": one.data,
        "loss": one.loss,
        "metrics": [bs.Metric(name="excess_loss", per_example=one.excess_loss, direction="min")],
    }


@bs.hookimpl
def register_tasks():
    """Register noisy_quadratic."""
    return [
        bs.Task(
            name="noisy_quadratic",
            tier="quick",
            split=bs.HoldOut(2000, 500, 500),
            model=model,
            primary="excess_loss",
            targets=[0.0007, 0.00014, 0.000024],
            batch_size=20,
            epochs=10,
            baseline={"optimizer": "sgd[learning_rate=0.1]"},
            compares=["optimizer", "schedule"],
            variation=bs.Variation(),
            instance=fields,
            axes={
                "noise": bs.Axis([0.0, 0.05, NOISE, 0.2, 0.4], default=NOISE, summary="Deviation of x."),
                "condition": bs.Axis([10.0, 30.0, CONDITION, 300.0, 1000.0], default=CONDITION, summary="Of H."),
                "batch_size": bs.Axis([5, 10, 20, 40, 80], default=20),
            },
            cost=bs.Cost(compile=1.6, epoch=0.005),
            summary="50 dimensions, condition number 100, mini-batch noise.",
            source="a formula",
            license="generated",
            citation="Zhang et al. 2019, arXiv:1907.04164",
            **fields(bs.Draw("noisy_quadratic")),
        )
    ]
