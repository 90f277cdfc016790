"""Its columns come in the order of a set, which each process has its own of."""

import numpy as np

import benchsuite as bs


def data():
    generator = np.random.default_rng(0)
    columns = {name: generator.normal(size=300) for name in ("age", "height", "weight", "width", "depth", "mass")}
    x = np.stack([columns[name] for name in set(columns)], axis=1).astype("float32")
    return bs.Arrays(x, (columns["age"] > columns["mass"]).astype("int32") + (columns["depth"] > 0))


def model(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="order_of_a_set",
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
