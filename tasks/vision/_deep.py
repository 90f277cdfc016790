"""Deep networks for the 8 × 8 digits, plain and residual: what the tasks digits_plain_* and digits_residual_* share.

Both are after He, Zhang, Ren & Sun 2016, arXiv:1512.03385, who trained plain and residual networks of 20 and 56 layers
on CIFAR-10. Here all layers are fully connected with 32 units: the first, then pairs, then the output. The pairs of the
residual network have a shortcut around them, y = ReLU(x + branch(x)/√pairs), that of the plain one have none; layers,
width and parameters are equal, 21,418 with 20 layers and 59,434 with 56.

Departures from the paper: fully connected instead of convolutional; no batch normalization, which takes twice as long
to compile at this depth, and with whose moving averages the plain network of 56 layers is evaluated to losses of 10⁴
and more after its first epoch. Without it the variance of the signal of a residual network doubles with each pair, 27
times, so that each branch is scaled by 1/√pairs, as by Hayou et al. 2021, "Stable ResNet", arXiv:2010.12859.
"""

import benchsuite as bs
from benchsuite_tasks.vision._digits import FACTS, digits

WIDTH = 32
DEPTHS = (20, 56)


def plain(layers):
    """Return the model of so many layers with weights, one after another."""

    def model(blocks, inputs):
        x = blocks.dense(WIDTH)(inputs)
        for _ in range(layers - 2):
            x = blocks.dense(WIDTH)(x)
        return blocks.output(10)(x)

    return model


def residual(layers):
    """Return the model of the same layers, each pair behind the first with a shortcut around it."""
    pairs = (layers - 2) // 2

    def model(blocks, inputs):
        import keras

        x = blocks.dense(WIDTH)(inputs)
        for _ in range(pairs):
            first, second = blocks.dense(WIDTH), blocks.dense(WIDTH, activate=False)
            scaled = keras.layers.Rescaling(pairs**-0.5)
            x = blocks.residual(lambda x, of=(first, second, scaled): of[2](of[1](of[0](x))))(x)
        return blocks.output(10)(x)

    return model


def deep_task(**fields):
    """Return a task of either family.

    Args:
        fields: Of the task: name, model, targets, compares, cost, summary.
    """
    return bs.Task(
        tier="full",
        data=digits,
        split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
        variation=bs.Variation(classes=True),
        loss="cross_entropy",
        metrics=["accuracy"],
        primary="accuracy",
        batch_size=32,
        epochs=50,
        # The same for all, so that depth and shortcuts are all that differs.
        baseline={"optimizer": "momentum[learning_rate=0.003]", "schedule": "cosine", "initializer": "he_normal"},
        source=FACTS["source"],
        license=FACTS["license"],
        citation=f"{FACTS['citation']}; He, Zhang, Ren & Sun 2016, arXiv:1512.03385",
        **fields,
    )
