"""Its data are drawn anew at each call."""

import numpy as np

import benchsuite as bs


def data():
    x = np.random.normal(size=(300, 6)).astype("float32")
    return bs.Arrays(x, (x[:, 0] > 0).astype("int32") + (x[:, 1] > 0))


def model(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="other_data_each_time",
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
