"""Its hidden layers are Keras': no activation of a recipe reaches them."""

import numpy as np

import benchsuite as bs


def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(300, 6)).astype("float32")
    return bs.Arrays(x, (x @ generator.normal(size=(6, 3))).argmax(axis=1).astype("int32"))


def model(blocks, inputs):
    import keras

    return blocks.output(3)(keras.layers.Dense(8, activation="relu")(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="ignores_the_recipe",
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
