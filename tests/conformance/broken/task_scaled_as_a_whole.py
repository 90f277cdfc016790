"""Its inputs are standardized with the test part."""

import numpy as np

import benchsuite as bs


def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(300, 6))
    y = (x @ generator.normal(size=(6, 3))).argmax(axis=1).astype("int32")
    return bs.Arrays(((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32"), y)


def model(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="scaled_as_a_whole",
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
