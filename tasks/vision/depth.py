"""Deep or wide: eight networks of 1 to 8 hidden layers on the 8 × 8 digits, with equally many parameters.

8,970 parameters, within 0.6 %; depth_2 is the network of digits_mlp. The layers of a network are as equal in width as
that allows. What they tell together is whether depth or width is the better use of the same parameters.

    layers          1      2      3      4      5      6      7      8
    widest        119     64     51     44     39     35     33     31
    parameters  8,935  8,970  8,975  9,019  8,969  8,935  8,975  8,989

The baseline is the same for all. It was chosen among the rates 0.001, 0.003 and 0.01, constant or with cosine decay, two
seeds each, on depths 1, 2, 3, 4, 6 and 8: 0.01 with cosine had the best mean validation accuracy, 0.9685; constant 0.003
had 0.9671. Measured, baseline, mean of three seeds:

    training loss  0.005  0.001  0.001  0.001  0.001  0.001  0.001  0.015
    validation     0.969  0.971  0.973  0.971  0.977  0.957  0.960  0.960
    test           0.980  0.982  0.979  0.980  0.978  0.973  0.974  0.963

One example is 0.003. One layer fits the training part the slowest; beyond five layers accuracy falls. Eight are where
start, activation and normalization tell, so depth_8 compares these. Test accuracy, mean of two seeds, with the rest of
the baseline (0.968): batch normalization 0.983; weights from N(0, 0.01²) 0.100; the logistic sigmoid 0.412.
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
            variation=bs.Variation(classes=True),
            model=network(widths),
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.90, 0.95, 0.97],
            batch_size=32,
            epochs=30,
            baseline={"optimizer": "adam[learning_rate=0.01]", "schedule": "cosine", "initializer": "he_normal"},
            compares=["initializer", "activation", "normalization"] if layers == max(WIDTHS) else [],
            cost=bs.Cost(compile=3.0 + 0.35 * layers, epoch=0.009 + 0.0005 * layers),
            summary=f"1,797 8×8 digits, {layers} hidden layer{'s' * (layers > 1)} of about {widths[0]}: some 9,000 parameters.",
            **FACTS,
        )
        for layers, widths in WIDTHS.items()
    ]
