"""DeepOBS' ``quadratic_deep``: 100 dimensions with the eigenvalues of a deep network's Hessian, most near 0, ten large.

loss(θ) = mean over x of ½·(θ − x)ᵀ·H·(θ − x), x ~ N(0, 0.6²·I). H is a fixed matrix: 90 eigenvalues from U[0, 1], 10 from U[30, 60],
turned by a random rotation. θ starts at 1 in every coordinate. Batch 128, the remainder dropped (7 steps an epoch), 100 epochs, as
published (Schneider, Balles & Hennig 2019, arXiv:1903.05499). ``excess_loss`` is what lies above the lowest loss that any θ has on the
896 test rows, 86.8735.

Departures: DeepOBS built H and the data anew from one generator for each run of a process, so that a second run had another problem;
here they are always those of the first. It has no validation part: the 104 test rows that its batches leave out are ours. It evaluates
on the training rows as well as on these.

A variant draws other eigenvalues, another rotation and other rows in the same way.
"""

import functools

import benchsuite as bs

DIMENSIONS = 100
TESTED = 896


@functools.cache
def hessian(seed=42):
    """Return H, float64 ``[100, 100]``: a random rotation by the subgroup algorithm of Diaconis and Shahshahani 1987."""
    import numpy as np

    random = np.random.RandomState(seed)
    eigenvalues = np.concatenate([random.uniform(0, 1, 90), random.uniform(30, 60, 10)])
    angle = 2 * np.pi * random.uniform()
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for size in range(3, DIMENSIONS + 1):
        vector = random.normal(size=(size, 1))
        vector /= np.linalg.norm(vector)
        mirror = np.eye(size, 1) - vector
        mirror /= np.linalg.norm(mirror)
        larger = np.zeros((size, size))
        larger[0, 0] = 1
        larger[1:, 1:] = rotation
        rotation = larger - 2 * mirror @ (mirror.T @ larger)
    rotation = -rotation
    return rotation.T @ np.diag(eigenvalues) @ rotation


def rows(seed):
    """Return 1,000 rows of x, float32."""
    import numpy as np

    return np.random.RandomState(seed).normal(0, 0.6, (1000, DIMENSIONS)).astype("float32")


def model(blocks, inputs):
    """Return θ, once for each example."""
    return blocks.parameter((DIMENSIONS,), start=1.0)(inputs)


def fields(draw):
    """Return the fields in which instances differ.

    Args:
        draw: What the instance is drawn from.
    """
    of_hessian, of_train, of_test = (
        draw.seed(purpose, published=seed) for purpose, seed in (("hessian", 42), ("train", 42), ("test", 43))
    )

    def data():
        """Return 1,000 training rows, 104 for validation and 896 for the test; the targets are not used."""
        import numpy as np

        test = rows(of_test)
        x = np.concatenate([rows(of_train), test[TESTED:], test[:TESTED]])
        return bs.Arrays(x, np.zeros(len(x), "float32"))

    def half_square(difference):
        """Return ½·dᵀ·H·d for each row d."""
        import tensorflow as tf

        matrix = tf.constant(hessian(of_hessian), tf.float32)
        return 0.5 * tf.reduce_sum(tf.matmul(difference, matrix) * difference, axis=-1)

    def loss(model, batch, training):
        """Return ½·(θ − x)ᵀ·H·(θ − x) for each x of the batch."""
        return half_square(model(batch[0], training=training) - batch[0])

    def excess_loss(model, batch):
        """Return ½·(θ − m)ᵀ·H·(θ − m), equal for each example, with m the mean of the test rows."""
        best = rows(of_test)[:TESTED].mean(axis=0, dtype="float64").astype("float32")
        return half_square(model(batch[0], training=False) - best)

    metric = bs.Metric(name="excess_loss", per_example=excess_loss, direction="min")
    return {"data": data, "loss": loss, "metrics": [metric]}


@bs.hookimpl
def register_tasks():
    """Register quadratic_deep."""
    return [
        bs.Task(
            name="quadratic_deep",
            tier="full",
            **fields(bs.Draw("quadratic_deep")),
            split=bs.InOrder(1000, 104, 896),
            variation=bs.Variation(split=False),
            instance=fields,
            model=model,
            primary="excess_loss",
            targets=[10.0, 1.0, 0.3],
            batch_size=128,
            epochs=100,
            baseline={"optimizer": "sgd[learning_rate=0.01]"},
            compares=["optimizer", "schedule"],
            cost=bs.Cost(compile=1.8, epoch=0.01),
            summary="DeepOBS' quadratic of 100 dimensions with ten large eigenvalues.",
            source="drawn by NumPy's RandomState, seeds 42 and 43",
            license="generated",
            citation="Schneider, Balles & Hennig 2019, DeepOBS, arXiv:1903.05499",
        )
    ]
