"""Its metric counts mistakes, and more of them are taken for better."""

import numpy as np

import benchsuite as bs


def wrong(targets, outputs):
    import tensorflow as tf

    return tf.cast(tf.argmax(outputs, -1, tf.int32) != targets, tf.float32)


def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(300, 6)).astype("float32")
    return bs.Arrays(x, (x @ generator.normal(size=(6, 3))).argmax(axis=1).astype("int32"))


def model(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="metric_upside_down",
            data=data,
            model=model,
            split=bs.HoldOut(0.6, 0.2, 0.2),
            loss="cross_entropy",
            metrics=[bs.Metric(name="wrong", per_example=wrong)],
            primary="wrong",
            batch_size=20,
            epochs=2,
            xla=False,
            compares=["optimizer", "activation"],
            summary="A mistake.",
            license="generated",
            citation="none",
        )
    ]
