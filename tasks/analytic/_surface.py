"""What the analytic surfaces share: one trained point θ of two numbers, whose loss is the value of the surface there.

There is no data and no noise: each part holds one example of zeros, a step uses the whole training part, and training,
validation and test part measure the same number. All seeds of a deterministic method agree, so one is enough.
"""

import math

import benchsuite as bs

COMPARES = ("optimizer", "schedule", "gradient_transform")
STEPS_PER_EPOCH = 20


def turned(surface, draw):
    """Return the surface of an instance: that of a variant is turned around the origin by an angle drawn for it.

    f(R·θ) has the same heights, slopes and curvatures everywhere; methods that scale each coordinate by itself see another
    problem, all others the same.

    Args:
        surface: The :class:`benchsuite.Surface`.
        draw: What the instance is drawn from.
    """
    if not draw.variant:
        return surface
    angle = draw.generator("angle").uniform(0, 2 * math.pi)
    cos, sin = math.cos(angle), math.sin(angle)

    def value(theta):
        import tensorflow as tf

        x, y = theta[..., 0], theta[..., 1]
        return surface.value(tf.stack([cos * x - sin * y, sin * x + cos * y], axis=-1))

    def back(point):
        x, y = point
        return cos * x + sin * y, cos * y - sin * x

    corners = [back((x, y)) for x in surface.x for y in surface.y]
    xs, ys = zip(*corners, strict=True)
    return bs.Surface(
        value=value,
        x=(min(xs), max(xs)),
        y=(min(ys), max(ys)),
        start=back(surface.start),
        minima=[back(point) for point in surface.minima],
        lowest=surface.lowest,
    )


def fields_of(surface):
    """Return the fields of a task that follow from its surface."""

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
    return {"model": model, "loss": loss, "metrics": metrics, "surface": surface}


def surface_task(surface, **fields):
    """Return the task of a surface; its variants are turned.

    Args:
        surface: The :class:`benchsuite.Surface`.
        fields: Of the task: name, targets of the excess loss, epochs (20 steps each), baseline, summary, citation; those named
            here too replace them.
    """
    return bs.Task(
        **{
            **fields_of(surface),
            "instance": lambda draw: fields_of(turned(surface, draw)),
            "variation": bs.Variation(split=False),
            "data": data,
            "split": bs.HoldOut(1, 1, 1),
            "primary": "excess_loss",
            "batch_size": 1,
            "knobs": ("epochs",),
            "steps_per_epoch": STEPS_PER_EPOCH,
            "compares": COMPARES,
            "tier": "full",
            "cost": bs.Cost(compile=0.9, epoch=0.002),
            "source": "a formula",
            "license": "generated",
            **fields,
        }
    )


def data():
    """Return one example for each part; the network ignores their values."""
    import numpy as np

    return bs.Arrays(np.zeros((3, 1), "float32"), np.zeros(3, "float32"))
