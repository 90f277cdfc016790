"""Every example is there four times, so that the test part was trained on."""

import numpy as np

import benchsuite as bs


def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(80, 6)).astype("float32")
    y = (x @ generator.normal(size=(6, 3))).argmax(axis=1).astype("int32")
    return bs.Arrays(np.concatenate([x] * 4), np.concatenate([y] * 4))


def model(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="leaks",
            data=data,
            model=model,
            split=bs.HoldOut(0.6, 0.2, 0.2),
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            batch_size=20,
            epochs=2,
            xla=False,
            compares=["optimizer", "activation"],
            summary="A mistake.",
            license="generated",
            citation="none",
        )
    ]
