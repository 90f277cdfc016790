"""Deep or wide: eight networks of 1 to 8 hidden layers on the 8 × 8 digits, with equally many parameters.

8,970 parameters, within 0.6 %; depth_2 is the network of digits_mlp. The layers of a network are as equal in width as
that allows. What the pairs tell is whether depth or width is the better use of the same parameters.

    layers      1      2      3      4      5      6      7      8
    width     119     64     51     44     39     35     33     31
    count   8,935  8,970  8,975  9,019  8,969  8,935  8,975  8,989

The learning rate is the same for all. It was chosen among 0.001, 0.003 and 0.01, constant or with cosine decay, two
seeds each, on depths 1, 2, 3, 4, 6 and 8: constant 0.003 had the best validation accuracy over all of them. Training
loss falls with every layer up to the sixth, accuracy rises to three layers and falls from six on; eight layers need
care with start, activation and normalization, which is why depth_8 is the one that compares these.
"""

import benchsuite as bs
from benchsuite_tasks.vision._digits import FACTS, digits

WIDTHS = {
    1: [119],
    2: [64] * 2,
    3: [51] + [50] * 2,
    4: [44] + [43] * 3,
    5: [39] * 2 + [38] * 3,
    6: [35] * 6,
    7: [33] * 3 + [32] * 4,
    8: [31] * 3 + [30] * 5,
}


def network(widths):
    """Return a model with hidden layers of these widths."""

    def model(blocks, inputs):
        x = inputs
        for width in widths:
            x = blocks.dense(width)(x)
        return blocks.output(10)(x)

    return model


@bs.hookimpl
def register_tasks():
    """Register depth_1 to depth_8."""
    return [
        bs.Task(
            name=f"depth_{layers}",
            tier="full",
            data=digits,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=network(widths),
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.95, 0.97],
            batch_size=32,
            epochs=30,
            baseline={"optimizer": "adam[learning_rate=0.003]", "initializer": "he_normal"},
            compares=["initializer", "activation", "normalization"] if layers == max(WIDTHS) else [],
            cost=bs.Cost(compile=3.0 + 0.5 * layers, epoch=0.01 + 0.002 * layers),
            summary=f"1,797 8×8 digits, {layers} hidden layer{'s' * (layers > 1)} at {widths[0]} wide: 9,000 parameters.",
            **FACTS,
        )
        for layers, widths in WIDTHS.items()
    ]
