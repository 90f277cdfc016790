"""MNIST, 60,000 + 10,000 handwritten digits of 28 × 28 pixels, on a wide fully connected network: DeepOBS' mnist_mlp.

Hidden layers of 1000, 500 and 100; 1,336,610 parameters. Architecture, batch size, epochs and the truncated normal
start with σ = 0.03 are those of DeepOBS (Schneider, Balles & Hennig 2019), which uses no regularization and pixels in
0…1. Ten thousand training images validate, as from DeepOBS 1.2 on: at random here, the first ones there.

DeepOBS publishes no optimizer settings for this problem: Adam with its default rate of 0.001 is our choice, untuned.
Targets: plain networks of this size reach 0.98 to 0.985 on the test part.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images


def data():
    """Return pixels in 0…1 as ``[70000, 28, 28, 1]``, and classes."""
    return images("mnist")


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.flatten()(inputs)
    for units in (1000, 500, 100):
        x = blocks.dense(units)(x)
    return blocks.output(10)(x)


@bs.hookimpl
def register_tasks():
    """Register mnist_mlp."""
    return [
        bs.Task(
            name="mnist_mlp",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.96, 0.975, 0.984],
            batch_size=128,
            epochs=100,
            baseline={"optimizer": "adam", "initializer": "truncated_normal[deviation=0.03]"},
            compares=["optimizer", "schedule", "initializer", "regularization", "activation"],
            cost=bs.Cost(compile=4.0, epoch=11.0),
            summary="70,000 MNIST digits, hidden layers of 1000, 500 and 100 (DeepOBS).",
            source="keras.datasets.mnist",
            download=DOWNLOADS["mnist"],
            license="CC BY-SA 3.0 (MNIST)",
            citation="LeCun, Bottou, Bengio & Haffner 1998; problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499",
        )
    ]
