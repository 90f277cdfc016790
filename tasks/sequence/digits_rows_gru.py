"""Handwritten digits, row by row: 8 steps of 8 pixels each, on a GRU that answers after the last.

The smallest recurrent task: the 1,797 digits of digits_mlp, a GRU of 32 units, a linear output, as introductions to
recurrent networks read MNIST. It is there for what acts inside a recurrent cell: normalizations, masks, transforms of
the gradient.

The baseline is Adam at 0.01, not tuned. With it, mean of three seeds, validation accuracy is 0.977, and the steps to
0.95 and the loss at the end differ: layer and RMS normalization reach 0.90 in half the steps, masks that are drawn at
each step (loss 0.169) cost more than those drawn once for a sequence (0.151; none 0.092), noise on gradients costs
0.06 of accuracy.
"""

import benchsuite as bs
from benchsuite_tasks.vision._digits import FACTS, digits


def data():
    """Return the pixels as ``[1797, 8, 8]``, one row a step, scaled to 0…1, and classes."""
    arrays = digits()
    return bs.Arrays(arrays.x.reshape(-1, 8, 8), arrays.y)


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    return blocks.output(10)(blocks.gru(32, sequences=False)(inputs))


@bs.hookimpl
def register_tasks():
    """Register digits_rows_gru."""
    return [
        bs.Task(
            name="digits_rows_gru",
            tier="full",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            variation=bs.Variation(classes=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.95, 0.97],
            batch_size=32,
            epochs=12,
            baseline={"optimizer": "adam[learning_rate=0.01]"},
            compares=["gradient_transform", "normalization", "regularization"],
            # No convolution, but a graph all the same: XLA takes 6 seconds to compile the loop over time (8 with a
            # normalization inside), which 12 epochs of a hundredth of a second instead of a tenth never bring back.
            xla=False,
            cost=bs.Cost(compile=1.2, epoch=0.085),
            summary="1,797 8×8 digits row by row, a GRU of 32 over 8 steps.",
            **FACTS,
        )
    ]
