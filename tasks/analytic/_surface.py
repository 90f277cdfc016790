"""What the analytic surfaces share: one trained point θ of two numbers, whose loss is the value of the surface there.

There is no data and no noise: each part holds one example of zeros, a step uses the whole training part, and training,
validation and test part measure the same number. All seeds of a deterministic method agree, so one is enough.
"""

import benchsuite as bs

COMPARES = ("optimizer", "schedule", "gradient_transform")
STEPS_PER_EPOCH = 20


def surface_task(surface, **fields):
    """Return the task of a surface.

    Args:
        surface: The :class:`benchsuite.Surface`.
        fields: Of the task: name, targets of the excess loss, epochs (20 steps each), baseline, summary, citation.
    """

    def model(blocks, inputs):
        return blocks.parameter((2,), start=surface.start)(inputs)

    def loss(model, batch, training):
        return surface.value(model(batch[0], training=training))

    def excess_loss(model, batch):
        return surface.value(model(batch[0], training=False)) - surface.lowest

    def distance(model, batch):
        import tensorflow as tf

        theta = model(batch[0], training=False)
        away = [tf.norm(theta - tf.constant(point, theta.dtype), axis=-1) for point in surface.minima]
        return tf.reduce_min(tf.stack(away), axis=0)

    metrics = [bs.Metric(name="excess_loss", per_example=excess_loss, direction="min")]
    if surface.minima:
        metrics.append(bs.Metric(name="distance", per_example=distance, direction="min"))
    return bs.Task(
        data=data,
        split=bs.HoldOut(1, 1, 1),
        model=model,
        loss=loss,
        metrics=metrics,
        primary="excess_loss",
        batch_size=1,
        knobs=("epochs",),
        steps_per_epoch=STEPS_PER_EPOCH,
        compares=COMPARES,
        tier="full",
        cost=bs.Cost(compile=0.9, epoch=0.002),
        surface=surface,
        source="a formula",
        license="generated",
        **fields,
    )


def data():
    """Return one example for each part; the network ignores their values."""
    import numpy as np

    return bs.Arrays(np.zeros((3, 1), "float32"), np.zeros(3, "float32"))
