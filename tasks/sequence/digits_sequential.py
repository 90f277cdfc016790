"""Handwritten digits, pixel by pixel: 64 steps of one number each, on an LSTM that answers after the last.

The 1,797 digits of digits_mlp, read in lines from the top left, an LSTM of 32 units, a linear output. It is the pixel
by pixel MNIST of Le, Jaitly & Hinton 2015, arXiv:1504.00941 (784 steps, 60,000 digits), made small: the network has
to carry over many steps what it saw, and to begin with learns little. A fully connected network on the same digits
reaches 0.97.

The baseline is Adam at 0.01. A GRU of 32 reached 0.858 of the validation part with it, the LSTM 0.886, one seed each.
"""

import benchsuite as bs
from benchsuite_tasks.vision._digits import FACTS, digits


def data():
    """Return the pixels as ``[1797, 64, 1]``, one a step, scaled to 0…1, and classes."""
    arrays = digits()
    return bs.Arrays(arrays.x[:, :, None], arrays.y)


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    return blocks.output(10)(blocks.lstm(32, sequences=False)(inputs))


@bs.hookimpl
def register_tasks():
    """Register digits_sequential."""
    return [
        bs.Task(
            name="digits_sequential",
            tier="full",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            variation=bs.Variation(classes=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.60, 0.80, 0.92],
            batch_size=32,
            epochs=30,
            baseline={"optimizer": "adam[learning_rate=0.01]"},
            compares=["optimizer", "gradient_transform"],
            cost=bs.Cost(compile=6.5, epoch=0.28),
            summary="1,797 8×8 digits pixel by pixel, an LSTM of 32 over 64 steps.",
            **FACTS,
        )
    ]
